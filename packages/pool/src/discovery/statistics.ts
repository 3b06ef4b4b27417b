import type { Milliseconds } from '../ports.js'

/** What is known of the source of endpoints. */
export interface DiscoveryStatistics {
  /** The type of the source; `resolver` is one of your own. */
  readonly source: string
  /** Endpoints that were found; where there is `subsetSize`, this pool uses so many of them. */
  readonly endpoints: number
  /** Of those, the ones that the last answer lacks, and that are not believed to be gone yet. */
  readonly missing: number
  /** Time since the last answer. A source that tells of changes only may be well and say nothing for days. undefined: there was none. */
  readonly age: Milliseconds | undefined
  /** How long the source has not answered. undefined: it does. */
  readonly failingFor: Milliseconds | undefined
  /** Why it did not answer when it did not last. */
  readonly lastError: string | undefined
  /** Entries of the last answer that were left out. */
  readonly rejected: number
  /** Why, of the first ten. */
  readonly reasons: readonly string[]
  /** How often the set changed, since the pool was made. */
  readonly changes: number
}
