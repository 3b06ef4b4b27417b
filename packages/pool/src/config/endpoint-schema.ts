import type { EndpointAuthProvider } from '../auth/index.js'
import type { Check, OptionTable, Read } from './checks.js'
import { boolean, choice, dictionary, implementing, isRecord, list, number, object, text } from './checks.js'
import type { EndpointDefaults } from './discovery-options.js'
import { headers, type ReadHeaders } from './headers.js'
import type { EndpointAuthOptions, Pem, ProtocolVersion, StdioEndpointOptions, TlsOptions, UrlEndpointOptions } from './endpoint-options.js'
import type { Place } from './problems.js'
import { authorizationServerUrl, proxyUrl, resourceUri, serverUrl } from './urls.js'

type Common = 'id' | 'weight' | 'tags' | 'protocolVersion' | 'trustAnnotations'
type CommonDefaults = 'weight' | 'tags' | 'protocolVersion' | 'trustAnnotations'
type UrlDefaults = CommonDefaults | 'headers' | 'transport'
type StdioDefaults = CommonDefaults | 'args' | 'env'

const protocolVersion: Check<'auto' | ProtocolVersion> = choice('auto', '2026-07-28', '2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05')

const pem: Check<Pem> = {
  type: 'string | Buffer | (string | Buffer)[]',
  read(value, place) {
    const parts: readonly unknown[] = Array.isArray(value) ? value : [value]
    // Node takes an authority that is none for no authority, and then trusts no server: the path of a file, say.
    const known = parts.length > 0 && parts.every((part) => (Buffer.isBuffer(part) || typeof part === 'string') && part.includes('-----BEGIN '))
    return known ? (value as Pem) : place.wrong('PEM (-----BEGIN …, and no path), as text, a Buffer, or an array of them', value)
  },
}

/** Text that people are shown, in statistics and logs. */
export const name: Check<string> = {
  type: 'string',
  read(value, place) {
    const read = text.read(value, place)
    return read !== undefined && /\p{Cc}/u.test(read) ? place.must('have no control characters') : read
  },
}

/** An argument may be empty. */
const anyText: Check<string> = {
  type: 'string',
  read: (value, place) => (typeof value === 'string' ? value : place.wrong('a string', value)),
}

export const tlsOptions: OptionTable<TlsOptions> = {
  ca: { check: pem, secret: true, otherwise: "Node's authorities", since: '0.1.0', doc: 'Authorities to trust in place of the built-in ones. PEM.' },
  cert: { check: pem, secret: true, since: '0.1.0', doc: 'Client certificate. PEM.' },
  key: { check: pem, secret: true, since: '0.1.0', doc: 'Key of the client certificate. PEM.' },
  rejectUnauthorized: { check: boolean, otherwise: 'true', since: '0.1.0', doc: '`false` accepts any certificate: for tests only.' },
  servername: { check: text, otherwise: "the URL's host", since: '0.1.0', doc: 'Name to ask for and to verify.' },
}

export const authOptions: OptionTable<EndpointAuthOptions> = {
  url: {
    check: authorizationServerUrl,
    required: true,
    since: '0.1.0',
    doc: 'Base URL of the authorization server; tokens come from `${url}/oauth/token`. `https:`, plain `http:` on loopback only.',
  },
  resource: {
    check: resourceUri,
    otherwise: "the endpoint's URL without its query",
    since: '0.1.0',
    doc: 'RFC 8707 resource indicator. Replicas of one service that declare the same one share a token.',
  },
  clientId: { check: text, otherwise: "the pool's", since: '0.1.0', doc: 'OAuth client of this endpoint; together with `clientSecret`.' },
  clientSecret: { check: text, secret: true, otherwise: "the pool's", since: '0.1.0', doc: 'Its secret.' },
  scope: { check: text, otherwise: "the pool's", since: '0.1.0', doc: 'Scopes to ask for, separated by spaces.' },
}

const auth: Check<string | EndpointAuthOptions> = {
  type: 'string | object',
  read(value, place) {
    if (!isRecord(value)) return authorizationServerUrl.read(value, place)
    const read = object(authOptions).read(value, place)
    if (read !== undefined && (read.clientId === undefined) !== (read.clientSecret === undefined))
      return place.must('have both clientId and clientSecret, or neither')
    return read
  },
}

export const tls: Check<TlsOptions> = {
  type: 'object',
  read(value, place) {
    const read = object(tlsOptions).read(value, place)
    if (read !== undefined && (read.cert === undefined) !== (read.key === undefined)) return place.must('have both cert and key, or neither')
    return read
  },
}

const authProvider: Check<EndpointAuthProvider> = implementing('AuthProvider or OAuthClientProvider of the MCP SDK', ['token'], ['tokens', 'clientInformation'])

const common: OptionTable<Pick<UrlEndpointOptions, Common>, CommonDefaults> = {
  id: {
    check: name,
    otherwise: 'the URL without credentials and query; for stdio the command',
    since: '0.1.0',
    doc: 'Name of the endpoint in statistics, affinity and `drain`; unique. Give one where two URLs differ in their query only.',
  },
  weight: {
    check: number({ min: 0.001, max: 1_000, whole: false }),
    default: 1,
    since: '0.1.0',
    doc: 'Share of the calls relative to the other endpoints.',
  },
  tags: { check: list(name), default: [], since: '0.1.0', doc: 'Labels that appear in statistics.' },
  protocolVersion: {
    check: protocolVersion,
    default: 'auto',
    since: '0.1.0',
    doc: 'A pinned revision skips the probe; for servers that do not know `server/discover` and take it badly.',
  },
  trustAnnotations: {
    check: boolean,
    default: true,
    since: '0.1.0',
    doc: '`false`: `readOnlyHint` and `idempotentHint` of its tools are not believed; for servers that are not yours.',
  },
}

