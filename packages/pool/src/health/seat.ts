import { Alarm, type CallKind, type Guard, type Milliseconds, type Outcome, type Outstanding, type Target } from '../ports.js'
import type { CircuitBreaker } from './circuit-breaker.js'
import type { Ejection } from './ejection.js'
import type { Suspicion } from './evidence/suspicion.js'

/** Whoever has all seats of a pool. */
export interface SeatOwner {
  /** So many are out that nobody believes it. */
  readonly panicking: boolean
  /** Whether some attempt is open is looked at from time to time already. */
  readonly watching: boolean
  /** It has an open attempt, and somebody should look at it from time to time. */
  watch(): void
  /** Of one that is in: something ended, and may prove something. */
  ended(seat: Seat, attempt: Outstanding, outcome: Outcome, now: Milliseconds): void
  /** Of one that is out or on trial. */
  endedOutside(seat: Seat, attempt: Outstanding, outcome: Outcome, now: Milliseconds): void
  /** A trial call of that one started or ended. */
  placesChanged(seat: Seat): void
  /** What was to end by time may have ended. */
  timePassed(seat: Seat, now: Milliseconds): void
}

/**
 * The part of a client's guard that knows whether it is fit for calls: breaker and ejection. It is told of every attempt but
 * listen streams, and before the load is, for it reads the links of what is open.
 *
 * It is on the way of every call: when nothing is wrong it compares a few fields and allocates nothing. As an alarm it goes off
 * when its breaker or its ejection has served its time.
 */
export class Seat extends Alarm implements Omit<Guard, 'full'> {
  /** Whose it is; undefined while that is not available. */
  target: Target | undefined
  /** undefined: there is none. */
  readonly breaker: CircuitBreaker | undefined
  readonly ejection: Ejection
  /** undefined: nobody is ejected. */
  readonly suspicion: Suspicion | undefined
  readonly #owner: SeatOwner

  constructor(owner: SeatOwner, breaker: CircuitBreaker | undefined, ejection: Ejection, suspicion: Suspicion | undefined) {
    super()
    this.#owner = owner
    this.breaker = breaker
    this.ejection = ejection
    this.suspicion = suspicion
  }

  /** May be given a call now. */
  get usable(): boolean {
    return (this.breaker === undefined || this.breaker.hasPlace) && (this.ejection.admits || this.#owner.panicking)
  }

  refuses(_kind: CallKind, now: Milliseconds): 'open' | 'ejected' | undefined {
    if (this.breaker !== undefined && !this.breaker.admits(now)) return 'open'
    return this.ejection.admits || this.#owner.panicking ? undefined : 'ejected'
  }

  started(attempt: Outstanding, now: Milliseconds): void {
    if (this.suspicion !== undefined) {
      this.suspicion.started(attempt)
      if (!this.#owner.watching) this.#owner.watch()
    }
    if (this.breaker !== undefined && this.breaker.state !== 'closed') {
      this.breaker.started(attempt, now)
      this.#owner.placesChanged(this)
    }
    if (this.ejection.state !== 'in' && this.ejection.started(attempt)) this.#owner.placesChanged(this)
  }

  settled(attempt: Outstanding, outcome: Outcome, now: Milliseconds): void {
    if (this.breaker !== undefined) {
      const closed = this.breaker.state === 'closed'
      this.breaker.settled(attempt, outcome, now)
      if (!closed) this.#owner.placesChanged(this)
    }
    if (this.suspicion === undefined) return
    this.suspicion.settled(attempt, outcome, now)
    if (this.ejection.state !== 'in') this.#owner.endedOutside(this, attempt, outcome, now)
    else if (this.suspicion.wants(attempt, outcome, now)) this.#owner.ended(this, attempt, outcome, now)
  }

  override fire(now: Milliseconds): void {
    this.#owner.timePassed(this, now)
  }
}
