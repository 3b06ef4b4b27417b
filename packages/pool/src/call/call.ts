import { PoolError, type PoolErrorCode } from '../errors.js'
import {
  Alarm,
  type AttemptFailure,
  type CallKind,
  type Era,
  type JsonRpcNotification,
  type JsonRpcRequest,
  type JsonRpcResponse,
  type Milliseconds,
  type PickQuery,
  type PinnedSession,
  type Requirements,
  type Signal,
  type Target,
} from '../ports.js'
import { type AttemptOwner, CallAttempt } from './attempt.js'
import type { CallWays } from './call-ways.js'
import { describeFailure } from './describe-failure.js'
import { outcomeOfAnswer, outcomeOfFailure } from './outcome.js'
import { mayRepeat } from './repeat.js'

/** How the caller wants a call to be made. Undefined fields mean no wish. */
export interface CallTerms {
  /** The shape in which the request is, and in which the caller wants the answer. */
  readonly era: Era
  readonly affinity?: string | undefined
  readonly requirements?: Requirements | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly session?: PinnedSession | undefined
  readonly signal?: Signal | undefined
  readonly idempotent?: boolean | undefined
  /** Exactly this client. */
  readonly only?: Target | undefined
  /** Bound of the whole call, instead of `callTimeout`. */
  readonly timeout?: Milliseconds | undefined
  /** The caller has a clock of its own (an SDK client): no `callTimeout`, and `requestTimeout` only where another attempt is safe. */
  readonly callerTimes?: boolean
  /** A `subscriptions/listen`: outside deadlines, load and age. */
  readonly stream?: boolean
  /** Continues an answer that broke, at the replica in `only`, from this event id. */
  readonly resumeFrom?: string | undefined
}

/** Who made the call. Exactly one of `onAnswer` and `onFailure` is called, once. */
export interface CallListener {
  /** The request was handed to a replica for the first time. */
  onAccepted?(): void
  /** A point of the answer's stream from which it could be continued on that client. */
  onEventId?(client: string, eventId: string): void
  onNotification?(notification: JsonRpcNotification): void
  /** `false`: not taken; the pool's own handlers answer. */
  onRequest?(request: JsonRpcRequest, reply: (response: JsonRpcResponse) => void): boolean
  onAnswer(response: JsonRpcResponse): void
  onFailure(error: PoolError): void
}

const FOREVER: Milliseconds = Number.POSITIVE_INFINITY

/**
 * What happens to one call, from the deadline to the answer:
 *
 *     start ─▶ pick ─▶ attempt ─▶ answer
 *               ▲         │
 *               │      failure ─▶ may it be repeated? ─▶ no: fail
 *               └── at once, or after a backoff ── yes
 *
 * Retrying stands above the pick, so that every attempt picks again. As an alarm it wakes from a backoff; the alarm of an
 * attempt is the attempt's own. It is also the query that the picker is asked, for a call allocates nothing that it can be itself.
 */
export class Call extends Alarm implements AttemptOwner, PickQuery {
  readonly #ways: CallWays
  readonly #terms: CallTerms
  readonly #listener: CallListener
  readonly request: JsonRpcRequest
  readonly kind: CallKind
  readonly onlyEra: Era | undefined
  only: Target | undefined
  readonly tried: Target[] = []
  #startedAt: Milliseconds = 0
  #deadline: Milliseconds = FOREVER
  #attempts = 0
  #current: CallAttempt | undefined
  #failures: AttemptFailure[] | undefined
  #onAbort: (() => void) | undefined
  #accepted = false
  #done = false

  constructor(ways: CallWays, request: JsonRpcRequest, terms: CallTerms, listener: CallListener) {
    super()
    this.#ways = ways
    this.request = request
    this.#terms = terms
    this.#listener = listener
    this.kind = ways.kindOf(request)
    this.onlyEra = ways.requiredEra(request, terms.era)
    this.only = terms.only ?? ways.issuers.of(request)
  }

  get era(): Era {
    return this.#terms.era
  }
  get affinity(): string | undefined {
    return this.#terms.affinity
  }
  get requirements(): Requirements | undefined {
    return this.#terms.requirements
  }
  get headers(): Readonly<Record<string, string>> | undefined {
    return this.#terms.headers
  }
  get session(): PinnedSession | undefined {
    return this.#terms.session
  }
  get stream(): boolean {
    return this.#terms.stream === true
  }

  get resumeFrom(): string | undefined {
    return this.#terms.resumeFrom
  }

