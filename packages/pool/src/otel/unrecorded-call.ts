import { type Context, context as contexts } from '@opentelemetry/api'
import type { AttemptTrace, CallTrace, JsonRpcRequest, MetaFields } from '../ports.js'
import type { Propagation } from './propagation.js'

/**
 * A call that the sampler left out: servers are told so, with the context of the call itself, and nothing is written down. One object
 * for the call, and one for all its attempts.
 */
export class UnrecordedCall implements CallTrace {
  readonly #propagation: Propagation
  readonly #request: JsonRpcRequest
  readonly #context: Context
  #attempt: UnrecordedAttempt | undefined

  /** `context`: with the span in it, which has an id and records nothing. */
  constructor(propagation: Propagation, request: JsonRpcRequest, context: Context) {
    this.#propagation = propagation
    this.#request = request
    this.#context = context
  }

  attemptStarted(): AttemptTrace {
    this.#attempt ??= new UnrecordedAttempt(this.#propagation.fields(this.#request, this.#context), this.#context)
    return this.#attempt
  }

  ended(): void {}
}

class UnrecordedAttempt implements AttemptTrace {
  readonly meta: MetaFields | undefined
  readonly #context: Context

  constructor(meta: MetaFields | undefined, context: Context) {
    this.meta = meta
    this.#context = context
  }

  /** Or the HTTP client below would begin traces of its own. */
  sending(send: () => void): void {
    contexts.with(this.#context, send)
  }

  ended(): void {}
  givenUp(): void {}
}
