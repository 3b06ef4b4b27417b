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
  StdioEndpointOptions,
  TlsOptions,
  UrlEndpointOptions,
} from './options.js'
export type { ResolvedConfig, ResolvedEndpoint, ResolvedStdioEndpoint, ResolvedUrlEndpoint } from './resolved.js'
export { callHeaders } from './headers.js'
export { resolveConfig } from './resolve-config.js'
export { resolveEndpoint } from './resolve-endpoint.js'
