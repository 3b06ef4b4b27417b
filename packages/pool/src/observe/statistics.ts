import type { DiscoveryStatistics } from '../discovery/index.js'
import type { HealthRecord } from '../fleet/index.js'
import type { BreakerStatus, HealthStatus } from '../health/index.js'
import type { Era, Milliseconds, Priority } from '../ports.js'
import { type KindTally, nameOf } from './kind-tally.js'
import { whyUnfit } from './why-unfit.js'

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

/** How long something took of late: the share of the latest that took no longer. undefined without any. */
export interface Quantiles {
  readonly p50: Milliseconds | undefined
  readonly p95: Milliseconds | undefined
  readonly p99: Milliseconds | undefined
}

/** What one client did, and what is known of its server. The quantiles are of its latest few thousand answers. */
export interface ClientMetrics extends Quantiles {
  /** Requests under way, and what the user wrote of load from elsewhere. */
  readonly activeRequests: number
  /** Requests of this pool that are under way. */
  readonly outstanding: number
  readonly totalRequests: number
  readonly failedRequests: number
  readonly averageLatency: Milliseconds
  /** In percent, as the server reported it. */
  readonly cpuUsage: number
  readonly memoryUsage: number
  /** When something was reported last: milliseconds since 1970, 0 for never. */
  readonly lastUpdate: number
  /** What was reported besides, as far as it is text, a finite number, a boolean or null; all of it is in `pool.loadMetrics`. */
  readonly [reported: string]: unknown
}

/**
 * What calls came to, since the pool was made, as their callers saw it. The quantiles are of the time to the end of the latest thousand,
 * repeats and waits in the queue included.
 */
export interface CallStatistics extends Quantiles {
  /** The tool, or the method. `*` are all without a row of their own: what nobody serves, and all beyond the first 1,000 tools and 200 methods. */
  readonly name: string
  /** Calls that ended; listen streams are none. */
  readonly calls: number
  /** Those without an answer. */
  readonly failed: number
  /** Those whose answer is an error of the protocol. */
  readonly errors: number
  /** Those whose result is marked as an error by the tool. */
  readonly toolErrors: number
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
  /** How long the latest thousand of each priority waited, whether they were let in or sent away. */
  readonly waits: Readonly<Record<Priority, Quantiles>>
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
  /** As the endpoint says. */
  readonly zone: string | undefined
  readonly tags: readonly string[]
  /** undefined while it is not connected. */
  readonly era: Era | undefined
  readonly health: HealthStatus
  /** Why it gets no calls, or few: a sentence for people. undefined: nothing stands in the way. */
  readonly whyUnfit: string | undefined
  /** undefined where there are no breakers. */
  readonly breaker: BreakerStatus | undefined
  /** undefined while it is not out for its outcomes. */
  readonly ejection: EjectionStatistics | undefined
  /** Calls that it takes at once; undefined: any number. */
  readonly concurrencyLimit: number | undefined
  /** What the picker compares: lower is better. */
  readonly load: number
  readonly metrics: ClientMetrics
}

/**
 * One look at a pool. It survives JSON: there is no number in it that is not finite, and what is undefined is left out there and comes back
 * as undefined.
 */
export interface PoolStatistics extends ExtraAttempts {
  readonly pool: {
    readonly size: number
    readonly minSize: number
    readonly maxSize: number
    readonly healthy: number
    readonly unhealthy: number
    /** More than `panicThreshold` of the clients are out for what their calls came to, and are used all the same. */
    readonly panicking: boolean
  }
  /** Calls that are under way; listen streams are none. */
  readonly inFlight: number
  readonly metrics: PoolMetrics
  /** undefined where calls do not wait. */
  readonly queue: QueueStatistics | undefined
  /** Where endpoints are found. undefined where all are listed. */
  readonly discovery: DiscoveryStatistics | undefined
  /** In the order in which they were called first. */
  readonly tools: readonly CallStatistics[]
  /** The same of all other methods. */
  readonly methods: readonly CallStatistics[]
  readonly clients: readonly ClientStatistics[]
}

