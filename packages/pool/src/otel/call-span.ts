import { type Context, context as contexts, type Span, SpanKind, type Tracer } from '@opentelemetry/api'
import type { AttemptTrace, CallTrace, JsonRpcNotification, JsonRpcRequest, MetaFields, ObservedAttempt, ObservedCall, ObservedEnd } from '../ports.js'
import { ATTRIBUTE, EVENT } from './attributes.js'
import type { CallDurations } from './call-durations.js'
import type { ClientAttributes } from './client-attributes.js'
import { isFailure, recordEnd } from './failure.js'
import type { Propagation } from './propagation.js'
import { spanName, subjectOf } from './subject.js'
import { withSpan } from './with-span.js'

/** What all calls share. */
export interface Tracing {
  readonly tracer: Tracer
  readonly propagation: Propagation
  readonly clients: ClientAttributes
  /** undefined: nobody takes metrics. */
  readonly durations: CallDurations | undefined
}

/**
 * A call that is recorded: its span, and one below it for each attempt.
 *
 *     tools/call search                   CLIENT   id of the caller, what was asked, what came of it
 *      ├─ attempt tools/call search       CLIENT   id on the wire, who was asked; this context is what the server gets
 *      └─ attempt tools/call search       CLIENT   a retry, or a hedge
 */
export class CallSpan implements CallTrace {
  readonly #tracing: Tracing
  readonly #durations: CallDurations | undefined
  readonly #request: JsonRpcRequest
  readonly #context: Context
  readonly #span: Span
  readonly #startedAt: number
  #queuedAt: number | undefined
  #waited = 0
  #attempts = 0
  #hedges = 0
  #last: ObservedAttempt | undefined
  #lastSession: string | undefined

  /** `context`: with the span in it. */
  constructor(tracing: Tracing, { request, stream }: ObservedCall, context: Context, span: Span) {
    this.#tracing = tracing
    this.#request = request
    this.#durations = stream ? undefined : tracing.durations
    this.#context = context
    this.#span = span
    this.#startedAt = performance.now()
    span.setAttributes(subjectOf(request))
    span.setAttribute(ATTRIBUTE.requestId, String(request.id))
  }

  queued(): void {
    this.#queuedAt ??= performance.now()
  }

  attemptStarted(attempt: ObservedAttempt): AttemptTrace {
    this.#leaveQueue()
    this.#attempts++
    if (attempt.reason === 'hedge') this.#hedges++
    this.#last ??= attempt
    return new AttemptSpan(this.#tracing, this.#request, attempt, this.#context, (session) => {
      this.#last = attempt
      this.#lastSession = session
    })
  }

  ended(end: ObservedEnd): void {
    this.#leaveQueue()
    const span = this.#span
    const client = this.#last && this.#tracing.clients.of(this.#last.client)
    if (client !== undefined) span.setAttributes(client)
    if (this.#lastSession !== undefined) span.setAttribute(ATTRIBUTE.sessionId, this.#lastSession)
    span.setAttribute(ATTRIBUTE.attempts, this.#attempts)
    if (this.#hedges > 0) span.setAttribute(ATTRIBUTE.hedges, this.#hedges)
    if (this.#waited > 0) span.setAttribute(ATTRIBUTE.queueDuration, this.#waited / 1_000)
    recordEnd(span, end)
    // In its context: an exemplar of the histogram is this call.
    if (this.#durations !== undefined) contexts.with(this.#context, () => this.#durations?.record(this.#request, end, this.#startedAt, client))
    span.end()
  }

  #leaveQueue(): void {
    if (this.#queuedAt === undefined) return
    this.#waited += performance.now() - this.#queuedAt
    this.#queuedAt = undefined
  }
}

class AttemptSpan implements AttemptTrace {
  readonly meta: MetaFields | undefined
  readonly #attempt: ObservedAttempt
  readonly #span: Span
  readonly #context: Context
  readonly #onEnd: (session: string | undefined) => void

  constructor(tracing: Tracing, request: JsonRpcRequest, attempt: ObservedAttempt, context: Context, onEnd: (session: string | undefined) => void) {
    const { tracer, propagation, clients } = tracing
    const span = tracer.startSpan(`attempt ${spanName(request)}`, { kind: SpanKind.CLIENT }, context)
    span.setAttributes(clients.of(attempt.client))
    span.setAttributes({
      [ATTRIBUTE.method]: request.method,
      [ATTRIBUTE.requestId]: String(attempt.wireId),
      [ATTRIBUTE.attemptNumber]: attempt.number,
      [ATTRIBUTE.attemptReason]: attempt.reason,
    })
    this.#attempt = attempt
    this.#span = span
    this.#onEnd = onEnd
    this.#context = withSpan(context, span)
    this.meta = propagation.fields(request, context, span)
  }

  /** Spans of the HTTP client below belong to this one. */
  sending(send: () => void): void {
    contexts.with(this.#context, send)
  }

  /** How far it is; the words that come with it may be about arguments. */
  notified({ method, params }: JsonRpcNotification): void {
    if (method !== EVENT.progress) return
    const { progress, total } = params ?? {}
    this.#span.addEvent(EVENT.progress, {
      ...(typeof progress === 'number' && { [EVENT.progressDone]: progress }),
      ...(typeof total === 'number' && { [EVENT.progressTotal]: total }),
    })
  }

  asked({ method }: JsonRpcRequest): void {
    this.#span.addEvent(method)
  }

  ended(end: ObservedEnd): void {
    this.#span.setAttribute(ATTRIBUTE.attemptOutcome, isFailure(end) ? 'failed' : 'answered')
    recordEnd(this.#span, end)
    this.#finish()
    this.#onEnd(this.#attempt.sessionId)
  }

  givenUp(reason: string): void {
    this.#span.setAttributes({ [ATTRIBUTE.attemptOutcome]: 'given_up', [ATTRIBUTE.attemptGivenUp]: reason })
    this.#finish()
  }

  #finish(): void {
    const { sessionId } = this.#attempt
    if (sessionId !== undefined) this.#span.setAttribute(ATTRIBUTE.sessionId, sessionId)
    this.#span.end()
  }
}
