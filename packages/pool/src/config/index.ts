export type { DiscoveryOptions, EndpointDefaults, FileDiscoveryOptions } from './discovery-options.js'
export type {
  CommonEndpointOptions,
  EndpointAuthOptions,
  EndpointOptions,
  Pem,
  ProtocolVersion,
  StdioEndpointOptions,
  TlsOptions,
  UrlEndpointOptions,
} from './endpoint-options.js'
export type { HeadersInput, ReadHeaders } from './headers.js'
export type { HedgeDelay } from './hedge-delay.js'
export type {
  CallHedge,
  CallOptions,
  ClientInfo,
  Handlers,
  LoadBalancingAlgorithm,
  PoolOptions,
} from './options.js'
export type { ConsulDiscoveryOptions, DnsDiscoveryOptions, EtcdDiscoveryOptions, InstanceOptions, KubernetesDiscoveryOptions } from './registry-options.js'
export type { HedgeOptions, ResilienceOptions, RetryBudgetOptions } from './resilience-options.js'
export type {
  ResolvedCommon,
  ResolvedConfig,
  ResolvedConsulDiscovery,
  ResolvedDiscovery,
  ResolvedDnsDiscovery,
  ResolvedEndpoint,
  ResolvedEtcdDiscovery,
  ResolvedInstance,
  ResolvedKubernetesDiscovery,
  ResolvedResilience,
  ResolvedStdioEndpoint,
  ResolvedUrlEndpoint,
} from './resolved.js'
export type { OpenTelemetryOptions } from './open-telemetry.js'
export {
  readCallOptions,
  readClientOptions,
  readRequestOptions,
  readShutdownOptions,
  readTransportOptions,
  readVerbOptions,
} from './call-options.js'
export type { CollectorOptions, MetricsOptions } from './metrics-options.js'
export { resolveCollectorOptions } from './metrics-schema.js'
export { withDefaults } from './with-defaults.js'
export { defaultMinSize, resolveConfig } from './resolve-config.js'
export { sameConnection, sameEndpoint } from './same-endpoint.js'
export { resolveDiscovery } from './resolve-discovery.js'
export { type PoolClient, readEndpoint, resolveEndpoint } from './resolve-endpoint.js'
export { resolveOpenTelemetry } from './open-telemetry.js'
export { shown } from './shown.js'
export { version } from './version.js'
