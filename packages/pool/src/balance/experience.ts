import type { Milliseconds } from '../ports.js'
import { MEMORY, PRIOR } from './latency-book.js'

/** What a failure weighs, in outstanding requests, where nothing speaks for the replica. */
const FAILURE_WEIGHT = 20

/** Of those that ended, each weighs so much less than the next: about the last eight say whether it still fails. */
const FADE = 7 / 8

/** Less than this is nothing: quotients of what has all but decayed are noise. */
const NEGLIGIBLE = 1e-9

/** How a replica has been of late, as sums that decay with time: after a pause all is forgiven, however little came since. */
export class Experience {
  /** Sum of how much slower than typical, in logarithms. */
  #slowness = 0
  #samples = 0
  #failures = 0
  /** Failures that an average replica would have had with the same requests. */
  #expected = 0
  /** The last few that ended, and how many of them failed. */
  #last = 0
  #lastFailed = 0
  #at: Milliseconds = 0

  /** `logRatio`: logarithm of a latency, less what is typical of its kind. */
  took(logRatio: number, now: Milliseconds): void {
    this.decay(now)
    this.#slowness += logRatio
    this.#samples++
  }

  /** `usual`: the share of such requests that fails anywhere. */
  ended(failed: boolean, usual: number, now: Milliseconds): void {
    this.decay(now)
    this.#expected += usual
    this.#last = this.#last * FADE + 1
    this.#lastFailed *= FADE
    if (!failed) return
    this.#failures++
    this.#lastFailed++
  }

  /**
   * How slow it is: the mean of `logRatio`, drawn towards 0 while there is little evidence. `openSlowness` and `open` add
   * requests that have not ended and are overdue already.
   */
  slowness(openSlowness: number, open: number): number {
    return (this.#slowness + openSlowness) / (this.#samples + open + PRIOR)
  }

  /** The part of all attempts of late that it had, 0 … 1, and towards 0 when there are few; `all` counts those of every replica. */
  share(all: number): number {
    return this.#samples / (all + PRIOR)
  }

  /**
   * What its failures weigh, in outstanding requests:
   *
   *     20 × (failures − expected) / (1 + expected) × share of the last few that failed
   *
   * 20 for a failure out of the blue, and so much for each while it does nothing else. Without the other two factors one error in a
   * hundred, everywhere, puts a third of a busy fleet out of use at any moment and makes calls half as long again (simulated).
   */
  get penalty(): number {
    const excess = this.#failures - this.#expected
    return excess > NEGLIGIBLE ? ((FAILURE_WEIGHT * excess) / (1 + this.#expected)) * (this.#lastFailed / this.#last) : 0
  }

  /** Call it before reading. */
  decay(now: Milliseconds): void {
    if (now <= this.#at) return
    const factor = Math.exp((this.#at - now) / MEMORY)
    this.#at = now
    this.#slowness *= factor
    this.#samples *= factor
    // Failures are forgiven in half the time, 10 s: the square of what decays in 20.
    const half = factor * factor
    this.#failures *= half
    this.#expected *= half
    this.#last *= half
    this.#lastFailed *= half
  }
}
