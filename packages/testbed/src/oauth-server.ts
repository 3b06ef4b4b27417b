import { generateKeyPairSync } from 'node:crypto'
import { IncomingMessage } from 'node:http'
import type { Configuration } from 'oidc-provider'
import type { HttpOptions, HttpServer } from './http-host.js'
import { host } from './http-host.js'
import type { IntrospectionOptions } from './introspection.js'
import { TokenStore } from './token-store.js'

export interface OAuthClient {
  readonly clientId: string
  readonly clientSecret: string
}

export interface OAuthServerOptions extends Omit<HttpOptions, 'auth'> {
  /** @default one: `testbed` with the secret `secret` */
  readonly clients?: readonly OAuthClient[]
  /** Seconds that an access token lives. @default 3,600 */
  readonly lifetime?: number
  /** Resources (RFC 8707) that tokens are issued for; others are refused as `invalid_target`. @default all */
  readonly resources?: readonly string[]
}

/** `url` is the issuer. Faults are planned by path: `faults.next('500', 1, '/oauth/token')`. */
export interface OAuthServer extends HttpServer {
  /** Requests for a token that came in, good or not. */
  tokenRequests(): number
  /** Tokens that were given out. */
  tokensIssued(): number
  /** Requests to revoke a token that came in. */
  revocations(): number
  /** Whether a token is good now: known, not expired, not revoked, and for this resource where one is named. */
  verify(token: string, resource?: string): Promise<boolean>
  /** Every token that was given out is bad at once; clients learn of it by 401. */
  expireAll(): void
  /** What a server in another process needs to verify tokens here. */
  readonly introspection: IntrospectionOptions
}

const TOKEN_PATH = '/oauth/token'
const REVOCATION_PATH = '/oauth/revoke'
const INTROSPECTION_PATH = '/oauth/introspect'
const DEFAULT_CLIENT: OAuthClient = { clientId: 'testbed', clientSecret: 'secret' }
/** A client of its own, so that what servers ask is never mistaken for what the client under test asks. */
const INTROSPECTOR: OAuthClient = { clientId: 'resource-server', clientSecret: 'introspects' }

/** Starts an authorization server with the grant `client_credentials`. Clients authenticate by HTTP Basic. */
export async function startOAuthServer(options: OAuthServerOptions = {}): Promise<OAuthServer> {
  // Loaded here, because it takes its time and complains about Node 20: not every test that imports this package wants it.
  const { default: Provider, errors } = await import('oidc-provider')
  const store = new TokenStore()
  let issued = 0
  const http = await host(options, '', async (req, res, body) => await provider.callback()(replayed(req, body), res))
  // The issuer has the port in its name, so the port comes first.
  const provider = new Provider(
    http.url,
    configuration(options, store, () => new errors.InvalidTarget()),
  )
  provider.on('client_credentials.saved', () => issued++)
  const { ClientCredentials } = provider

  return {
    ...http,
    tokenRequests: () => http.requests.all(TOKEN_PATH).length,
    tokensIssued: () => issued,
    revocations: () => http.requests.all(REVOCATION_PATH).length,
    expireAll: () => store.clear(),
    verify: async (value, resource) => {
      const token = await ClientCredentials.find(value)
      return token !== undefined && !token.isExpired && (resource === undefined || [token.aud].flat().includes(resource))
    },
    introspection: { url: `${http.url}${INTROSPECTION_PATH}`, ...INTROSPECTOR, authorizationServers: [http.url] },
  }
}

function configuration(options: OAuthServerOptions, store: TokenStore, invalidTarget: () => Error): Configuration {
  const { clients = [DEFAULT_CLIENT], lifetime = 3_600, resources } = options
  return {
    adapter: (kind) => store.adapter(kind),
    clients: [...clients, INTROSPECTOR].map(({ clientId, clientSecret }) => ({
      client_id: clientId,
      client_secret: clientSecret,
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
    })),
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    cookies: { keys: ['testbed'] },
    // Nothing is signed with it; without one the provider prints a warning.
    jwks: { keys: [generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' })] },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      introspection: { enabled: true, allowedPolicy: () => true },
      revocation: { enabled: true, allowedPolicy: (_context, client, token) => client.clientId === token.clientId },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context, resource) => {
          if (resources !== undefined && !resources.includes(resource)) throw invalidTarget()
          return { scope: 'mcp', audience: resource, accessTokenTTL: lifetime, accessTokenFormat: 'opaque' }
        },
      },
    },
    routes: { token: TOKEN_PATH, revocation: REVOCATION_PATH, introspection: INTROSPECTION_PATH },
    scopes: ['mcp'],
    ttl: { ClientCredentials: lifetime },
  }
}

/** The request once more, with the body that has already been read out of it. */
function replayed(req: IncomingMessage, body: string): IncomingMessage {
  const copy = new IncomingMessage(req.socket)
  const { method, url, headers, rawHeaders, httpVersion, httpVersionMajor, httpVersionMinor } = req
  Object.assign(copy, { method, url, headers, rawHeaders, httpVersion, httpVersionMajor, httpVersionMinor, complete: true })
  copy.push(body === '' ? null : body)
  if (body !== '') copy.push(null)
  return copy
}
