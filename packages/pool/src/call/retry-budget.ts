import type { Clock, Milliseconds } from '../ports.js'
import { SlidingSum } from '../sliding-sum.js'

/**
 * Retry budget: how many retries a whole pool may spend.
 *
 * The problem: "up to 3 retries" is a bound per call, and multiplies load by 4 exactly when the servers can bear it
 * least; then everything times out, and is retried. A budget bounds the whole: retries may add at most `ratio` to the
 * load, whatever happens, plus a small reserve so that a quiet pool may retry its first call.
 *
 *     allowed in a window  =  ratio × calls in it  +  reserve × its length
 *
 * After Finagle's `RetryBudget` (20% and 10 a second over 10 s). Unlike a count of tokens in whole numbers, any ratio
 * works: 0.6 allows 60%, not 100%.
 */
export interface RetryBudgetOptions {
  /** Retries allowed per call. 0 leaves only the reserve; 1 may double the load. Range 0 … 10. @default 0.2 */
  readonly ratio?: number
  /** Retries per second allowed besides. Raise it where calls are rare and replicas many. Range 0 … 10,000. @default 10 */
  readonly reserve?: number
  /** How far back calls and retries count. Range 1,000 … 60,000 ms. @default 10_000 */
  readonly window?: Milliseconds
}

export class RetryBudget {
  readonly #ratio: number
  readonly #reserved: number
  readonly #calls: SlidingSum
  readonly #retries: SlidingSum

  constructor(clock: Clock, options: RetryBudgetOptions = {}) {
    const { ratio = 0.2, reserve = 10, window = 10_000 } = options
    inRange('ratio', ratio, 0, 10)
    inRange('reserve', reserve, 0, 10_000)
    inRange('window', window, 1_000, 60_000)
    this.#ratio = ratio
    this.#reserved = (reserve * window) / 1_000
    this.#calls = new SlidingSum(clock, { window })
    this.#retries = new SlidingSum(clock, { window })
  }

  /** A call has started; its first attempt costs nothing. */
  deposit(): void {
    this.#calls.add(1)
  }

  /** Takes one retry out of the budget. `false`: nothing is left, and the caller must let the error stand. */
  withdraw(): boolean {
    if (this.balance < 1) return false
    this.#retries.add(1)
    return true
  }

  /** Retries that may be spent now. */
  get balance(): number {
    return this.#ratio * this.#calls.value + this.#reserved - this.#retries.value
  }
}

function inRange(name: string, value: number, from: number, to: number): void {
  if (!(value >= from && value <= to)) throw new RangeError(`retryBudget.${name} must be ${from} … ${to}, got ${value}`)
}
