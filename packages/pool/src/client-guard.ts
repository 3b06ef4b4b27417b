import type { Limit } from './call/index.js'
import type { Seat } from './health/index.js'
import type { CallKind, Guard, Milliseconds, Outcome, Outstanding, Refusal } from './ports.js'

/** However long a server asks to be left alone: it may mean another caller's quota, or the wrong unit. */
const LONGEST_REST: Milliseconds = 30_000

/**
 * What one client does not let through, in the order in which it is asked:
 *
 *     seat     its breaker is open, or it is out for its outcomes
 *     limit    its places are taken
 *     rest     its server asked to be left alone for a while (`Retry-After`); used all the same when nobody else is there
 */
export class ClientGuard implements Guard {
  readonly seat: Seat
  readonly limit: Limit | undefined
  #restsUntil: Milliseconds = 0

  constructor(seat: Seat, limit: Limit | undefined) {
    this.seat = seat
    this.limit = limit
  }

  refuses(kind: CallKind, now: Milliseconds): Refusal | undefined {
    const refusal = this.seat.refuses(kind, now)
    if (refusal !== undefined) return refusal
    if (this.limit !== undefined && !this.limit.admits(kind)) return 'full'
    return now < this.#restsUntil ? 'resting' : undefined
  }

  get full(): boolean {
    return this.limit !== undefined && this.limit.full
  }

  started(attempt: Outstanding, now: Milliseconds): void {
    this.seat.started(attempt, now)
    this.limit?.started(attempt, now)
  }

  settled(attempt: Outstanding, outcome: Outcome, now: Milliseconds): void {
    this.seat.settled(attempt, outcome, now)
    this.limit?.settled(attempt, outcome, now)
  }

  /** Its server asked to be left alone for so long. */
  rest(time: Milliseconds, now: Milliseconds): void {
    this.#restsUntil = Math.max(this.#restsUntil, now + Math.min(time, LONGEST_REST))
  }
}
