import type { PoolStatistics } from 'mcp-client-pool'

type ClientStatistics = PoolStatistics['clients'][number]

/** Of a client, what is shown. */
export interface SnapshotClient extends Pick<ClientStatistics, 'id' | 'endpoint'> {
  readonly era?: string | undefined
  readonly health: string
  readonly whyUnfit?: string | undefined
  readonly breaker?: string | undefined
  readonly metrics: Pick<ClientStatistics['metrics'], 'outstanding' | 'totalRequests' | 'failedRequests' | 'p50' | 'p99'>
}

/** The part of a pool's statistics that is shown, of this process or of another. */
export interface Snapshot extends Pick<PoolStatistics, 'inFlight' | 'retries' | 'hedges'> {
  readonly pool: Pick<PoolStatistics['pool'], 'healthy' | 'unhealthy' | 'maxSize' | 'panicking'>
  readonly metrics: Pick<PoolStatistics['metrics'], 'totalRequests' | 'failedRequests' | 'totalConnections'>
  readonly queue?: { readonly waiting: number; readonly shed: number; readonly timedOut: number } | undefined
  readonly clients: readonly SnapshotClient[]
}

/** A snapshot and when it was taken: monotonic, in milliseconds. */
export interface Taken {
  readonly at: number
  readonly snapshot: Snapshot
}

/**
 * Whether two snapshots are of one pool. Its clients have its name in their ids, and its sums only grow; so another one answers where it
 * was restarted, or where several share an address.
 */
export function isSamePool(before: Snapshot, after: Snapshot): boolean {
  const grows = after.metrics.totalRequests >= before.metrics.totalRequests && after.metrics.totalConnections >= before.metrics.totalConnections
  const [one] = before.clients
  const [other] = after.clients
  return grows && (one === undefined || other === undefined || poolOf(one) === poolOf(other))
}

function poolOf({ id }: SnapshotClient): string {
  return id.slice(0, id.lastIndexOf('-'))
}
