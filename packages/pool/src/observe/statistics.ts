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

/** Calls that wait for a place, and what became of those that did not get one. */
export interface QueueStatistics {
  /** They wait now; the sum of the next three. */
  readonly waiting: number
  readonly high: number
  readonly normal: number
  readonly low: number
  /** Sent away since the pool was made, for want of room: `QUEUE_FULL`. */
  readonly shed: number
  /** Sent away since then, for they had waited long enough: `QUEUE_TIMEOUT`. */
  readonly timedOut: number
}

/** Attempts that were made besides the first ones. */
export interface ExtraAttempts {
  /** Since the pool was made. */
  readonly retries: number
  /** Since the pool was made. */
  readonly hedges: number
  /** Retries that the budget allows now. */
  readonly retryBudget: number
}

/** Why and until when a client is out for its outcomes. */
export interface EjectionStatistics {
  readonly reason: string
  /** Milliseconds since 1970; after that trial calls decide. */
  readonly until: number
}

export interface ClientStatistics {
  readonly id: string
  /** URL of the endpoint, without credentials and query; for stdio its id. */
  readonly endpoint: string
  /** undefined while it is not connected. */
  readonly era: Era | undefined
  readonly health: string
  /** undefined where there are no breakers. */
  readonly breaker: 'closed' | 'open' | 'half-open' | undefined
  /** undefined while it is not out for its outcomes. */
  readonly ejection: EjectionStatistics | undefined
  /** Calls that it takes at once; undefined: any number. */
  readonly concurrencyLimit: number | undefined
  /** What the picker compares: lower is better. */
  readonly load: number
  readonly metrics: ClientMetrics
}

export interface PoolStatistics extends ExtraAttempts {
  readonly pool: {
    readonly size: number
    readonly minSize: number
    readonly maxSize: number
    readonly healthy: number
    readonly unhealthy: number
  }
  readonly metrics: PoolMetrics
  /** undefined where calls do not wait. */
  readonly queue: QueueStatistics | undefined
  readonly clients: readonly ClientStatistics[]
}

/** What statistics are made of. */
export interface Observed {
  readonly sizes: { readonly minSize: number; readonly maxSize: number }
  readonly metrics: PoolMetrics
  /** undefined where calls do not wait. */
  readonly queue: QueueStatistics | undefined
  readonly extra: ExtraAttempts
  readonly clients: Iterable<ObservedClient>
}

export interface ObservedClient extends Pick<ClientStatistics, 'breaker' | 'ejection' | 'concurrencyLimit'> {
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
export function statisticsOf({ sizes, metrics, queue, extra, clients }: Observed, now: Milliseconds): PoolStatistics {
  const each = Array.from(clients, (client) => clientStatistics(client, now))
  const healthy = each.filter(({ health }) => health === 'healthy').length
  return { pool: { size: each.length, ...sizes, healthy, unhealthy: each.length - healthy }, metrics, ...extra, queue, clients: each }
}

function clientStatistics(client: ObservedClient, now: Milliseconds): ClientStatistics {
  const { id, endpointLabel, era, health, load, metrics, breaker, ejection, concurrencyLimit } = client
  const { outstanding, statistics } = load
  return {
    id,
    endpoint: endpointLabel,
    era,
    health,
    breaker,
    ejection,
    concurrencyLimit,
    load: load.cost(now),
    metrics: { ...metrics, outstanding, failedRequests: statistics.failed, p50: statistics.quantile(0.5), p99: statistics.quantile(0.99) },
  }
}
