import type { Era, Milliseconds } from '../ports.js'

/** `metrics` of the pool: sums since it was made. */
export interface PoolMetrics {
  /** Connections that were made. */
  readonly totalConnections: number
  /** Connections that are held now. */
  readonly activeConnections: number
  /** Connections that could not be made. */
  readonly failedConnections: number
  /** Calls that were made. */
  readonly totalRequests: number
  /** Calls that failed: no answer came. A tool's own error is an answer. */
  readonly failedRequests: number
  /** Mean time to the answer, over all calls that had one. */
  readonly averageLatency: Milliseconds
}

/** What one client did, and what is known of its server. */
export interface ClientMetrics {
  /** Requests under way, and what the user wrote of load from elsewhere. */
  readonly activeRequests: number
  /** Requests of this pool that are under way. */
  readonly outstanding: number
  readonly totalRequests: number
  readonly failedRequests: number
  readonly averageLatency: Milliseconds
  /** Half of the latest few thousand answers took no longer; undefined without any. */
  readonly p50: Milliseconds | undefined
  readonly p99: Milliseconds | undefined
  /** In percent, as the server reported it. */
  readonly cpuUsage: number
  readonly memoryUsage: number
  readonly [reported: string]: unknown
}

export interface ClientStatistics {
  readonly id: string
  /** URL of the endpoint, without credentials and query; for stdio its id. */
  readonly endpoint: string
  /** undefined while it is not connected. */
  readonly era: Era | undefined
  readonly health: string
  /** What the picker compares: lower is better. */
  readonly load: number
  readonly metrics: ClientMetrics
}

export interface PoolStatistics {
  readonly pool: {
    readonly size: number
    readonly minSize: number
    readonly maxSize: number
    readonly healthy: number
    readonly unhealthy: number
  }
  readonly metrics: PoolMetrics
  readonly clients: readonly ClientStatistics[]
}

/** What statistics are made of. */
export interface Observed {
  readonly sizes: { readonly minSize: number; readonly maxSize: number }
  readonly metrics: PoolMetrics
  readonly clients: Iterable<ObservedClient>
}

export interface ObservedClient {
  readonly id: string
  readonly endpointLabel: string
  readonly era: Era | undefined
  readonly health: string
  readonly load: {
    readonly outstanding: number
    readonly statistics: { readonly failed: number; quantile(q: number): Milliseconds | undefined }
    cost(now: Milliseconds): number
  }
  /** As `pool.loadMetrics` shows them. */
  readonly metrics: Readonly<Record<string, unknown>> & Pick<ClientMetrics, 'activeRequests' | 'totalRequests' | 'averageLatency' | 'cpuUsage' | 'memoryUsage'>
}

/** One consistent look at the pool. Cheap: everything in it is counted already. */
export function statisticsOf({ sizes, metrics, clients }: Observed, now: Milliseconds): PoolStatistics {
  const each = Array.from(clients, (client) => clientStatistics(client, now))
  const healthy = each.filter(({ health }) => health === 'healthy').length
  return { pool: { size: each.length, ...sizes, healthy, unhealthy: each.length - healthy }, metrics, clients: each }
}

function clientStatistics({ id, endpointLabel, era, health, load, metrics }: ObservedClient, now: Milliseconds): ClientStatistics {
  const { outstanding, statistics } = load
  return {
    id,
    endpoint: endpointLabel,
    era,
    health,
    load: load.cost(now),
    metrics: { ...metrics, outstanding, failedRequests: statistics.failed, p50: statistics.quantile(0.5), p99: statistics.quantile(0.99) },
  }
}
