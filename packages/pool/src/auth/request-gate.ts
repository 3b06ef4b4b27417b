import { PoolError } from '../errors.js'
import type { Clock, Milliseconds, Random } from '../ports.js'

/** Longest wait after the first failure, and at all. */
const BASE: Milliseconds = 1_000
const MAX: Milliseconds = 30_000

/**
 * Keeps calls from hammering an authorization server that fails: every call asks for a token, and a thousand calls a second would
 * be a thousand requests a second. After a failure nobody asks for a while, twice as long each time, and those who come meanwhile
 * get the failure that is known. The wait is at least half its limit, since here calls, and not a timer, bring the next request.
 */
export class RequestGate {
  readonly #clock: Clock
  readonly #random: Random
  #failures = 0
  #opensAt: Milliseconds = Number.NEGATIVE_INFINITY
  #failure: PoolError | undefined

  constructor(clock: Clock, random: Random) {
    this.#clock = clock
    this.#random = random
  }

  get open(): boolean {
    return this.#clock.now() >= this.#opensAt
  }

  /** @throws the last failure, while the gate is shut */
  pass(): void {
    if (this.#failure === undefined || this.open) return
    const { message, cause, status } = this.#failure
    const retryAfter = Math.ceil(this.#opensAt - this.#clock.now())
    throw new PoolError('AUTH_FAILED', message, { progress: 'refused', cause, retryAfter, ...(status === undefined ? {} : { status }) })
  }

  succeeded(): void {
    this.#failures = 0
    this.#opensAt = Number.NEGATIVE_INFINITY
    this.#failure = undefined
  }

  failed(failure: PoolError): void {
    const limit = Math.min(MAX, BASE * 2 ** Math.min(this.#failures++, 10))
    const wait = limit * (0.5 + this.#random() / 2)
    this.#failure = failure
    this.#opensAt = this.#clock.now() + Math.max(wait, Math.min(failure.retryAfter ?? 0, 10 * MAX))
  }
}
