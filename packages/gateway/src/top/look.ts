import { PoolError } from 'mcp-client-pool'
import { changesBetween } from '../status/changes.js'
import { Happenings } from '../status/happenings.js'
import { type Rates, ratesBetween } from '../status/rates.js'
import { readSnapshot } from '../status/read-snapshot.js'
import type { Taken } from '../status/snapshot.js'
import { printable } from '../terminal/printable.js'
import { fetchStatistics, type StatisticsSource } from './fetch-statistics.js'

/** What is known of the pool that is watched. */
export interface Watched {
  readonly label: string
  readonly taken: Taken
  readonly rates: Rates
  readonly happenings: Happenings
  /** Why nothing newer is known, where that is so. */
  readonly failure: string | undefined
  /** The statistics as they came. */
  readonly raw: unknown
}

/** Looks at a pool's statistics, and knows what has changed since the last look. */
export class Look {
  readonly #source: StatisticsSource
  readonly #happenings = new Happenings()
  #last: Watched | undefined

  constructor(source: StatisticsSource) {
    this.#source = source
  }

  /** A look that fails after one that did not shows what was seen last, and why. @throws PoolError where the first one fails */
  async now(signal: AbortSignal): Promise<Watched> {
    try {
      this.#last = this.#seen(await fetchStatistics(this.#source, signal))
      return this.#last
    } catch (error) {
      if (!(error instanceof PoolError) || this.#last === undefined) throw error
      return { ...this.#last, failure: printable(error.message) }
    }
  }

  #seen(raw: unknown): Watched {
    const { label } = this.#source
    const snapshot = readSnapshot(raw)
    if (snapshot === undefined) throw new PoolError('PROTOCOL', `${label} answered JSON that is no statistics of a pool`)
    const taken: Taken = { at: performance.now(), snapshot }
    const before = this.#last?.taken
    if (before !== undefined) for (const { endpoint, what } of changesBetween(before.snapshot, snapshot)) this.#happenings.add(endpoint, what, taken.at)
    return { label, taken, rates: ratesBetween(before, taken), happenings: this.#happenings, failure: undefined, raw }
  }
}
