import {
  allowInsecureRequests,
  type AuthorizationServer,
  type Client,
  type ClientAuth,
  ClientSecretBasic,
  clientCredentialsGrantRequest,
  customFetch,
  discoveryRequest,
  processClientCredentialsResponse,
  processDiscoveryResponse,
  processRevocationResponse,
  ResponseBodyError,
  revocationRequest,
  WWWAuthenticateChallengeError,
} from 'oauth4webapi'
import { PoolError } from '../errors.js'
import type { Milliseconds } from '../ports.js'
import { authFailure } from './auth-failure.js'
import { boundedFetch } from './bounded-fetch.js'
import { isSecureUrl } from './secure-url.js'
import type { ClientCredentials, Fetch } from './types.js'

/** A token as it was given. */
export interface Grant {
  readonly token: string
  /** From the time it was asked for. undefined: the authorization server did not say. */
  readonly lifetime: Milliseconds | undefined
}

/** One authorization server as one client of it sees it: both its endpoints, once each. Rejects with `AUTH_FAILED`. */
export interface TokenEndpoint {
  /** `scope`: instead of the one that the credentials name. */
  request(signal: AbortSignal, scope?: string): Promise<Grant>
  /** A server that has no such endpoint has nothing to say: no error. */
  revoke(token: string, signal: AbortSignal): Promise<void>
}

/** What a header can carry, which is what RFC 6750 section 2.1 allows and more. */
const SENDABLE = /^[\x21-\x7e]+$/

/** OAuth 2.0 client credentials (RFC 6749 section 4.4) with HTTP Basic authentication, and revocation (RFC 7009). */
export class OAuthTokenEndpoint implements TokenEndpoint {
  readonly #credentials: ClientCredentials
  readonly #server: string
  readonly #client: Client
  readonly #authentication: ClientAuth
  /** What no error may show, in every form in which it is sent. */
  readonly #secrets: readonly string[]
  readonly #fetch: Fetch

  /** @throws PoolError `CONFIG` where the secret would go over plain `http:` to another machine */
  constructor(credentials: ClientCredentials, fetch: Fetch) {
    if (!URL.canParse(credentials.server) || !isSecureUrl(new URL(credentials.server)))
      throw new PoolError('CONFIG', 'auth must be the https: URL of an authorization server (plain http: on loopback only)')
    this.#credentials = credentials
    this.#server = credentials.server.replace(/\/+$/, '')
    this.#client = { client_id: credentials.clientId }
    this.#authentication = ClientSecretBasic(credentials.clientSecret)
    this.#fetch = boundedFetch(fetch)
    const basic = basicCredentials(this.#authentication, this.#client)
    this.#secrets = [credentials.clientSecret, basic, atob(basic).replace(/^.*:/, '')]
  }

  async request(signal: AbortSignal, scope: string | undefined = this.#credentials.scope): Promise<Grant> {
    const { resource } = this.#credentials
    const parameters = new URLSearchParams()
    if (resource !== undefined) parameters.set('resource', resource)
    if (scope !== undefined) parameters.set('scope', scope)
    const server: AuthorizationServer = { issuer: this.#server, token_endpoint: `${this.#server}/oauth/token` }
    const seen: Seen = {}
    try {
      const response = await clientCredentialsGrantRequest(server, this.#client, this.#authentication, parameters, this.#options(signal, seen))
      const { access_token: token, token_type: type, expires_in: seconds } = await processClientCredentialsResponse(server, this.#client, response)
      if (type !== 'bearer') throw new Error('the token is not a bearer token')
      if (!SENDABLE.test(token)) throw new Error('the token has characters that no header can carry')
      return { token, lifetime: seconds === undefined ? undefined : seconds * 1_000 }
    } catch (error) {
      throw this.#failure(`no token from ${this.#server}`, error, seen)
    }
  }

  async revoke(token: string, signal: AbortSignal): Promise<void> {
    const endpoint = await this.#revocationEndpoint(signal)
    const seen: Seen = {}
    try {
      const server: AuthorizationServer = { issuer: this.#server, revocation_endpoint: endpoint }
      const response = await revocationRequest(server, this.#client, this.#authentication, token, this.#options(signal, seen))
      if (response.status !== 404) await processRevocationResponse(response)
    } catch (error) {
      throw this.#failure(`token not revoked at ${this.#server}`, error, seen, token)
    }
  }

  /** That of the server's metadata (RFC 8414, or OpenID Connect discovery); where there is none, the path beside the token's. */
  async #revocationEndpoint(signal: AbortSignal): Promise<string> {
    const issuer = new URL(this.#server)
    for (const algorithm of ['oauth2', 'oidc'] as const) {
      try {
        const metadata = await processDiscoveryResponse(issuer, await discoveryRequest(issuer, { algorithm, ...this.#options(signal, {}) }))
        const endpoint = metadata.revocation_endpoint
        if (endpoint !== undefined && URL.canParse(endpoint) && isSecureUrl(new URL(endpoint))) return endpoint
      } catch {
        // No metadata there, or another issuer's.
      }
    }
    return `${this.#server}/oauth/revoke`
  }

  #options(signal: AbortSignal, seen: Seen): RequestOptions {
    const fetch: RequestOptions[typeof customFetch] = async (url, { body = null, ...init }) => {
      const send = (): Promise<Response> => this.#fetch(url, { ...init, body, signal })
      // A socket that was kept from an earlier request may be dead by now. What is asked here may be asked twice.
      seen.response = await send().catch((error: unknown) => (signal.aborted ? Promise.reject(error) : send()))
      return seen.response
    }
    // Plain `http:` has been refused before, but for loopback.
    return { [customFetch]: fetch, [allowInsecureRequests]: true }
  }

  #failure(what: string, error: unknown, { response }: Seen, token?: string): PoolError {
    const secrets = token === undefined ? this.#secrets : [...this.#secrets, token]
    return authFailure(what, answered(error, response), { secrets, status: response?.status, retryAfter: retryAfter(response) })
  }
}

interface RequestOptions {
  readonly [customFetch]: (
    url: string,
    init: { readonly method: string; readonly headers: Record<string, string>; readonly redirect: 'manual'; readonly body?: URLSearchParams | undefined },
  ) => Promise<Response>
  readonly [allowInsecureRequests]: true
}

/** The answer to a request, if one came. */
interface Seen {
  response?: Response
}

function basicCredentials(authentication: ClientAuth, client: Client): string {
  const headers = new Headers()
  void authentication({ issuer: '' }, client, new URLSearchParams(), headers)
  return headers.get('authorization')!.slice('Basic '.length)
}

/** An error that the server answered with, in its own words (RFC 6749 section 5.2), wherever in the answer they stood. */
function answered(error: unknown, response: Response | undefined): unknown {
  if (response === undefined || response.ok) return error
  const said: { readonly error?: string | undefined; readonly error_description?: string | undefined } =
    error instanceof ResponseBodyError ? error : error instanceof WWWAuthenticateChallengeError ? (error.cause[0]?.parameters ?? {}) : {}
  const description = said.error_description === undefined ? '' : ` (${said.error_description})`
  return new Error(`HTTP ${response.status}${said.error === undefined ? '' : `, ${said.error}${description}`}`)
}

/** Seconds only: a date would need the time of day, and be wrong by as much as the two clocks differ. */
function retryAfter(response: Response | undefined): Milliseconds | undefined {
  const seconds = response?.headers.get('retry-after') ?? ''
  return /^\d{1,9}$/.test(seconds) ? Number(seconds) * 1_000 : undefined
}
