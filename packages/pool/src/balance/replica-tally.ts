import type { Milliseconds } from '../ports.js'
import { LatencyHistogram } from './latency-histogram.js'

/** `averageLatency` is the mean of the first so many answers, then moves by one part in so many with each. */
const AVERAGED = 50

/** What people read of a replica: counts since it was made, latencies of late. */
export class ReplicaTally {
  readonly #histogram = new LatencyHistogram()
  #total = 0
  #failed = 0
  #answered = 0
  #consecutiveFailures = 0
  #averageLatency: Milliseconds = 0

  /** Attempts that were started. */
  get total(): number {
    return this.#total
  }

  get answered(): number {
    return this.#answered
  }

  get failed(): number {
    return this.#failed
  }

  /** Attempts that failed since the last that was answered. */
  get consecutiveFailures(): number {
    return this.#consecutiveFailures
  }

  /** Mean of about the last 50 answers; 0 before the first. */
  get averageLatency(): Milliseconds {
    return this.#averageLatency
  }

  /** The latency that the share `q` (0 … 1) of about the last 4,000 answers did not exceed, right to 5%; undefined before the first. */
  quantile(q: number): Milliseconds | undefined {
    return this.#histogram.quantile(q)
  }

  started(): void {
    this.#total++
  }

  /** `logLatency`: natural logarithm of `latency`. */
  ended(failed: boolean, latency: Milliseconds, logLatency: number): void {
    if (failed) {
      this.#failed++
      this.#consecutiveFailures++
      return
    }
    this.#consecutiveFailures = 0
    this.#answered++
    this.#averageLatency += (latency - this.#averageLatency) / Math.min(this.#answered, AVERAGED)
    this.#histogram.add(logLatency)
  }
}
