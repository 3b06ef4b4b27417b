/** `mcp-client-pool`: one MCP client for many servers. */

// The pool
export { type GetClientOptions, MCPClientPool } from './pool.js'
export { CircuitBreakerPool } from './circuit-breaker-pool.js'
export { PriorityClientPool } from './priority-client-pool.js'
export { PoolError, type PoolErrorCode, type PoolErrorDetails } from './errors.js'
export type { ClientEvents, PoolEvents } from './events.js'

// Its options
export type {
  CallOptions,
  ClientInfo,
  EndpointAuthOptions,
  EndpointOptions,
  Handlers,
  LoadBalancingAlgorithm,
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
export { type HealthRecord, type HealthReport, type LiveMap, type LoadMetrics, PooledClient, type ShutdownOptions } from './fleet/index.js'
export type { HealthStatus } from './health/index.js'
export type { ClientMetrics, ClientStatistics, PoolMetrics, PoolStatistics } from './observe/index.js'

// Under an SDK Client
export {
  type CallWishes,
  type JsonRpcMessage,
  SdkTransport,
  type SendOptions,
  type TransportCallOptions,
  type TransportOptions,
  type VerbOptions,
  withCallOptions,
} from './mcp/index.js'

// Shapes that the above are made of
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
  Progress,
  ReportedMetrics,
  Requirements,
} from './ports.js'
