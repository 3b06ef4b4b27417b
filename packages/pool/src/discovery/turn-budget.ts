import type { Clock, Milliseconds } from '../ports.js'

/** Turns that may follow each other at once. */
const BURST = 10
/** Time in which one more may. */
const INTERVAL: Milliseconds = 1_000

/**
 * How often a registry is asked at most: a token bucket, which Consul's documentation asks its clients for, and which holds all
 * registries to the same. A registry whose contents change all the time is asked once a second, one that changes now and then at once.
 */
export class TurnBudget {
  readonly #clock: Clock
  /** When the bucket would be full: each turn moves it on. */
  #fullAt: Milliseconds

  constructor(clock: Clock) {
    this.#clock = clock
    this.#fullAt = clock.now()
  }

  /** A turn is over. How long to wait at least before the next one. */
  spend(): Milliseconds {
    const now = this.#clock.now()
    this.#fullAt = Math.max(this.#fullAt, now) + INTERVAL
    return Math.max(0, this.#fullAt - now - BURST * INTERVAL)
  }
}
