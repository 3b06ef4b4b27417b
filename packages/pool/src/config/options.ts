import type { JsonObject, Milliseconds, Observer, Priority, Requirements, Resolver } from '../ports.js'
import type { DiscoveryOptions, EndpointDefaults } from './discovery-options.js'
import type { EndpointOptions } from './endpoint-options.js'
import type { HeadersInput } from './headers.js'
import type { HedgeDelay } from './hedge-delay.js'
import type { MetricsOptions } from './metrics-options.js'
import type { ResilienceOptions } from './resilience-options.js'

export type { Milliseconds } from '../ports.js'

/** Which client gets a call, of those that may serve it. */
export type LoadBalancingAlgorithm = 'least-load' | 'adaptive' | 'round-robin' | 'weighted' | 'random'

/** Who the pool says it is. */
export interface ClientInfo {
  readonly name: string
  readonly version: string
  readonly title?: string | undefined
  readonly description?: string | undefined
  readonly websiteUrl?: string | undefined
  readonly icons?: readonly JsonObject[] | undefined
}

/**
 * Answers to what servers ask their client, when the caller of `pool.transport()` does not answer them itself. Each gets the
 * request's `params` and returns the JSON-RPC `result`; what it throws is the error that the server gets. The parameter may be
 * annotated with the SDK's type (`CreateMessageRequestParams`, …).
 */
export interface Handlers {
  /** `sampling/createMessage` */
  sampling?(params: JsonObject): JsonObject | Promise<JsonObject>
  /** `elicitation/create` */
  elicitation?(params: JsonObject): JsonObject | Promise<JsonObject>
  /** `roots/list` */
  roots?(params: JsonObject): JsonObject | Promise<JsonObject>
}

/**
 * Options of `MCPClientPool`. An option that is `undefined` has its default. Wrong ones make the constructor throw a `PoolError`
 * with code `CONFIG` that names every one of them.
 */
export interface PoolOptions extends ResilienceOptions {
  /** The servers: replicas of one MCP server. At least one, or `serviceDiscovery`; where there are both, these are always there. */
  readonly endpoints?: readonly EndpointOptions[] | undefined
  /** Where servers are found: a type and its options, or a `Resolver` of your own. */
  readonly serviceDiscovery?: DiscoveryOptions | Resolver | undefined
  /**
   * What all endpoints have, found or listed, that do not say otherwise: `auth`, `headers`, `tls`, `protocolVersion`, … An option that an
   * endpoint has by itself replaces the whole of it. Endpoints over stdio take `weight`, `tags`, `protocolVersion` and `trustAnnotations` of it.
   */
  readonly endpointDefaults?: EndpointDefaults | undefined

  /** Clients that the pool holds, spread over the endpoints. One that is given holds also while endpoints are drained: others replace them. Range 1 … 100,000. @default 2, or one for each endpoint that is not drained, up to `maxSize` */
  readonly minSize?: number | undefined
  /** Clients at most; those above `minSize` come when every fit client is busy, or calls wait in the queue. Range 1 … 100,000. @default 10, or `subsetSize` where that is more */
  readonly maxSize?: number | undefined
  /**
   * Endpoints that this process uses, of all that there are: for many workers with many servers, so that a worker does not hold a connection to each. Every server gets
   * an even share of the workers. Range 1 … 100,000. @default all of them
   */
  readonly subsetSize?: number | undefined
  /**
   * The number of this process among its kind, from 0 without gaps, by which its subset differs from theirs. Range 0 … 4,294,967,295. @default the ordinal of a pod of a
   * StatefulSet or of an indexed Job; the instance of PM2 or the worker of `node:cluster`, with the host's name; else by chance, and then servers are used less evenly
   */
  readonly workerIndex?: number | undefined
  /** How long a client above `minSize` may idle before it is closed. Range 0 … 2,147,483,647 ms. @default 60_000 */
  readonly idleTimeout?: Milliseconds | undefined
  /** Sockets of one client: requests that it has under way at once over HTTP/1.1. Range 1 … 1,024. @default 32 */
  readonly connectionsPerClient?: number | undefined

  /** How long connecting may take: TCP, TLS, token and handshake. Raise it for children that start slowly. Range 1 … 2,147,483,647 ms. @default 10_000 */
  readonly connectionTimeout?: Milliseconds | undefined
  /** How long one attempt may take. Range 1 … 2,147,483,647 ms. @default 30_000 */
  readonly requestTimeout?: Milliseconds | undefined
  /** How long a call may take, all its attempts together; a call's own `timeout` replaces it. Range 1 … 2,147,483,647 ms. @default twice `requestTimeout` */
  readonly callTimeout?: Milliseconds | undefined
  /**
   * Progress from the server restarts the attempt's time, never the call's. For tools that run long and say so. Servers report progress only to
   * calls that ask for it: with `onprogress`, or a `progressToken` in `_meta`. @default false
   */
  readonly resetTimeoutOnProgress?: boolean | undefined

  /** Time between two probes of a client; one that answered calls meanwhile is not probed. Range 1 … 2,147,483,647 ms. @default 30_000 */
  readonly healthCheckInterval?: Milliseconds | undefined
  /** How long one probe may take. Range 1 … 2,147,483,647 ms. @default 5_000 */
  readonly healthCheckTimeout?: Milliseconds | undefined
  /** JSON-RPC method of the probe, for servers that have one of their own, such as `health`. @default `server/discover`, or `ping` in the legacy era */
  readonly healthCheckMethod?: string | undefined
  /** Failed probes in a row, or reported errors, that make a client unhealthy; failed calls as well where `maxEjectionPercent` is 0. Range 1 … 1,000. @default 3 */
  readonly unhealthyThreshold?: number | undefined
  /** Good probes in a row that make it fit again. Range 1 … 1,000. @default 2 */
  readonly healthyThreshold?: number | undefined

