export type { HedgeDelay } from './hedge-delay.js'
export type {
  CallHedge,
  CallOptions,
  ClientInfo,
  CommonEndpointOptions,
  EndpointAuthOptions,
  EndpointOptions,
  Handlers,
  LoadBalancingAlgorithm,
  Pem,
  PoolOptions,
  ProtocolVersion,
  StdioEndpointOptions,
  TlsOptions,
  UrlEndpointOptions,
} from './options.js'
export type { HedgeOptions, ResilienceOptions, RetryBudgetOptions } from './resilience-options.js'
export type { ResolvedCommon, ResolvedConfig, ResolvedEndpoint, ResolvedResilience, ResolvedStdioEndpoint, ResolvedUrlEndpoint } from './resolved.js'
export { HEDGE_DELAY, isHedgeDelay } from './hedge-delay.js'
export { callHeaders } from './headers.js'
export { withDefaults } from './with-defaults.js'
export { defaultMinSize, resolveConfig } from './resolve-config.js'
export { resolveEndpoint } from './resolve-endpoint.js'
