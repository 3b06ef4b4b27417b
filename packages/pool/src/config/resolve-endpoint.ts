import type { ClientCredentials } from '../auth/index.js'
import { isRecord } from './checks.js'
import { conceal } from './conceal.js'
import type { EndpointDefaults } from './discovery-options.js'
import type { CheckedEndpoint, CheckedStdioEndpoint, CheckedUrlEndpoint } from './endpoint-schema.js'
import { endpointOver } from './endpoint-schema.js'
import { Place, Problems } from './problems.js'
import type { ResolvedEndpoint, ResolvedStdioEndpoint, ResolvedUrlEndpoint } from './resolved.js'
import { label, quoted } from './shown.js'

/** What the pool has for endpoints that have nothing of their own: an OAuth client, and any option. */
export interface PoolClient {
  readonly clientId: string | undefined
  readonly clientSecret: string | undefined
  readonly scope: string | undefined
  readonly endpointDefaults: EndpointDefaults | undefined
}

/** What was resolved here, so that what a pool gave out may be handed back to it. */
const resolvedHere = new WeakSet<object>()

function isResolved(options: unknown): options is ResolvedEndpoint {
  return typeof options === 'object' && options !== null && resolvedHere.has(options)
}

/**
 * An endpoint that is named to a running pool: options, or one that is resolved already.
 *
 * @throws PoolError `CONFIG`
 */
export function resolveEndpoint(options: unknown, client: PoolClient): ResolvedEndpoint {
  const problems = new Problems()
  const resolved = read(options, client, problems)
  problems.throwIfAny()
  // Without a problem there is an endpoint.
  return resolved!
}

/** The same of one of many, which must not stop the others: what is wrong with it comes back as a sentence. */
export function readEndpoint(options: unknown, client: PoolClient): ResolvedEndpoint | string {
  const problems = new Problems()
  try {
    const resolved = read(options, client, problems)
    if (problems.count === 0) return resolved!
  } catch {
    // A getter that throws.
    return 'endpoint could not be read'
  }
  const name = nameOf(options)
  return name === undefined ? problems.summary : `${quoted(name)}: ${problems.summary}`
}

function read(options: unknown, client: PoolClient, problems: Problems): ResolvedEndpoint | undefined {
  if (isResolved(options)) return options
  const place = new Place(problems, 'endpoint')
  const checked = endpointOver(client.endpointDefaults).read(options, place)
  return checked && resolveEndpoints([checked], client, () => place)[0]
}

/** What people know it by, where it says so. */
function nameOf(options: unknown): string | undefined {
  if (!isRecord(options)) return undefined
  return [options.id, options.url, options.command].find((name) => typeof name === 'string')
}

const CREDENTIALS = 'come with credentials: give the pool clientId and clientSecret, or the endpoint an authProvider'

/** Said at construction, and not of each endpoint that is found later. */
export function checkDefaults({ auth, authProvider }: EndpointDefaults, client: PoolClient, place: Place): void {
  if (needs({ auth, authProvider }, client)) place.member('auth').must(CREDENTIALS)
}

/** Endpoints that are right by themselves, given their ids and credentials and held against each other. */
export function resolveEndpoints(endpoints: readonly CheckedEndpoint[], client: PoolClient, at: (index: number) => Place): readonly ResolvedEndpoint[] {
  const ids = uniqueIds(endpoints, at)
  const needy = endpoints.findIndex((endpoint) => endpoint.kind === 'url' && needs(endpoint, client))
  if (needy >= 0) at(needy).member('auth').must(CREDENTIALS)
  return endpoints.map((endpoint, index) => {
    const id = ids[index]!
    const resolved = endpoint.kind === 'url' ? resolveUrlEndpoint(endpoint, id, credentials(endpoint, client)) : resolveStdioEndpoint(endpoint, id)
    resolvedHere.add(resolved)
    return resolved
  })
}

function resolveUrlEndpoint(endpoint: CheckedUrlEndpoint, id: string, auth: ClientCredentials | undefined): ResolvedUrlEndpoint {
  const { kind, url, transport, weight, zone, tags, trustAnnotations, headers, authProvider, tls, proxy, dispatcher } = endpoint
  const shown = label(url)
  const protocolVersion = pinned(endpoint)
  const open = { kind, id, label: shown, transport, weight, zone, tags, trustAnnotations, protocolVersion }
  const hidden = { headers, auth, authProvider, tls, proxy, dispatcher }
  return Object.freeze(shown === url ? conceal(Object.assign(open, { url }), hidden) : conceal(open, { url, ...hidden }))
}

function resolveStdioEndpoint(endpoint: CheckedStdioEndpoint, id: string): ResolvedStdioEndpoint {
  const { kind, command, cwd, weight, tags, trustAnnotations, args, env } = endpoint
  return Object.freeze(conceal({ kind, id, label: id, command, cwd, weight, tags, trustAnnotations, protocolVersion: pinned(endpoint) }, { args, env }))
}

function pinned({ protocolVersion }: CheckedEndpoint): ResolvedEndpoint['protocolVersion'] {
  return protocolVersion === 'auto' ? undefined : protocolVersion
}

/**
 * Ids that every process with the same options gives alike, for affinity depends on them. A URL names its endpoint; two that differ
 * in their query only do not, and the query may be a secret. Commands often are alike (`node`, `npx`): they are numbered.
 */
function uniqueIds(endpoints: readonly CheckedEndpoint[], at: (index: number) => Place): readonly string[] {
  const owners = new Map<string, number>()
  const own = (id: string, index: number): string => {
    const owner = owners.get(id)
    if (owner === undefined) owners.set(id, index)
    else
      at(index)
        .member('id')
        .must(`be unique: ${quoted(id)} is ${at(owner).path} already; give one of them another id`)
    return id
  }
  // Those that are given come first, so that a number never takes one of them.
  const ids = endpoints.map((endpoint, index) => (endpoint.id === undefined ? undefined : own(endpoint.id, index)))
  return endpoints.map((endpoint, index) => {
    const given = ids[index]
    if (given !== undefined) return given
    if (endpoint.kind === 'url') return own(label(endpoint.url), index)
    const name = endpoint.command.replace(/^.*[/\\](?=.)/, '')
    let id = name
    for (let number = 2; owners.has(id); number++) id = `${name}-${number}`
    return own(id, index)
  })
}

/** Whether nobody authorizes where somebody must. */
function needs({ auth, authProvider }: Pick<CheckedUrlEndpoint, 'auth' | 'authProvider'>, client: PoolClient): boolean {
  if (auth === undefined || authProvider !== undefined || (typeof auth !== 'string' && auth.clientId !== undefined)) return false
  return client.clientId === undefined || client.clientSecret === undefined
}

/** What its token is asked for with; undefined where none is, or where somebody else authorizes. */
function credentials({ url, auth, authProvider }: CheckedUrlEndpoint, client: PoolClient): ClientCredentials | undefined {
  if (auth === undefined || authProvider !== undefined) return undefined
  const own = typeof auth === 'string' ? undefined : auth
  const { clientId, clientSecret } = own?.clientId === undefined ? client : own
  if (clientId === undefined || clientSecret === undefined) return undefined
  const server = typeof auth === 'string' ? auth : auth.url
  const resource = own === undefined ? undefined : (own.resource ?? label(url))
  return Object.freeze(conceal({ server, clientId, resource, scope: own?.scope ?? client.scope }, { clientSecret }))
}
