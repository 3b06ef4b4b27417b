import type { AuthProvider, OAuthClientProvider } from '@modelcontextprotocol/client'

export type { AuthProvider, OAuthClientProvider }

/** Who authorizes the calls to an endpoint in place of the pool: either of the SDK's two ports. */
export type EndpointAuthProvider = AuthProvider | OAuthClientProvider

/** What one token is asked for with; two endpoints that agree in all of it share one token. */
export interface ClientCredentials {
  /** Base URL of the authorization server; the token path under it is `/oauth/token`. */
  readonly server: string
  readonly clientId: string
  readonly clientSecret: string
  /** RFC 8707 resource indicator; undefined: none is sent. */
  readonly resource: string | undefined
  /** Space-separated scopes; undefined: what the authorization server gives by default. */
  readonly scope: string | undefined
}