/** What statistics are made of. */
export interface Observed {
  readonly sizes: { readonly minSize: number; readonly maxSize: number }
  readonly panicking: boolean
  readonly inFlight: number
  readonly metrics: PoolMetrics
  /** undefined where calls do not wait. */
  readonly queue: QueueStatistics | undefined
  readonly extra: ExtraAttempts
  /** undefined where all endpoints are listed. */
  readonly discovery?: DiscoveryStatistics | undefined
  readonly kinds: Iterable<KindTally>
  readonly clients: Iterable<ObservedClient>
}

export interface ObservedClient extends Pick<ClientStatistics, 'id' | 'zone' | 'tags' | 'era' | 'breaker' | 'concurrencyLimit'> {
  readonly endpointLabel: string
  readonly health: Pick<HealthRecord, 'status' | 'lastError' | 'ejection'>
  readonly load: {
    readonly outstanding: number
    readonly statistics: { readonly failed: number } & Quantified
    cost(now: Milliseconds): number
  }
  /** As `pool.loadMetrics` shows them. */
  readonly metrics: Readonly<Record<string, unknown>> &
    Pick<ClientMetrics, 'activeRequests' | 'totalRequests' | 'averageLatency' | 'cpuUsage' | 'memoryUsage' | 'lastUpdate'>
}

interface Quantified {
  quantile(q: number): Milliseconds | undefined
}

/** One consistent look at the pool. Cheap: everything in it is counted already. */
export function statisticsOf({ sizes, panicking, inFlight, metrics, queue, extra, discovery, kinds, clients }: Observed, now: Milliseconds): PoolStatistics {
  const each = Array.from(clients, (client) => clientStatistics(client, now))
  const healthy = each.filter(({ health }) => health === 'healthy').length
  const tools: CallStatistics[] = []
  const methods: CallStatistics[] = []
  for (const tally of kinds) (tally.kind.method === 'tools/call' ? tools : methods).push(callStatistics(tally))
  return {
    pool: { size: each.length, ...sizes, healthy, unhealthy: each.length - healthy, panicking },
    inFlight,
    metrics,
    ...extra,
    queue,
    discovery,
    tools,
    methods,
    clients: each,
  }
}

export function quantilesOf(durations: Quantified): Quantiles {
  return { p50: durations.quantile(0.5), p95: durations.quantile(0.95), p99: durations.quantile(0.99) }
}

function callStatistics({ kind, durations, failed, errors, toolErrors }: KindTally): CallStatistics {
  return { name: nameOf(kind), calls: durations.count, failed, errors, toolErrors, ...quantilesOf(durations) }
}

function clientStatistics(client: ObservedClient, now: Milliseconds): ClientStatistics {
  const { id, endpointLabel, zone, tags, era, health, load, metrics, breaker, concurrencyLimit } = client
  return {
    id,
    endpoint: endpointLabel,
    zone,
    tags,
    era,
    health: health.status,
    whyUnfit: whyUnfit(health, breaker),
    breaker,
    ejection: health.ejection,
    concurrencyLimit,
    load: load.cost(now),
    metrics: clientMetrics(metrics, load),
  }
}

/** Written out: to spread one object into another takes as long as all the rest, and there may be a thousand clients. */
function clientMetrics(shown: ObservedClient['metrics'], { outstanding, statistics }: ObservedClient['load']): ClientMetrics {
  const metrics: { -readonly [Name in keyof ClientMetrics]: ClientMetrics[Name] } = {
    activeRequests: shown.activeRequests,
    outstanding,
    totalRequests: shown.totalRequests,
    failedRequests: statistics.failed,
    averageLatency: shown.averageLatency,
    p50: statistics.quantile(0.5),
    p95: statistics.quantile(0.95),
    p99: statistics.quantile(0.99),
    cpuUsage: shown.cpuUsage,
    memoryUsage: shown.memoryUsage,
    lastUpdate: shown.lastUpdate,
  }
  for (const name in shown) {
    const value = scalarOf(shown[name])
    if (value !== undefined && !Object.hasOwn(metrics, name)) define(metrics, name, value)
  }
  return metrics
}

/** Servers report under any name, `__proto__` too, which an assignment would not take for one. */
function define(metrics: object, name: string, value: unknown): void {
  Object.defineProperty(metrics, name, { value, enumerable: true, configurable: true, writable: true })
}

/** Servers and users may report anything: what JSON has no word for, or no bound, is left out; -0 is 0 there. */
function scalarOf(value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value + 0 : undefined
  return value === null || typeof value === 'string' || typeof value === 'boolean' ? value : undefined
}
