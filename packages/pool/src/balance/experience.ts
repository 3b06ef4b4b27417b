import type { Milliseconds } from '../ports.js'
import { MEMORY } from './latency-book.js'

/** Samples of an average replica that are mixed into every replica's: what is known of a few calls is mostly chance. */
const PRIOR = 8

/** What one failure weighs, in outstanding requests. */
const FAILURE_WEIGHT = 20

/** How a replica has been of late, as sums that decay with time and never with traffic: after a pause all is forgiven. */
export class Experience {
  /** Sum of how much slower than typical, in logarithms. */
  #slowness = 0
  #samples = 0
  #failures = 0
  /** Failures that an average replica would have had with the same requests. */
  #expected = 0
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
    if (failed) this.#failures++
  }

  /**
   * How slow it is: the mean of `logRatio`, drawn towards 0 while there is little evidence. `openSlowness` and `open` add
   * requests that have not ended and are overdue already.
   */
  slowness(openSlowness: number, open: number): number {
    return (this.#slowness + openSlowness) / (this.#samples + open + PRIOR)
  }

  /**
   * What its failures weigh, in outstanding requests: 20 for one, less where others fail alike. Without the divisor the penalties
   * of a busy fleet with 1% of errors everywhere would differ by hundreds, by chance, and outweigh all load.
   */
  get penalty(): number {
    return (FAILURE_WEIGHT * this.#failures) / (1 + this.#expected)
  }

  /** Call it before reading. */
  decay(now: Milliseconds): void {
    if (now <= this.#at) return
    const factor = Math.exp((this.#at - now) / MEMORY)
    this.#at = now
    this.#slowness *= factor
    this.#samples *= factor
    // Failures are forgiven in half the time, 10 s: the square of what decays in 20.
    this.#failures *= factor * factor
    this.#expected *= factor * factor
  }
}
