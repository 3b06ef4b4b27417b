import type { IncomingMessage, ServerResponse } from 'node:http'
import type { HttpOptions, HttpServer } from './http-host.js'
import { host } from './http-host.js'

/** The part of an EndpointSlice that clients of a Service read. */
export interface EndpointSlice {
  readonly name: string
  readonly service: string
  /** @default 'default' */
  readonly namespace?: string
  /** @default 'IPv4' */
  readonly addressType?: 'IPv4' | 'IPv6' | 'FQDN'
  readonly ports?: ReadonlyArray<{ readonly name?: string; readonly port: number; readonly protocol?: string; readonly appProtocol?: string }>
  readonly endpoints: ReadonlyArray<{
    readonly addresses: readonly string[]
    readonly conditions?: { readonly ready?: boolean; readonly serving?: boolean; readonly terminating?: boolean }
    readonly zone?: string
    readonly hints?: { readonly forZones: ReadonlyArray<{ readonly name: string }> }
    readonly targetRef?: { readonly kind: 'Pod'; readonly name: string; readonly uid: string }
  }>
}

/** Faults are planned by verb or path: `faults.next('500', 1, 'GET')`. */
export interface KubernetesServer extends HttpServer {
  /** Bearer tokens that are good; empty: everybody may. */
  readonly tokens: Set<string>
  /** Adds slices, or replaces those of the same name; each is a version of its own. */
  apply(...slices: readonly EndpointSlice[]): void
  remove(name: string): void
  /** Something else in the cluster changes: the version grows, and watches of slices hear nothing. */
  age(): void
  /** Tells all watches that want to know which version it is. */
  bookmark(): void
  /** Forgets what came before now: watches from an older version, and half-read lists, are 410 Gone. */
  forget(how?: 'status' | 'event'): void
  /** Ends all watches, as the server does when their time is over. */
  endWatches(): void
  /** Watches that are open. */
  readonly watches: number
}

interface Change {
  readonly version: number
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly slice: EndpointSlice
}

interface Watch {
  readonly query: URLSearchParams
  readonly namespace: string
  readonly res: ServerResponse
}

const PATH = /^\/apis\/discovery\.k8s\.io\/v1\/namespaces\/([^/]+)\/endpointslices$/

/**
 * What the Kubernetes API documents of listing and watching EndpointSlices, for a cluster does not fit into a test: label selectors, pages, versions,
 * watches of JSON lines that end by themselves, bookmarks, 410 by status and in the stream, tokens.
 */
export async function startKubernetesServer(options: Omit<HttpOptions, 'auth'> = {}): Promise<KubernetesServer> {
  const slices = new Map<string, Change>()
  const history: Change[] = []
  const watches = new Set<Watch>()
  const tokens = new Set<string>()
  let version = 100
  let oldest = 0
  let gone: 'status' | 'event' = 'status'

  const http = await host(options, '', (req, res) => {
    const url = new URL(req.url ?? '/', 'http://kubernetes')
    const namespace = PATH.exec(url.pathname)?.[1]
    if (tokens.size > 0 && !tokens.has(bearer(req))) return status(res, 401, 'Unauthorized', 'Unauthorized')
    if (namespace === undefined) return status(res, 404, 'NotFound', 'the server could not find the requested resource')
    if (url.searchParams.get('watch') === null) list(url.searchParams, namespace, res)
    else watch({ query: url.searchParams, namespace, res })
  })

  function list(query: URLSearchParams, namespace: string, res: ServerResponse): void {
    const [at, from] = (query.get('continue') ?? `${version}:0`).split(':').map(Number) as [number, number]
    if (query.has('continue') && at < oldest) return status(res, 410, 'Expired', 'The provided continue parameter is too old')
    const limit = Number(query.get('limit') ?? 0) || Number.POSITIVE_INFINITY
    const all = [...slices.values()].filter(({ slice }) => selected(slice, namespace, query))
    const more = from + limit < all.length
    json(res, 200, {
      kind: 'EndpointSliceList',
      apiVersion: 'discovery.k8s.io/v1',
      metadata: { resourceVersion: String(at), ...(more && { continue: `${at}:${from + limit}` }) },
      items: all.slice(from, from + limit).map(object),
    })
  }

  function watch(watch: Watch): void {
    const { query, res } = watch
    const from = Number(query.get('resourceVersion') ?? 0)
    if (from < oldest && gone === 'status') return status(res, 410, 'Expired', `too old resource version: ${from} (${oldest})`)
    res.writeHead(200, { 'content-type': 'application/json' })
    res.flushHeaders()
    if (from < oldest) return void res.end(line('ERROR', failure(410, 'Expired', `too old resource version: ${from} (${oldest})`)))
    for (const change of history) if (change.version > from) tell(watch, change)
    watches.add(watch)
    const timer = setTimeout(() => res.end(), Number(query.get('timeoutSeconds') ?? 1_800) * 1_000)
    res.once('close', () => {
      clearTimeout(timer)
      watches.delete(watch)
    })
  }

  function tell({ query, namespace, res }: Watch, change: Change): void {
    if (selected(change.slice, namespace, query)) res.write(line(change.type, object(change)))
  }

  function changed(type: Change['type'], slice: EndpointSlice): Change {
    const change = { version: ++version, type, slice }
    history.push(change)
    for (const watch of watches) tell(watch, change)
    return change
  }

  return {
    ...http,
    tokens,
    apply: (...added) => {
      for (const slice of added) slices.set(slice.name, changed(slices.has(slice.name) ? 'MODIFIED' : 'ADDED', slice))
    },
    remove: (name) => {
      const removed = slices.get(name)
      slices.delete(name)
      if (removed !== undefined) changed('DELETED', removed.slice)
    },
    age: () => void version++,
    bookmark: () => {
      const bookmark = line('BOOKMARK', { kind: 'EndpointSlice', metadata: { resourceVersion: String(version) } })
      for (const { query, res } of watches) if (query.get('allowWatchBookmarks') === 'true') res.write(bookmark)
    },
    forget: (how = 'status') => {
      gone = how
      oldest = version
      history.length = 0
    },
    endWatches: () => {
      for (const { res } of watches) res.end()
    },
    get watches() {
      return watches.size
    },
  }
}

function bearer(req: IncomingMessage): string {
  return /^Bearer (.+)$/.exec(req.headers.authorization ?? '')?.[1] ?? ''
}

function selected({ service, namespace = 'default' }: EndpointSlice, wanted: string, query: URLSearchParams): boolean {
  const label = /^kubernetes\.io\/service-name=(.+)$/.exec(query.get('labelSelector') ?? '')?.[1]
  return namespace === wanted && (label === undefined || label === service)
}

function object({ version, slice }: Change): object {
  const { name, service, namespace = 'default', addressType = 'IPv4', ports = [], endpoints } = slice
  const metadata = { name, namespace, resourceVersion: String(version), labels: { 'kubernetes.io/service-name': service } }
  return { kind: 'EndpointSlice', apiVersion: 'discovery.k8s.io/v1', metadata, addressType, ports, endpoints }
}

function line(type: string, what: object): string {
  return `${JSON.stringify({ type, object: what })}\n`
}

function failure(code: number, reason: string, message: string): object {
  return { kind: 'Status', apiVersion: 'v1', status: 'Failure', message, reason, code }
}

function status(res: ServerResponse, code: number, reason: string, message: string): void {
  json(res, code, failure(code, reason, message))
}

function json(res: ServerResponse, code: number, body: object): void {
  res.writeHead(code, { 'content-type': 'application/json' })
  res.end(JSON.stringify(body))
}
