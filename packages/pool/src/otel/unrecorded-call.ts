import { type Attributes, type Context, context as contexts, type Span } from '@opentelemetry/api'
import type { CallTrace, Carried, JsonRpcRequest, MetaFields, ObservedAttempt, ObservedCall, ObservedEnd } from '../ports.js'
import type { CallDurations } from './call-durations.js'
import type { Tracing } from './call-span.js'

/**
 * A call that the sampler left out: servers are told so, with the context of the call itself, and of it there is its duration alone.
 * Nothing of its attempts is told, so it is one object.
 *
 * @param span has an id and records nothing
 * @param sentIn the context to send in; undefined: the one that is there
 */
export function unrecordedCall(tracing: Tracing, call: ObservedCall, parent: Context, span: Span, sentIn: Context | undefined): CallTrace {
  const meta = tracing.propagation.fields(call.request, parent, span)
  const unrecorded = sentIn === undefined ? new Unrecorded(meta) : new UnrecordedIn(meta, sentIn)
  return tracing.durations === undefined || call.stream ? unrecorded : new TimedCall(tracing, tracing.durations, call.request, unrecorded)
}

class Unrecorded implements Carried {
  readonly meta: MetaFields | undefined

  constructor(meta: MetaFields | undefined) {
    this.meta = meta
  }
}

/** One whose HTTP client would else begin a trace of its own. */
class UnrecordedIn extends Unrecorded {
  readonly #context: Context

  constructor(meta: MetaFields | undefined, context: Context) {
    super(meta)
    this.#context = context
  }

  sending(send: () => void): void {
    contexts.with(this.#context, send)
  }
}

class TimedCall implements CallTrace {
  readonly #tracing: Tracing
  readonly #durations: CallDurations
  readonly #request: JsonRpcRequest
  readonly #carried: Carried
  readonly #startedAt = performance.now()
  #client: Attributes | undefined

  constructor(tracing: Tracing, durations: CallDurations, request: JsonRpcRequest, carried: Carried) {
    this.#tracing = tracing
    this.#durations = durations
    this.#request = request
    this.#carried = carried
  }

  get meta(): MetaFields | undefined {
    return this.#carried.meta
  }

  sending(send: () => void): void {
    if (this.#carried.sending === undefined) send()
    else this.#carried.sending(send)
  }

  /** Whom it went to is all that is to be known of an attempt. */
  attemptStarted({ client }: ObservedAttempt): undefined {
    this.#client = this.#tracing.clients.of(client)
  }

  ended(end: ObservedEnd): void {
    this.#durations.record(this.#request, end, this.#startedAt, this.#client)
  }
}
