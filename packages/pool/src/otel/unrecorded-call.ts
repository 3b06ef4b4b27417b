import { type Attributes, type Context, context as contexts } from '@opentelemetry/api'
import type { AttemptTrace, CallTrace, JsonRpcRequest, MetaFields, ObservedAttempt, ObservedCall, ObservedEnd } from '../ports.js'
import type { CallDurations } from './call-durations.js'
import type { Tracing } from './call-span.js'

/**
 * A call that the sampler left out: servers are told so, with the context of the call itself, and of it there is its duration alone.
 * One object for the call, and one for all its attempts.
 */
export class UnrecordedCall implements CallTrace {
  readonly #tracing: Tracing
  readonly #durations: CallDurations | undefined
  readonly #request: JsonRpcRequest
  readonly #context: Context
  readonly #startedAt: number
  #attempt: UnrecordedAttempt | undefined
  #client: Attributes | undefined

  /** `context`: with the span in it, which has an id and records nothing. */
  constructor(tracing: Tracing, { request, stream }: ObservedCall, context: Context) {
    this.#tracing = tracing
    this.#durations = stream ? undefined : tracing.durations
    this.#request = request
    this.#context = context
    this.#startedAt = this.#durations === undefined ? 0 : performance.now()
  }

  attemptStarted({ client }: ObservedAttempt): AttemptTrace {
    if (this.#durations !== undefined) this.#client = this.#tracing.clients.of(client)
    this.#attempt ??= new UnrecordedAttempt(this.#tracing.propagation.fields(this.#request, this.#context), this.#context)
    return this.#attempt
  }

  ended(end: ObservedEnd): void {
    this.#durations?.record(this.#request, end, this.#startedAt, this.#client)
  }
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
