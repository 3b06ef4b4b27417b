import type { Milliseconds } from '../ports.js'

/** Upper bounds of the buckets: from a tool that looks something up to one that works for two minutes. */
export const BOUNDS: readonly Milliseconds[] = [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 120_000]

/** Durations since the beginning, by how long they were: counts that only grow, as collectors want them. */
export class DurationBuckets {
  /** One more than `BOUNDS`: the last is of all that took longer. */
  readonly counts: Float64Array = new Float64Array(BOUNDS.length + 1)
  #sum: Milliseconds = 0
  #count = 0

  get sum(): Milliseconds {
    return this.#sum
  }

  get count(): number {
    return this.#count
  }

  add(duration: Milliseconds): void {
    let bucket = 0
    while (bucket < BOUNDS.length && duration > BOUNDS[bucket]!) bucket++
    this.counts[bucket]!++
    this.#sum += duration
    this.#count++
  }

  /** Counts those of another as well. */
  absorb(other: DurationBuckets): void {
    for (const [bucket, count] of other.counts.entries()) this.counts[bucket]! += count
    this.#sum += other.sum
    this.#count += other.count
  }
}
