import { LatencyHistogram } from '../balance/index.js'
import type { Milliseconds } from '../ports.js'
import { DurationBuckets } from './duration-buckets.js'

/** Of how many the quantiles are, at most: about the last 500 to 1,000. */
const RECENT = 1_024

/** Durations in buckets, and those of late for quantiles that people read: buckets alone would answer p99 with "under 10 seconds", and with last week's. */
export class Durations extends DurationBuckets {
  readonly #recent = new LatencyHistogram(RECENT)

  override add(duration: Milliseconds): void {
    super.add(duration)
    this.#recent.add(Math.log(duration))
  }

  /** What the share `q` (0 … 1) of the latest did not exceed, right to 5%; undefined without any. */
  quantile(q: number): Milliseconds | undefined {
    return this.#recent.quantile(q)
  }
}