  start(): void {
    const { signal, timeout, callerTimes } = this.#terms
    const now = this.#ways.timers.now()
    this.#startedAt = now
    if (!this.stream) {
      const limit = timeout ?? (callerTimes === true ? FOREVER : this.#ways.settings.callTimeout)
      this.#deadline = now + limit
    }
    if (signal !== undefined) {
      if (signal.aborted) return this.#fail('CANCELLED', now, signal.reason)
      this.#onAbort = () => this.#abort(signal.reason)
      signal.addEventListener('abort', this.#onAbort)
    }
    this.#launchOrWait(this.#pick(now), now)
  }

  /** The caller does not want it any more, and hears no more of it. The replica is told. Idempotent. */
  cancel(reason: string): void {
    if (this.#done) return
    const now = this.#ways.timers.now()
    this.#giveUpAttempt('ignored', now, reason)
    this.#finish(now, false)
  }

  #abort(reason: unknown): void {
    if (this.#done) return
    const now = this.#ways.timers.now()
    this.#giveUpAttempt('ignored', now, reason instanceof Error ? reason.message : String(reason ?? 'cancelled'))
    this.#fail('CANCELLED', now, reason)
  }

  /** The pool shuts down: calls under way end here. */
  abandon(): void {
    if (this.#done) return
    const now = this.#ways.timers.now()
    this.#giveUpAttempt('ignored', now, 'the pool shuts down')
    this.#fail('SHUTTING_DOWN', now, undefined)
  }

  /** The backoff is over, or the deadline was before it. */
  override fire(now: Milliseconds): void {
    if (this.#done) return
    if (now >= this.#deadline) return this.#fail('REQUEST_TIMEOUT', now, undefined)
    this.#launchOrWait(this.#pick(now), now)
  }

  // ── Attempts ─────────────────────────────────────────────────────────────────────────────────────────────────────

  #pick(now: Milliseconds): Target | undefined {
    const target = this.#ways.picker.pick(this, now)
    if (target !== undefined || this.only === undefined || this.#terms.only !== undefined) return target
    // The replica that issued the cursor is gone: the others may understand it, and else say so.
    this.only = undefined
    return this.#ways.picker.pick(this, now)
  }

  #launchOrWait(target: Target | undefined, now: Milliseconds): void {
    if (target !== undefined) return this.#launch(target, now)
    const error = this.#ways.whyNobody(this)
    this.#remember(error)
    // Somebody may be back before the attempts are used up; where nobody ever will, waiting is in vain.
    if (this.#ways.mayReturn(this) && this.#attempts <= this.#ways.settings.retryAttempts) {
      this.#attempts++
      this.#backOff(now)
    } else this.#fail('NO_HEALTHY_CLIENTS', now, undefined)
  }

  #launch(target: Target, now: Milliseconds): void {
    this.#attempts++
    const attempt = new CallAttempt(this, target, this.#ways.nextWireId())
    this.#current = attempt
    if (!this.stream) {
      target.load.started(attempt, now)
      this.#wind(attempt, now)
    }
    attempt.start()
    if (!this.#accepted && this.#current === attempt) {
      this.#accepted = true
      this.#listener.onAccepted?.()
    }
  }

  /** Sets the attempt's alarm: `requestTimeout` from now, but never past the deadline of the call. */
  #wind(attempt: CallAttempt, now: Milliseconds): void {
    const own = this.#terms.callerTimes === true && !this.#safe() ? FOREVER : this.#ways.settings.requestTimeout
    const delay = Math.min(own, this.#deadline - now)
    if (delay !== FOREVER) this.#ways.timers.set(attempt, delay)
  }

  passed(attempt: CallAttempt, eventId: string): void {
    this.#listener.onEventId?.(attempt.target.id, eventId)
  }

  notified(attempt: CallAttempt, notification: JsonRpcNotification): void {
    if (this.#ways.settings.resetTimeoutOnProgress && notification.method === 'notifications/progress' && !this.stream && !attempt.waiting)
      this.#wind(attempt, this.#ways.timers.now())
    this.#listener.onNotification?.(notification)
  }

  asked(attempt: CallAttempt, request: JsonRpcRequest, reply: (response: JsonRpcResponse) => void): void {
    // While a person thinks, neither the age of the attempt nor its timeout runs; the call's deadline does.
    attempt.waiting = true
    if (this.#deadline === FOREVER) this.#ways.timers.clear(attempt)
    else this.#ways.timers.set(attempt, this.#deadline - this.#ways.timers.now())
    const answer = (response: JsonRpcResponse): void => {
      if (this.#current === attempt && attempt.waiting) {
        attempt.waiting = false
        if (!this.stream) this.#wind(attempt, this.#ways.timers.now())
      }
      reply(response)
    }
    if (this.#listener.onRequest?.(request, answer) !== true) this.#ways.answerServer(request, answer)
  }

  answered(attempt: CallAttempt, response: JsonRpcResponse): void {
    const now = this.#ways.timers.now()
    this.#settle(attempt, outcomeOfAnswer(response), undefined, now)
    if ('error' in response && response.error.code === METHOD_NOT_FOUND && this.#elsewhere(attempt, now)) return
    this.#ways.issuers.learn(response, attempt.target)
    this.#finish(now, true)
    this.#listener.onAnswer(response)
  }

  failed(attempt: CallAttempt, failure: AttemptFailure): void {
    const now = this.#ways.timers.now()
    const code = failure.code as PoolErrorCode
    this.#settle(attempt, outcomeOfFailure(code, failure instanceof PoolError ? failure.status : undefined), failure, now)
    this.#afterFailure(attempt, failure, code, now)
  }

  ranOut(attempt: CallAttempt, now: Milliseconds): void {
    const byCall = now >= this.#deadline
    const progress = attempt.written ? 'sent' : 'not-sent'
    const limit = byCall ? (this.#terms.timeout ?? this.#ways.settings.callTimeout) : this.#ways.settings.requestTimeout
    const failure = new PoolError('REQUEST_TIMEOUT', `no answer within ${limit} ms`, { progress, endpoint: attempt.target.endpointLabel })
    // A timeout that the caller chose says as little about the replica as a cancel does.
    const outcome = byCall && this.#terms.timeout !== undefined ? 'ignored' : 'failed'
    this.#giveUpAttempt(outcome, now, failure.message, failure)
    this.#afterFailure(attempt, failure, 'REQUEST_TIMEOUT', now)
  }

  #afterFailure(attempt: CallAttempt, failure: AttemptFailure, code: PoolErrorCode, now: Milliseconds): void {
    this.#remember(failure)
    if (now >= this.#deadline) return this.#fail('REQUEST_TIMEOUT', now, undefined)
    const repeatable = !this.stream && mayRepeat(code, failure.progress, () => !attempt.wasAsked && this.#safe())
    if (!repeatable || this.#attempts > this.#ways.settings.retryAttempts) return this.#fail(code, now, undefined)
    this.tried.push(attempt.target)
    // The first failover is immediate; the same replica again, or a third one, is given time.
    if (this.#attempts === 1) {
      const target = this.#pick(now)
      if (target !== undefined && !this.tried.includes(target)) return this.#launch(target, now)
    }
    this.#backOff(now, failure.retryAfter)
  }

  /** A replica does not know the method: another one that advertises it may. */
  #elsewhere(attempt: CallAttempt, now: Milliseconds): boolean {
    if (this.#attempts > this.#ways.settings.retryAttempts) return false
    this.tried.push(attempt.target)
    const target = this.#pick(now)
    if (target === undefined || this.tried.includes(target) || target.connection.serves(this.kind) !== 'yes') return false
    this.#launch(target, now)
    return true
  }

  #backOff(now: Milliseconds, atLeast: Milliseconds = 0): void {
    const delay = Math.max(this.#ways.backoff(this.#attempts), atLeast)
    if (now + delay >= this.#deadline) return this.#fail('REQUEST_TIMEOUT', now, undefined)
    this.#ways.timers.set(this, delay)
  }

  #safe(): boolean {
    return this.#ways.isSafe(this.request, this.kind, this.#terms.idempotent)
  }

  // ── Settling ─────────────────────────────────────────────────────────────────────────────────────────────────────

  #settle(attempt: CallAttempt, outcome: 'ok' | 'failed' | 'ignored', failure: AttemptFailure | undefined, now: Milliseconds): void {
    this.#current = undefined
    if (!this.stream) {
      this.#ways.timers.clear(attempt)
      attempt.target.load.settled(attempt, outcome, now)
    }
    this.#ways.settled(attempt.target, outcome, failure)
  }

  #giveUpAttempt(outcome: 'failed' | 'ignored', now: Milliseconds, reason: string, failure?: AttemptFailure): void {
    const attempt = this.#current
    if (attempt === undefined) return
    // Asked before the cancel, which may let go of the exchange.
    if (attempt.written && failure === undefined)
      this.#remember(new PoolError('CANCELLED', reason, { progress: 'sent', endpoint: attempt.target.endpointLabel }))
    attempt.cancel(reason)
    this.#settle(attempt, outcome, failure, now)
  }

  #remember(failure: AttemptFailure): void {
    this.#failures ??= []
    this.#failures.push(failure)
  }

  #fail(code: PoolErrorCode, now: Milliseconds, cause: unknown): void {
    this.#finish(now, false)
    this.#listener.onFailure(describeFailure(code, this.kind.key, this.#attempts, this.#failures ?? [], cause))
  }

  #finish(now: Milliseconds, ok: boolean): void {
    this.#done = true
    this.#ways.timers.clear(this)
    if (this.#onAbort !== undefined) this.#terms.signal?.removeEventListener('abort', this.#onAbort)
    this.#ways.finished(this, ok, now - this.#startedAt)
  }
}

/** JSON-RPC 2.0, section 5.1. */
const METHOD_NOT_FOUND = -32601
