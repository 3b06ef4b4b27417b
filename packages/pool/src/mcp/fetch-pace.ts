import type { Milliseconds, Random } from '../ports.js'

const LEAST: Milliseconds = 1_000
const MOST: Milliseconds = 30_000

/**
 * How soon something may be fetched again that a server says has changed: a server may say so whenever it is asked, and would be
 * asked for ever without a pause. Between one and two seconds after the first time, twice that after each that comes as soon as it
 * may, up to a minute; from the beginning after a time as long again without any.
 */
export class FetchPace {
  #gap = LEAST
  #next: Milliseconds = Number.NEGATIVE_INFINITY

  /** From now until the next fetch may begin; 0: it may. */
  wait(now: Milliseconds): Milliseconds {
    return Math.max(0, this.#next - now)
  }

  /** A fetch begins, or one failed. The second half of the gap is chance: those who were told together do not ask together. */
  spent(now: Milliseconds, random: Random): void {
    this.#gap = now - this.#next > this.#gap ? LEAST : Math.min(MOST, this.#gap * 2)
    this.#next = now + this.#gap * (1 + random())
  }
}
