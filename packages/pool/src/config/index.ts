export type {
  CallOptions,
  ClientInfo,
  EndpointAuthOptions,
  EndpointOptions,
  Handlers,
  LoadBalancingAlgorithm,
  PoolOptions,
  ProtocolVersion,
  StdioEndpointOptions,
  TlsOptions,
  UrlEndpointOptions,
} from './options.js'
export type { ResolvedConfig, ResolvedEndpoint, ResolvedStdioEndpoint, ResolvedUrlEndpoint } from './resolved.js'