export const urlEndpointOptions: OptionTable<ReadHeaders<UrlEndpointOptions>, UrlDefaults> = {
  url: {
    check: serverUrl,
    required: true,
    since: '0.1.0',
    doc: '`http:` or `https:`, used verbatim; without user and password: those belong in `headers` or `auth`.',
  },
  auth: {
    check: auth,
    since: '0.1.0',
    doc: 'Where tokens come from. A string is the base URL of an authorization server, and all endpoints with the same one share one token, asked for without a resource; an object gives the endpoint, or the replicas that name the same `resource`, one of their own.',
  },
  authProvider: { check: authProvider, secret: true, since: '0.1.0', doc: 'Authorizes in place of `auth`, which is then ignored.' },
  ...common,
  zone: { check: name, since: '0.1.0', doc: 'Where it stands; appears in statistics, and is preferred by pools of the same `zone`.' },
  headers: {
    check: headers,
    default: {},
    secret: true,
    since: '0.1.0',
    doc: "Sent with every request. MCP's own (`Mcp-…`, `Accept`, `Content-Type`, …) are refused, and `Authorization` where there is `auth` or an `authProvider`.",
  },
  transport: {
    check: choice('streamable-http', 'sse'),
    default: 'streamable-http',
    since: '0.1.0',
    doc: '`sse` is the HTTP+SSE transport of 2024-11-05.',
  },
  tls: { check: tls, secret: true, since: '0.1.0', doc: 'As in `node:tls`; see below.' },
  proxy: { check: proxyUrl, secret: true, since: '0.1.0', doc: 'URL of an HTTP proxy; user and password in it authenticate to the proxy.' },
  dispatcher: {
    check: implementing('undici Dispatcher', ['dispatch']),
    secret: true,
    since: '0.1.0',
    doc: "An undici `Dispatcher` that makes the connections, in place of the pool's own; it stays yours to close. Not together with `tls` and `proxy`.",
  },
}

export const stdioEndpointOptions: OptionTable<StdioEndpointOptions, StdioDefaults> = {
  command: { check: text, required: true, since: '0.1.0', doc: 'Program to start, looked up in PATH.' },
  args: { check: list(anyText), default: [], secret: true, since: '0.1.0', doc: 'Its arguments.' },
  env: { check: dictionary, default: {}, secret: true, since: '0.1.0', doc: 'Added to the few variables that a child inherits (PATH, HOME, …).' },
  cwd: { check: text, otherwise: 'that of this process', since: '0.1.0', doc: 'Its working directory.' },
  ...common,
}

export type CheckedUrlEndpoint = { readonly kind: 'url' } & Read<ReadHeaders<UrlEndpointOptions>, UrlDefaults>
export type CheckedStdioEndpoint = { readonly kind: 'stdio' } & Read<StdioEndpointOptions, StdioDefaults>

/** An endpoint that is right by itself. */
export type CheckedEndpoint = CheckedUrlEndpoint | CheckedStdioEndpoint

export const endpoint: Check<CheckedEndpoint> = {
  type: 'object',
  read(value, place) {
    if (!isRecord(value)) return place.wrong('an object with a url, or with a command for stdio', value)
    if (value.url !== undefined && value.command !== undefined) return place.must('have a url or a command, not both')
    if (value.url !== undefined) return readUrlEndpoint(value, place)
    if (value.command !== undefined) return readStdioEndpoint(value, place)
    return place.must('have a url, or a command for stdio')
  },
}

/** Kept as what it is read as: what is given later is laid over it, and read with it. */
export const endpointDefaults: Check<EndpointDefaults> = {
  type: 'object',
  read(value, place) {
    if (!isRecord(value)) return place.wrong('an object', value)
    for (const own of ['url', 'id', 'command']) if (value[own] !== undefined) return place.must(`not have ${own}, which each endpoint has of its own`)
    const read: Readonly<Record<string, unknown>> | undefined = readUrlEndpoint({ ...value, url: 'http://localhost/' }, place)
    return read && Object.freeze(Object.fromEntries(Object.keys(given(value)).map((option) => [option, read[option]])))
  },
}

/** An endpoint that has of `defaults` what it does not say itself. */
export function endpointOver(defaults: EndpointDefaults | undefined): Check<CheckedEndpoint> {
  if (defaults === undefined) return endpoint
  const ofStdio = Object.fromEntries(Object.entries(defaults).filter(([option]) => option in stdioEndpointOptions))
  const whole = (value: Readonly<Record<string, unknown>>): object => ({ ...(value.command === undefined ? defaults : ofStdio), ...given(value) })
  return { ...endpoint, read: (value, place) => endpoint.read(isRecord(value) ? whole(value) : value, place) }
}

function given(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}

function readStdioEndpoint(value: unknown, place: Place): CheckedEndpoint | undefined {
  const read = object(stdioEndpointOptions).read(value, place)
  return read === undefined ? undefined : { kind: 'stdio', ...read }
}

function readUrlEndpoint(value: unknown, place: Place): CheckedEndpoint | undefined {
  const read = object(urlEndpointOptions).read(value, place)
  if (read === undefined) return undefined
  if ('authorization' in read.headers && (read.auth !== undefined || read.authProvider !== undefined))
    return place.must('not have both an Authorization header and auth or authProvider')
  if (read.dispatcher !== undefined && (read.tls !== undefined || read.proxy !== undefined))
    return place.must('not have tls or proxy together with a dispatcher, which makes the connections by itself')
  if (read.transport === 'sse' && read.protocolVersion === '2026-07-28')
    return place.must("not pin 2026-07-28 with transport 'sse', which that revision does not have")
  return { kind: 'url', ...read }
}
