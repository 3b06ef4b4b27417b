import { type Attributes, type Context, context as contexts, type Span } from '@opentelemetry/api'
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
  readonly #parent: Context
  readonly #span: Span
  readonly #sentIn: Context | undefined
  readonly #startedAt: number
  #attempt: AttemptTrace | undefined
  #client: Attributes | undefined

  /** `span` has an id and records nothing. `sentIn`: the context to send in; undefined: the one that is there. */
  constructor(tracing: Tracing, { request, stream }: ObservedCall, parent: Context, span: Span, sentIn: Context | undefined) {
    this.#tracing = tracing
    this.#durations = stream ? undefined : tracing.durations
    this.#request = request
    this.#parent = parent
    this.#span = span
    this.#sentIn = sentIn
    this.#startedAt = this.#durations === undefined ? 0 : performance.now()
  }

  attemptStarted({ client }: ObservedAttempt): AttemptTrace {
    if (this.#durations !== undefined) this.#client = this.#tracing.clients.of(client)
    this.#attempt ??= this.#attempts()
    return this.#attempt
  }

  ended(end: ObservedEnd): void {
    this.#durations?.record(this.#request, end, this.#startedAt, this.#client)
  }

  #attempts(): AttemptTrace {
    const meta = this.#tracing.propagation.fields(this.#request, this.#parent, this.#span)
    return this.#sentIn === undefined ? new UnrecordedAttempt(meta) : new UnrecordedAttemptIn(this.#sentIn, meta)
  }
}

class UnrecordedAttempt implements AttemptTrace {
  readonly meta: MetaFields | undefined

  constructor(meta: MetaFields | undefined) {
    this.meta = meta
  }

  ended(): void {}
  givenUp(): void {}
}

/** One whose HTTP client would else begin a trace of its own. */
class UnrecordedAttemptIn extends UnrecordedAttempt {
  readonly #context: Context

  constructor(context: Context, meta: MetaFields | undefined) {
    super(meta)
    this.#context = context
  }

  sending(send: () => void): void {
    contexts.with(this.#context, send)
  }
}
