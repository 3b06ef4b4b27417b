import { PoolError, type PoolErrorCode } from '../errors.js'
import {
  type AttemptFailure,
  type AttemptReason,
  type CallTrace,
  type JsonRpcNotification,
  type JsonRpcRequest,
  type JsonRpcResponse,
  type MetaFields,
  type Milliseconds,
  type ObservedEnd,
  type Outcome,
  type Target,
} from '../ports.js'
import { type AttemptOwner, CallAttempt } from './attempt.js'
import { type CallEnd, endOf } from './call-observer.js'
import { CallQuery } from './call-query.js'
import type { CallListener, CallTerms } from './call-terms.js'
import type { CallWays } from './call-ways.js'
import { describeFailure } from './describe-failure.js'
import { isFruitless, isRefusal, outcomeOfAnswer, outcomeOfFailure } from './outcome.js'
import type { Entry, Place, Waiting } from './admission/index.js'
import type { OpenCall } from './open-calls.js'
import { issue } from './issued.js'
import { isExhausted, mayRepeat } from './repeat.js'
import { saysSafe } from './safety.js'

const FOREVER: Milliseconds = Number.POSITIVE_INFINITY

/**
 * What happens to one call, from admission to the answer:
 *
 *     start ─▶ a place? ─▶ pick ─▶ attempt ─────────▶ answer
 *              │   ▲         ▲      │   └─ slow ─▶ hedge: a second attempt elsewhere, the first answer counts
 *              ▼   │         │    failure ─▶ may it be repeated, and is it worth it? ─▶ no: fail
 *             queue          └── at once, or after a backoff ── yes
 *
 * Hedging and retrying stand above the pick, so that every attempt picks again. As an alarm the call wakes from a backoff or for a
 * hedge, of which there is one at a time; the alarm of an attempt is the attempt's own.
 *
 * Whoever is told of an attempt (guard, budgets, listeners of the pool) may let others in from the queue, and people who listen may
 * abort this very call. So after each pick, start and end of an attempt the call may be over.
 */
export class Call extends CallQuery implements AttemptOwner, Waiting, OpenCall {
  readonly #listener: CallListener
  /** Belong to the list of open calls. */
  earlier: OpenCall | undefined = undefined
  later: OpenCall | undefined = undefined
  waitsUntil: Milliseconds = FOREVER
  /** Belongs to the queue. */
  place: Place | undefined = undefined
  #startedAt: Milliseconds = 0
  #deadline: Milliseconds = FOREVER
  /** Attempts that were made. */
  #attempts = 0
  /** How often it was repeated, or waited for somebody to repeat it on. */
  #repeats = 0
  #sessionsLost = 0
  #current: CallAttempt | undefined
  /** The second attempt of a call whose first is slow. Invariant: there is a current one. */
  #hedge: CallAttempt | undefined
  #failures: AttemptFailure[] | undefined
  #onAbort: (() => void) | undefined
  /** undefined: nobody watches this call. */
  readonly #trace: CallTrace | undefined
  #accepted = false
  #admitted = false
  #done = false

  constructor(ways: CallWays, request: JsonRpcRequest, terms: CallTerms, listener: CallListener) {
    super(ways, request, terms)
    this.#listener = listener
    this.#trace = ways.watch?.begin(this)
  }

