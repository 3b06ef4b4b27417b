import { LatencyHistogram } from '../balance/index.js'
import type { Milliseconds } from '../ports.js'

/** Upper bounds of the buckets: from a tool that looks something up to one that works for two minutes. */
export const BOUNDS: readonly Milliseconds[] = [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 120_000]

/** Of how many the quantiles are, at most: about the last 500 to 1,000. */
const RECENT = 1_024

/**
 * Durations of one thing: all since it was made, in buckets that only grow, as collectors want them; and of late, for quantiles that people
 * read. Buckets alone would answer p99 with "under 10 seconds", and whatever happened last week.
 */
export class Durations {
  /** One more than `BOUNDS`: the last is of all that took longer. */
  readonly buckets: Float64Array = new Float64Array(BOUNDS.length + 1)
  #sum: Milliseconds = 0
  #count = 0
  readonly #recent = new LatencyHistogram(RECENT)

  get sum(): Milliseconds {
    return this.#sum
  }

  get count(): number {
    return this.#count
  }

  add(duration: Milliseconds): void {
    let bucket = 0
    while (bucket < BOUNDS.length && duration > BOUNDS[bucket]!) bucket++
    this.buckets[bucket]!++
    this.#sum += duration
    this.#count++
    this.#recent.add(Math.log(duration))
  }

  /** What the share `q` (0 … 1) of the latest did not exceed, right to 5%; undefined without any. */
  quantile(q: number): Milliseconds | undefined {
    return this.#recent.quantile(q)
  }
}
