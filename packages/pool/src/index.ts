/** `mcp-client-pool`: one MCP client for many servers. */

// The pool
export { MCPClientPool } from './pool.js'
export type { GetClientOptions } from './client-wait.js'
export { CircuitBreakerPool } from './circuit-breaker-pool.js'
export { PriorityClientPool } from './priority-client-pool.js'
export { PoolError, type PoolErrorCode, type PoolErrorDetails } from './errors.js'
export type { ClientEvents, PoolEvent, PoolEvents } from './events.js'

// Its options
export type {
  CallOptions,
  ClientInfo,
  EndpointAuthOptions,
  EndpointOptions,
  Handlers,
  LoadBalancingAlgorithm,
  MetricsOptions,
  Pem,
  PoolOptions,
  ProtocolVersion,
  ResolvedConfig,
  ResolvedEndpoint,
  ResolvedStdioEndpoint,
  ResolvedUrlEndpoint,
  StdioEndpointOptions,
  TlsOptions,
  UrlEndpointOptions,
} from './config/index.js'
export type { EndpointAuthProvider } from './auth/index.js'
export type { RequestOptions } from './call-arguments.js'

// Its clients and what is known of them
export type { HealthRecord, HealthReport, LiveMap, LoadMetrics, PooledClient, ShutdownOptions } from './fleet/index.js'
export type { HealthStatus } from './health/index.js'
export type { CallStatistics, ClientMetrics, ClientStatistics, PoolMetrics, PoolStatistics } from './observe/index.js'

// Its log
export { logTo, type LogFields, type LoggedPool, type LogOptions, type PoolLogger } from './observe/index.js'

// For programs that choose clients by themselves
export { type AdaptiveLoadBalancerOptions, AdaptiveLoadBalancer, type AdaptivePool, type PerformanceHistory } from './adaptive-load-balancer.js'

// For programs that watch calls
export type {
  AttemptTrace,
  AttemptFailure,
  AttemptReason,
  CallTrace,
  Carried,
  MetaFields,
  ObservedAttempt,
  ObservedCall,
  ObservedClient,
  ObservedEnd,
  ObservedPool,
  Observer,
} from './ports.js'

// Under an SDK Client
export {
  type CallWishes,
  type JsonRpcMessage,
  type PoolTransport,
  type PoolVerbs,
  type SendOptions,
  type TransportCallOptions,
  type TransportOptions,
  type VerbOptions,
  withCallOptions,
} from './mcp/index.js'

// Shapes that the above are made of
export type { ClientCredentials, TokenOwner } from './auth/index.js'
export type { CircuitRecord, Ejection } from './fleet/index.js'
export type {
  CallHedge,
  CommonEndpointOptions,
  ConsulDiscoveryOptions,
  DiscoveryOptions,
  DnsDiscoveryOptions,
  EndpointDefaults,
  EtcdDiscoveryOptions,
  FileDiscoveryOptions,
  HeadersInput,
  HedgeDelay,
  HedgeOptions,
  InstanceOptions,
  KubernetesDiscoveryOptions,
  ResilienceOptions,
  ResolvedCommon,
  ResolvedConsulDiscovery,
  ResolvedDiscovery,
  ResolvedDnsDiscovery,
  ResolvedEtcdDiscovery,
  ResolvedKubernetesDiscovery,
  ResolvedResilience,
  RetryBudgetOptions,
} from './config/index.js'
export type { BreakerStatus, EjectionReason } from './health/index.js'
export type { DiscoveryStatistics } from './discovery/index.js'
export type { EjectionStatistics, ExtraAttempts, Quantiles, QueueStatistics } from './observe/index.js'
export type { CollectorOptions } from './config/index.js'
export type { MeasuredPool, MetricsCollector, ObservedRequest, ObservedResponse } from './observe/prometheus/index.js'
export type { ClientRef, EndpointEra, SessionRef } from './events.js'
export type { PoolEmitter } from './pool-emitter.js'
export type { SafeEmitter } from './safe-emitter.js'
export type {
  Era,
  JsonObject,
  JsonRpcError,
  JsonRpcId,
  JsonRpcNotification,
  JsonRpcRequest,
  JsonRpcResponse,
  JsonRpcResult,
  Milliseconds,
  Priority,
  Progress,
  Random,
  ReportedMetrics,
  Requirements,
  Resolver,
  ResolverListener,
  Signal,
} from './ports.js'
