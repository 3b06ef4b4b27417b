import type { Dispatcher } from 'undici'
import type { EndpointAuthProvider } from '../auth/index.js'
import type { HeadersInput } from './headers.js'

/** Revisions of the protocol that the pool speaks. */
export type ProtocolVersion = '2026-07-28' | '2025-11-25' | '2025-06-18' | '2025-03-26' | '2024-11-05'

/** OAuth client credentials for one endpoint. */
export interface EndpointAuthOptions {
  /** Base URL of the authorization server; tokens come from `${url}/oauth/token`. `https:`, plain `http:` on loopback only. */
  readonly url: string
  /** RFC 8707 resource indicator. Replicas of one service that declare the same one share a token. @default the endpoint's URL without its query */
  readonly resource?: string | undefined
  /** @default the pool's `clientId` */
  readonly clientId?: string | undefined
  /** @default the pool's `clientSecret` */
  readonly clientSecret?: string | undefined
  /** Space-separated. @default the pool's `scope` */
  readonly scope?: string | undefined
}

/** PEM text; several where more than one is meant. */
export type Pem = string | Buffer | ReadonlyArray<string | Buffer>

/** As in `node:tls`. */
export interface TlsOptions {
  /** Authorities to trust in place of the built-in ones. PEM. */
  readonly ca?: Pem | undefined
  /** Client certificate. PEM. */
  readonly cert?: Pem | undefined
  /** Key of the client certificate. PEM. */
  readonly key?: Pem | undefined
  /** `false` accepts any certificate: for tests only. @default true */
  readonly rejectUnauthorized?: boolean | undefined
  /** Name to ask for and to verify, where it is not the URL's host. */
  readonly servername?: string | undefined
}

/** What can be said of any server, however it is reached. */
export interface CommonEndpointOptions {
  /**
   * Name of the endpoint in statistics, affinity and `drain`; unique. Give one where two URLs differ in their query only.
   * @default the URL without credentials and query; for stdio the command
   */
  readonly id?: string | undefined
  /** Share of the calls relative to the other endpoints. Range 0.001 … 1,000. @default 1 */
  readonly weight?: number | undefined
  /** Labels that appear in statistics. */
  readonly tags?: readonly string[] | undefined
  /** A pinned revision skips the probe; for servers that do not know `server/discover` and take it badly. @default 'auto' */
  readonly protocolVersion?: 'auto' | ProtocolVersion | undefined
  /** `false`: `readOnlyHint` and `idempotentHint` of its tools are not believed; for servers that are not yours. @default true */
  readonly trustAnnotations?: boolean | undefined
}

/** A server that is reached over HTTP. */
export interface UrlEndpointOptions extends CommonEndpointOptions {
  /** `http:` or `https:`, used verbatim; without user and password: those belong in `headers` or `auth`. */
  readonly url: string
  /**
   * Where tokens come from. A string is the base URL of an authorization server, and all endpoints with the same one share one
   * token, asked for without a resource; an object gives the endpoint, or the replicas that name the same `resource`, one of their own.
   */
  readonly auth?: string | EndpointAuthOptions | undefined
  /** Authorizes in place of `auth`, which is then ignored. */
  readonly authProvider?: EndpointAuthProvider | undefined
  /** Where it stands; appears in statistics, and is preferred by pools of the same `zone`. */
  readonly zone?: string | undefined
  /** Sent with every request. MCP's own (`Mcp-…`, `Accept`, `Content-Type`, …) are refused, and `Authorization` where there is `auth`. */
  readonly headers?: HeadersInput | undefined
  /** `sse` is the HTTP+SSE transport of 2024-11-05. @default 'streamable-http' */
  readonly transport?: 'streamable-http' | 'sse' | undefined
  readonly tls?: TlsOptions | undefined
  /** URL of an HTTP proxy (`http:` or `https:`); user and password in it authenticate to the proxy. */
  readonly proxy?: string | undefined
  /** An undici `Dispatcher` that makes the connections, in place of the pool's own; it stays yours to close. Not together with `tls` and `proxy`. */
  readonly dispatcher?: Dispatcher | undefined
}

/** A server that is started as a child process and spoken to over its standard input and output. */
export interface StdioEndpointOptions extends CommonEndpointOptions {
  readonly command: string
  readonly args?: readonly string[] | undefined
  /** Added to the few variables that a child inherits (PATH, HOME, …). */
  readonly env?: Readonly<Record<string, string>> | undefined
  /** @default the working directory of this process */
  readonly cwd?: string | undefined
}

export type EndpointOptions = UrlEndpointOptions | StdioEndpointOptions
