import type { LegacyServerOptions } from './legacy-server.js'
import type { ModernServerOptions } from './modern-server.js'
import type { OAuthServerOptions } from './oauth-server.js'
import type { RawServerOptions } from './raw-server.js'
import type { SseServerOptions } from './sse-server.js'
import type { IntrospectionOptions } from './introspection.js'
import type { StdioServerOptions } from './stdio-server.js'
import type { WorkServerOptions } from './work-server.js'

/** What cannot be sent to another process has a substitute there: the parent's ledger, and introspection over HTTP. */
type Remote<Options> = Omit<Options, 'ledger' | 'auth'> & { readonly introspection?: IntrospectionOptions }

/** A server of this package as plain JSON. */
export type ServerConfig =
  | { readonly kind: 'modern'; readonly options?: Remote<ModernServerOptions> }
  | { readonly kind: 'legacy'; readonly options?: Remote<LegacyServerOptions> }
  | { readonly kind: 'sse'; readonly options?: Remote<SseServerOptions> }
  | { readonly kind: 'raw'; readonly options?: RawServerOptions }
  | { readonly kind: 'work'; readonly options?: Omit<WorkServerOptions, 'ledger'> }
  | { readonly kind: 'oauth'; readonly options?: OAuthServerOptions }
  | { readonly kind: 'stdio'; readonly options?: StdioServerOptions }