  start(): void {
    const { signal } = this.terms
    const now = this.ways.timers.now()
    this.#startedAt = now
    if (signal !== undefined) {
      if (signal.aborted) return this.#fail('CANCELLED', now, signal.reason)
      this.#onAbort = () => this.#abort(signal.reason)
      signal.addEventListener('abort', this.#onAbort)
    }
    // Who comes later waits behind those who wait already.
    if (!this.stream && this.ways.admission?.hasWaitingFor(this.need) === true) return this.#wait(now)
    this.#launchOrWait(this.#pick(now), now)
  }

  /** The caller does not want it any more, and hears no more of it. The replica is told. Idempotent. */
  cancel(reason: string): void {
    if (this.#done) return
    const now = this.ways.timers.now()
    this.#finish(now, 'CANCELLED')
    this.#giveUpAttempts('ignored', now, reason)
    if (this.#trace !== undefined) this.#traceEnd(this.#failure('CANCELLED', undefined, ''))
  }

  #abort(reason: unknown): void {
    if (this.#done) return
    const now = this.ways.timers.now()
    this.#giveUpAttempts('ignored', now, wordsOf(reason))
    this.#fail('CANCELLED', now, reason)
  }

  /** The pool shuts down: calls under way end here. */
  abandon(): void {
    if (this.#done) return
    const now = this.ways.timers.now()
    this.#giveUpAttempts('ignored', now, 'the pool shuts down')
    this.#fail('SHUTTING_DOWN', now, undefined)
  }

  /** The backoff is over, or the current attempt is slow. */
  override fire(now: Milliseconds): void {
    if (this.#done) return
    if (this.#current !== undefined) return this.#launchHedge(this.#current, now)
    this.#launchOrWait(this.#pick(now), now)
  }

  // ── In the queue ─────────────────────────────────────────────────────────────────────────────────────────────────

  #wait(now: Milliseconds): void {
    if (!this.#done && this.#trace !== undefined) this.ways.watch!.queued(this.#trace)
    if (this.#done) return
    this.waitsUntil = Math.min(now + (this.terms.queueTimeout ?? this.ways.settings.queueTimeout), this.#deadline)
    this.ways.admission!.wait(this, now)
  }

  enter(now: Milliseconds): Entry {
    if (this.#admitted && !this.#inTime(now, 0)) {
      this.#fail('REQUEST_TIMEOUT', now, undefined)
      return 'ended'
    }
    const target = this.#pick(now)
    if (this.#done) return 'ended'
    if (target !== undefined) {
      this.#launch(target, now)
      return 'started'
    }
    if (this.ways.mayGetPlace(this, now)) return this.ways.allFull ? 'full' : 'no-place'
    // Those for whom it waited are gone, or their breakers have opened.
    this.#withoutAnyone(now)
    return 'ended'
  }

  shed(code: 'QUEUE_TIMEOUT' | 'QUEUE_FULL', now: Milliseconds): void {
    if (now >= this.#deadline) return this.#fail('REQUEST_TIMEOUT', now, undefined)
    this.ways.sentAway(code)
    const waited = Math.round(now - this.#startedAt)
    this.#remember(new PoolError(code, code === 'QUEUE_FULL' ? 'the queue is full' : `no place became free within ${waited} ms`))
    this.#fail(code, now, undefined)
  }

  // ── Attempts ─────────────────────────────────────────────────────────────────────────────────────────────────────

  #pick(now: Milliseconds): Target | undefined {
    const target = this.ways.picker.pick(this, now)
    if (target !== undefined || this.terms.only !== undefined) return target
    const { ownSession } = this
    if (this.only === undefined && this.session === ownSession) return undefined
    // Its places are taken, and one of them is worth a wait.
    if (this.ways.admission !== undefined && this.ways.isBusy(this, now)) return undefined
    // The replica that issued the cursor is gone, or the home does not serve it: the others may understand it, and else say so.
    this.only = undefined
    this.session = ownSession
    return this.ways.picker.pick(this, now)
  }

  #launchOrWait(target: Target | undefined, now: Milliseconds): void {
    if (target !== undefined) return this.#launch(target, now)
    const { admission } = this.ways
    if (admission !== undefined && !this.stream && this.ways.mayGetPlace(this, now)) return this.#wait(now)
    this.#withoutAnyone(now)
  }

  /** Nobody takes it now, and there is no place to wait for. */
  #withoutAnyone(now: Milliseconds): void {
    const error = this.ways.whyNobody(this, now)
    this.#remember(error)
    // Somebody may be back before the repeats are used up; where nobody ever will, waiting is in vain.
    if (isExhausted(this.#repeats, this.#sessionsLost, this.ways.settings) || !this.ways.mayReturn(this))
      return this.#fail(error.code as PoolErrorCode, now, undefined)
    this.#admit(now)
    this.#backOff(error.code as PoolErrorCode, now)
  }

  /** The deadline runs from here: time in the queue has its own bound. */
  #admit(now: Milliseconds): void {
    if (this.#admitted) return
    this.#admitted = true
    this.ways.admitted(now)
    if (this.stream) return
    const { timeout, callerTimes } = this.terms
    this.#deadline = now + (timeout ?? (callerTimes === true ? FOREVER : this.ways.settings.callTimeout))
  }

  #launch(target: Target, now: Milliseconds): void {
    if (this.#done) return
    this.#admit(now)
    const attempt = this.#attempt(target, now)
    if (attempt === undefined) return
    this.#current = attempt
    if (!this.stream) {
      const hedgeAfter = this.ways.hedgeAfter(this.kind, this.terms.hedge)
      if (hedgeAfter !== undefined) this.ways.timers.set(this, hedgeAfter, now)
    }
    attempt.start()
    if (!this.#accepted && this.#current === attempt) {
      this.#accepted = true
      this.#listener.onAccepted?.()
    }
  }

  /** undefined: the call was ended meanwhile. */
  #attempt(target: Target, now: Milliseconds): CallAttempt | undefined {
    this.#attempts++
    const attempt = new CallAttempt(this, target, this.ways.nextWireId())
    if (this.#trace !== undefined) attempt.watch = this.ways.watch!.attempt(this.#trace, attempt, this.#reason, this.#attempts)
    if (!this.stream) {
      target.load.started(attempt, now)
      target.guard.started(attempt, now)
      this.#wind(attempt, now)
    }
    if (!this.#done) return attempt
    attempt.cancel('the call was over before it was sent')
    this.#settle(attempt, 'ignored', undefined, now)
    return undefined
  }

  /** The first attempt has taken longer than most: a second one elsewhere, where that is safe, worth it and within the budget. */
  #launchHedge(slow: CallAttempt, now: Milliseconds): void {
    if (slow.wasAsked || this.#hedge !== undefined || !this.#inTime(now, 0)) return
    // What speaks against it may change: a tool list is on its way, a place is taken, the budget is spent. After twice the time it is looked at again.
    if (!this.#safe(slow) || !this.#startHedge(slow, now)) this.ways.timers.set(this, now - slow.startedAt, now)
  }

  /** `false`: nobody takes it now, or the budget is spent. */
  #startHedge(slow: CallAttempt, now: Milliseconds): boolean {
    const before = this.tried
    this.tried = [...before, slow.target]
    // Not elsewhere than a cursor or a session must go: who does not understand it answers first, and wrongly.
    const target = this.ways.picker.pick(this, now)
    const another = target !== undefined && !this.tried.includes(target) && target.guard.refuses(this.kind, now) === undefined
    this.tried = before
    if (this.#done) return true
    if (!another || !this.ways.spendHedge()) return false
    const hedge = this.#attempt(target, now)
    if (hedge !== undefined) {
      this.#hedge = hedge
      hedge.start()
    }
    return true
  }

  /** Sets the attempt's alarm: `requestTimeout` from now, but never past the deadline of the call. */
  #wind(attempt: CallAttempt, now: Milliseconds): void {
    const own = this.terms.callerTimes === true && !this.#safe() ? FOREVER : this.ways.settings.requestTimeout
    const delay = Math.min(own, this.#deadline - now)
    if (delay !== FOREVER) this.ways.timers.set(attempt, delay, now)
  }

  get #reason(): AttemptReason {
    if (this.#current !== undefined) return 'hedge'
    return this.#attempts === 1 ? 'first' : 'retry'
  }

  get meta(): MetaFields | undefined {
    return this.#trace && this.ways.watch!.metaOf(this.#trace)
  }

  sending(attempt: CallAttempt): void {
    if (this.#trace === undefined) attempt.send()
    else this.ways.watch!.sending(this.#trace, attempt)
  }

  passed(attempt: CallAttempt, eventId: string): void {
    this.#listener.onEventId?.(attempt.target.id, eventId)
  }

  notified(attempt: CallAttempt, notification: JsonRpcNotification): void {
    // Progress of two attempts would run backwards for whoever reads it as one.
    if (attempt === this.#hedge || this.#done) return
    if (this.ways.settings.resetTimeoutOnProgress && notification.method === 'notifications/progress' && !this.stream && !attempt.waiting)
      this.#wind(attempt, this.ways.timers.now())
    this.#listener.onNotification?.(notification)
  }

  asked(attempt: CallAttempt, request: JsonRpcRequest, reply: (response: JsonRpcResponse) => void): void {
    // It wins: people must not be asked twice.
    if (!this.#done) this.#cancelOther(attempt, 'another attempt asked the client something')
    if (this.#done) return
    // While a person thinks, neither the age of the attempt nor its timeout runs; the call's deadline does.
    attempt.waiting = true
    attempt.questions++
    if (this.#deadline === FOREVER) this.ways.timers.clear(attempt)
    else this.ways.timers.set(attempt, this.#deadline - this.ways.timers.now())
    let isOpen = true
    const answer = (response: JsonRpcResponse): void => {
      // Said twice, or to a server that is not waiting for it any more: by now it may have another question of that id.
      if (!isOpen || attempt.settled) return
      isOpen = false
      if (--attempt.questions === 0 && this.#current === attempt) {
        attempt.waiting = false
        if (!this.stream) this.#wind(attempt, this.ways.timers.now())
      }
      reply(response)
    }
    if (this.#listener.onRequest?.(request, answer) === true || this.ways.answerServer(request, answer)) return
    if (attempt.target.connection.era !== this.era) this.ways.keepToEra(this.kind, this.era)
  }

  answered(attempt: CallAttempt, response: JsonRpcResponse): void {
    const now = this.ways.timers.now()
    attempt.fruitless = isFruitless(response)
    // The other attempt was answered, and whoever heard of that made this one be answered too.
    if (this.#done) return this.#settle(attempt, outcomeOfAnswer(response), undefined, now)
    // A tool's own -32601 says nothing of the method, and whoever was asked something has begun.
    const mayBeUnknown = 'error' in response && response.error.code === METHOD_NOT_FOUND
    const isAnswer = !mayBeUnknown || this.kind.method === 'tools/call' || attempt.wasAsked
    if (isAnswer) this.#finish(now, endOf(response))
    this.#settle(attempt, outcomeOfAnswer(response), undefined, now)
    if (!isAnswer) {
      if (this.#done || this.#elsewhere(attempt, now) || this.#done) return
      this.#finish(now, 'error')
    }
    this.#cancelOther(attempt, 'another attempt was answered first')
    this.#traceEnd(response)
    this.#listener.onAnswer(issue(response, this.request, attempt.target, this.terms.session === undefined))
  }

  failed(attempt: CallAttempt, failure: AttemptFailure): void {
    const now = this.ways.timers.now()
    const code = failure.code as PoolErrorCode
    const status = failure instanceof PoolError ? failure.status : undefined
    if (code === 'NO_HEALTHY_CLIENTS' && failure.progress === 'sent') this.ways.keepToEra(this.kind, this.era)
    attempt.fruitless = isRefusal(code, status)
    this.#remember(failure)
    this.#settle(attempt, outcomeOfFailure(code, status), failure, now)
    this.#afterFailure(attempt, failure, code, now)
  }

  ranOut(attempt: CallAttempt, now: Milliseconds): void {
    const byCall = now >= this.#deadline
    const progress = attempt.written ? 'sent' : 'not-sent'
    const limit = byCall ? (this.terms.timeout ?? this.ways.settings.callTimeout) : this.ways.settings.requestTimeout
    const failure = new PoolError('REQUEST_TIMEOUT', `no answer within ${limit} ms`, { progress, endpoint: attempt.target.endpointLabel })
    // A timeout that the caller chose says as little about the replica as a cancel does.
    const outcome = byCall && this.terms.timeout !== undefined ? 'ignored' : 'failed'
    attempt.cancel(failure.message, failure)
    this.#remember(failure)
    this.#settle(attempt, outcome, failure, now)
    this.#afterFailure(attempt, failure, 'REQUEST_TIMEOUT', now)
  }

  #afterFailure(attempt: CallAttempt, failure: AttemptFailure, code: PoolErrorCode, now: Milliseconds): void {
    if (this.#done) return
    if (now >= this.#deadline) {
      this.#giveUpAttempts('ignored', now, 'no time left')
      return this.#fail('REQUEST_TIMEOUT', now, undefined)
    }
    if (code === 'SESSION_LOST' && !this.tried.includes(attempt.target)) this.#sessionsLost++
    this.tried = [...this.tried, attempt.target]
    // The other one may still be answered.
    if (this.#current !== undefined) return
    const repeatable = !this.stream && mayRepeat(code, failure.progress, () => !attempt.wasAsked && this.#safe(attempt))
    if (!repeatable || isExhausted(this.#repeats, this.#sessionsLost, this.ways.settings)) return this.#fail(code, now, undefined)
    if (!this.ways.spendRetry(failure.progress, now)) return this.#fail(code, now, undefined, ', and no retry is left in the budget')
    // The first failover is immediate; the same replica again, or a third one, is given time.
    const target = this.#inTime(now, 0) ? this.#pick(now) : undefined
    const another = target !== undefined && !this.tried.includes(target)
    // What it cannot bring to its caller's era now it cannot later.
    if (code === 'NO_HEALTHY_CLIENTS' && !another) return this.#fail(code, now, undefined)
    if (another && this.#repeats === 0) {
      this.#repeats++
      return this.#launch(target, now)
    }
    // A replica asks to be left alone for itself, not for the others.
    this.#backOff(code, now, another ? 0 : failure.retryAfter)
  }

  /** A replica does not know the method, and did not run it: another one that advertises it may. */
  #elsewhere(attempt: CallAttempt, now: Milliseconds): boolean {
    this.tried = [...this.tried, attempt.target]
    if (this.#current !== undefined) return true
    if (isExhausted(this.#repeats, this.#sessionsLost, this.ways.settings) || !this.#inTime(now, 0)) return false
    const target = this.#pick(now)
    if (target === undefined || this.tried.includes(target) || target.connection.serves(this.kind) !== 'yes') return false
    if (!this.ways.spendRetry('refused', now)) return false
    this.#repeats++
    this.#launch(target, now)
    return true
  }

  /** `code`: of what went wrong, which is what the call fails with where there is no time to repeat it. */
  #backOff(code: PoolErrorCode, now: Milliseconds, atLeast: Milliseconds = 0): void {
    if (this.#done) return
    this.#repeats++
    const delay = Math.max(this.ways.backoff(this.#repeats), atLeast)
    if (!this.#inTime(now, delay)) return this.#fail(code, now, undefined, ', and there is no time to repeat it')
    this.ways.timers.set(this, delay, now)
  }

  /** An attempt that starts after `delay` can end before the deadline: hardly any such request was ever answered sooner. */
  #inTime(now: Milliseconds, delay: Milliseconds): boolean {
    return now + delay + this.ways.soonest(this.kind) < this.#deadline
  }

  /** Whether it may run once more after `ran`: what the replica that may have run it says of the tool counts too, though it may not be in use any more. */
  #safe(ran?: CallAttempt): boolean {
    if (!this.ways.isSafe(this.request, this.kind, this.terms.idempotent)) return false
    return ran === undefined || this.terms.idempotent !== undefined || this.kind.tool === undefined || saysSafe(ran.connection?.tool(this.kind.tool))
  }

  // ── Settling ─────────────────────────────────────────────────────────────────────────────────────────────────────

  #settle(attempt: CallAttempt, outcome: Outcome, failure: AttemptFailure | undefined, now: Milliseconds): void {
    if (attempt === this.#current) this.#current = this.#hedge
    this.#hedge = undefined
    attempt.tell()
    this.ways.settling()
    if (!this.stream) {
      this.ways.timers.clear(attempt)
      // The guard first: it reads the list of what is open, which the load keeps.
      attempt.target.guard.settled(attempt, outcome, now)
      attempt.target.load.settled(attempt, outcome, now)
    }
    this.ways.settled(attempt, outcome, failure, now)
  }

  /** There are two, and this one decides. */
  #cancelOther(attempt: CallAttempt, reason: string): void {
    const other = attempt === this.#current ? this.#hedge : this.#current
    if (other === undefined) return
    other.cancel(reason)
    this.#settle(other, 'ignored', undefined, this.ways.timers.now())
  }

  #giveUpAttempts(outcome: Outcome, now: Milliseconds, reason: string): void {
    for (let attempt = this.#current; attempt !== undefined; attempt = this.#current) {
      // Asked before the cancel, which may let go of the exchange.
      if (attempt.written) this.#remember(new PoolError('CANCELLED', reason, { progress: 'sent', endpoint: attempt.target.endpointLabel }))
      attempt.cancel(reason)
      this.#settle(attempt, outcome, undefined, now)
    }
  }

  #remember(failure: AttemptFailure): void {
    this.#failures ??= []
    this.#failures.push(failure)
  }

  #fail(code: PoolErrorCode, now: Milliseconds, cause: unknown, note = ''): void {
    if (this.#done) return
    this.#finish(now, code)
    const error = this.#failure(code, cause, note)
    this.#traceEnd(error)
    this.#listener.onFailure(error)
  }

  #failure(code: PoolErrorCode, cause: unknown, note: string): PoolError {
    return describeFailure(code, this.kind.key, this.#attempts, this.#failures ?? [], cause, note)
  }

  #traceEnd(end: ObservedEnd): void {
    if (this.#trace !== undefined) this.ways.watch!.ended(this.#trace, end)
  }

  #finish(now: Milliseconds, end: CallEnd): void {
    this.#done = true
    if (this.place !== undefined) this.ways.admission!.remove(this)
    this.ways.timers.clear(this)
    if (this.#onAbort !== undefined) this.terms.signal?.removeEventListener('abort', this.#onAbort)
    this.ways.finished(this, end, now - this.#startedAt)
  }
}

/** An `AbortSignal` may be given any reason at all, also one that cannot be made a string. */
function wordsOf(reason: unknown): string {
  if (reason instanceof Error) return reason.message
  return typeof reason === 'string' ? reason : 'cancelled'
}

/** JSON-RPC 2.0, section 5.1. */
const METHOD_NOT_FOUND = -32601
