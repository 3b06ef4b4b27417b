import { isSamePool, type Snapshot, type Taken } from './snapshot.js'

/** How often something happened between two snapshots, a second. undefined: there is nothing to compare with. */
export interface Rates {
  readonly calls: number | undefined
  readonly failed: number | undefined
  readonly retries: number | undefined
  readonly hedges: number | undefined
  /** Requests of each client, by its id. */
  readonly clients: ReadonlyMap<string, number>
}

const NONE: Rates = { calls: undefined, failed: undefined, retries: undefined, hedges: undefined, clients: new Map() }

export function ratesBetween(before: Taken | undefined, after: Taken | undefined): Rates {
  if (before === undefined || after === undefined || after.at <= before.at || !isSamePool(before.snapshot, after.snapshot)) return NONE
  const seconds = (after.at - before.at) / 1_000
  // A sum that fell began anew.
  const rate = (earlier: number, later: number): number | undefined => (later < earlier ? undefined : (later - earlier) / seconds)
  const of = (sum: (snapshot: Snapshot) => number): number | undefined => rate(sum(before.snapshot), sum(after.snapshot))
  const earlier = new Map(before.snapshot.clients.map(({ id, metrics }) => [id, metrics.totalRequests]))
  const clients = new Map<string, number>()
  for (const { id, metrics } of after.snapshot.clients) {
    const calls = rate(earlier.get(id) ?? 0, metrics.totalRequests)
    if (calls !== undefined) clients.set(id, calls)
  }
  return {
    calls: of(({ metrics }) => metrics.totalRequests),
    failed: of(({ metrics }) => metrics.failedRequests),
    retries: of(({ retries }) => retries),
    hedges: of(({ hedges }) => hedges),
    clients,
  }
}
