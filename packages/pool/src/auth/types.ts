import type { AuthProvider, OAuthClientProvider } from '@modelcontextprotocol/client'
import type { Milliseconds, Random, Timers } from '../ports.js'

export type { AuthProvider, OAuthClientProvider }

/** Who authorizes the calls to an endpoint in place of the pool: either of the SDK's two ports. */
export type EndpointAuthProvider = AuthProvider | OAuthClientProvider

/** What one token is asked for with; two endpoints that agree in all of it share one token. */
export interface ClientCredentials {
  /** Base URL of the authorization server; the token path under it is `/oauth/token`. `https:`, plain `http:` on loopback only. */
  readonly server: string
  readonly clientId: string
  readonly clientSecret: string
  /** RFC 8707 resource indicator; undefined: none is sent. */
  readonly resource?: string | undefined
  /** Space-separated scopes; undefined: what the authorization server gives by default. */
  readonly scope?: string | undefined
}

export type Fetch = (url: string | URL, init?: RequestInit) => Promise<Response>

/** Something that became of a token, which is not in it. */
export type TokenEvent =
  | { readonly what: 'renewed'; readonly expiresIn: Milliseconds | undefined }
  /** `usable`: another one still serves. */
  | { readonly what: 'failed'; readonly error: string; readonly usable: boolean }

/** Whose token it is: that of a client at an authorization server, or of an `authProvider`, which is asked for an endpoint. */
export interface TokenOwner {
  readonly authorizationServer: string | undefined
  readonly endpoint: string | undefined
}

/** What the tokens of a pool need from outside. */
export interface AuthPorts {
  readonly timers: Timers
  readonly random: Random
  /** How long one request to an authorization server may take, revocation included. */
  readonly timeout: Milliseconds
  readonly fetch: Fetch
  /** Told of every token that was asked for. */
  readonly onToken: (event: TokenEvent, owner: TokenOwner) => void
}