  /** Which client gets a call; may be changed while the pool runs, on `pool.config`. @default 'least-load', with `enableAdaptiveBalancing` 'adaptive' */
  readonly loadBalancingAlgorithm?: LoadBalancingAlgorithm | undefined
  /**
   * Where this process stands, in the words of the endpoints' `zone`. Replicas there get the calls while they keep up with those elsewhere; what they
   * cannot bear goes to other zones. Endpoints without a zone count as near.
   */
  readonly zone?: string | undefined
  /** Affinity keys that are remembered; the least recently used goes first. Range 1 … 10,000,000. @default 10_000 */
  readonly affinityMaxKeys?: number | undefined
  /** How long an affinity key is remembered after its last use. Range 1 … 2,147,483,647 ms. @default 3_600_000 */
  readonly affinityTimeout?: Milliseconds | undefined

  /** Attempts after the first, where another is safe. 0 turns retries off. Range 0 … 100. @default 3 */
  readonly retryAttempts?: number | undefined
  /** Base of the backoff between attempts; the first failover waits for nothing. Range 0 … 2,147,483,647 ms. @default 1_000 */
  readonly retryDelay?: Milliseconds | undefined
  /** The backoff at most. Range 0 … 2,147,483,647 ms. @default 10_000, or `retryDelay` where that is longer */
  readonly maxRetryDelay?: Milliseconds | undefined

  /** How long the era of an endpoint is remembered before it is probed again. Range 0 … 2,147,483,647 ms. @default 3_600_000 */
  readonly eraCacheTime?: Milliseconds | undefined
  /** Size of the headers of one answer at most. Range 1,024 … 1,048,576 bytes. @default 16_384 */
  readonly maxHeaderSize?: number | undefined
  /** Size of one JSON-RPC message from a server at most. Range 1,024 … 536,870,888 bytes (the longest string). @default 67_108_864 */
  readonly maxMessageSize?: number | undefined
  /** Size of the stream of one call at most, all its messages together. Range 1,024 … 1,099,511,627,776 bytes. @default 268_435_456, or `maxMessageSize` where that is more */
  readonly maxStreamSize?: number | undefined

  /** Metrics for Prometheus, collected by the pool itself, and pushed where `endpoint` is given. Without it there are none: make a `MetricsCollector`, or none. @default none */
  readonly metrics?: MetricsOptions | undefined

  /** OAuth client, for the endpoints that have `auth`. */
  readonly clientId?: string | undefined
  readonly clientSecret?: string | undefined
  /** Scopes to ask for, separated by spaces. @default those that the authorization server gives by itself */
  readonly scope?: string | undefined

  /** Who the pool is to the servers. @default its name and version */
  readonly clientInfo?: ClientInfo | undefined
  /** What the pool can do for the servers. @default one for each of `handlers` */
  readonly capabilities?: JsonObject | undefined
  /** Who answers what servers ask their client. */
  readonly handlers?: Handlers | undefined

  /** Who is told of every call while it happens, such as `openTelemetry()` of `mcp-client-pool/otel`. @default nobody */
  readonly observer?: Observer | undefined
}

/** When one call is hedged. */
export interface CallHedge {
  /** As `hedge.after` of the pool. Range 1 … 2,147,483,647 ms; `'p50'` … `'p99'`. @default the pool's */
  readonly after?: HedgeDelay | undefined
}

/** Wishes for one call. */
export interface CallOptions {
  /** Calls with the same key go to the same client while it is fit. Any text that is not empty. @default none */
  readonly affinity?: string | undefined
  /** What the client should be good at. Counts with the algorithm `weighted`. @default nothing */
  readonly requirements?: Requirements | undefined
  /** Gives the call up; it then fails with `CANCELLED`. @default none */
  readonly signal?: AbortSignal | undefined
  /** How long the call may take, all its attempts together. Range 1 … 2,147,483,647 ms. @default `callTimeout` */
  readonly timeout?: Milliseconds | undefined
  /** `true`: it may run twice, and is repeated elsewhere when no answer comes. @default what the method or the tool's annotations say */
  readonly idempotent?: boolean | undefined
  /**
   * Who goes first where calls have to wait: see `enablePriorityQueues`. `'high'` for what people wait for, `'low'` for what nobody does;
   * `'low'` waits longer, and not for ever. Where there is no queue it has no effect. @default 'normal'
   */
  readonly priority?: Priority | undefined
  /** How long the call may wait in the queue. Range 1 … 2,147,483,647 ms. @default the pool's `queueTimeout` */
  readonly queueTimeout?: Milliseconds | undefined
  /** Whom the call is made for: under overload every tenant gets the same share, however many calls it makes. @default `affinity` */
  readonly tenant?: string | undefined
  /**
   * `false`: no second attempt for being slow. `true`: one, where the call may run twice, though the pool's `hedge` is not set; `{ after }`
   * also says when. Within the pool's budget in either case. @default what the pool's `hedge` says
   */
  readonly hedge?: boolean | CallHedge | undefined
  /** HTTP headers of this call, such as `traceparent`; never `Authorization` or MCP's own. @default none */
  readonly headers?: HeadersInput | undefined
}
