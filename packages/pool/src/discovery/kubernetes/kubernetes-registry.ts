import { isDeepStrictEqual } from 'node:util'
import { cleanText } from '../../clean-text.js'
import type { ResolvedKubernetesDiscovery } from '../../config/index.js'
import { PoolError } from '../../errors.js'
import type { Milliseconds, Resolver } from '../../ports.js'
import { items, type JsonShape, shape, words } from '../json-shape.js'
import { RegistryHttp, type RegistryRequest } from '../registry-http.js'
import { type Registry, RegistryWatch } from '../registry-watch.js'
import type { ResolverParts } from '../resolver-parts.js'
import { type ApiAccess, apiAccess, type Pod, THIS_POD } from './api-access.js'
import { endpointsOf, type ReadSlice, readSlice } from './endpoint-slices.js'

/** How long an answer may take. */
const ANSWER: Milliseconds = 30_000
/** Slices in one answer. */
const PAGE = 500
const GONE = 410
/** Refusals that have nothing to do with the version from which to watch: no or another token, too many requests, not now. */
const COME_AGAIN: ReadonlySet<number> = new Set([401, 403, 429, 503])

/** How long the API server is asked to keep a watch: so long, and up to twice that, for those who began together should not end together. */
const WATCH: Milliseconds = 60_000
/** What it may take longer. A watch that is silent beyond that is dead: the server would have ended it. */
const SLACK: Milliseconds = 10_000

/** What is known: the slices by name, as of a version. */
interface Known {
  version: string
  readonly slices: Map<string, ReadSlice>
}

/**
 * EndpointSlices of a Service: a list of them, then a watch from its version on.
 *
 *     list (page by page) ─▶ everything as of 812 ─▶ watch from 812 ─▶ added, modified, deleted, bookmark … ─▶ end ─▶ watch from 845 …
 *             ▲                                                                                              │
 *             └───────────────────────────── 410 Gone: the version is too old ◀──────────────────────────────┘
 *
 * The server ends a watch every minute or two, and that is no error. A bookmark tells a newer version though nothing changed here, so that the
 * next watch does not begin where nobody remembers.
 */
class KubernetesRegistry implements Registry {
  readonly #options: ResolvedKubernetesDiscovery
  readonly #parts: ResolverParts
  readonly #pod: Pod
  readonly #watch: Milliseconds
  #http: { readonly client: RegistryHttp; readonly tls: ApiAccess['tls'] } | undefined
  #known: Known | undefined

  constructor(options: ResolvedKubernetesDiscovery, parts: ResolverParts, pod: Pod, watch: Milliseconds) {
    this.#options = options
    this.#parts = parts
    this.#pod = pod
    this.#watch = watch
  }

  async turn(found: (endpoints: readonly unknown[]) => void, signal: AbortSignal): Promise<Milliseconds> {
    const access = await apiAccess(this.#options, this.#pod)
    signal.throwIfAborted()
    const http = await this.#client(access)
    try {
      if (this.#known === undefined) {
        this.#known = await this.#list(http, access, signal)
        found(endpointsOf(this.#known.slices.values()))
      }
      await this.#follow(http, access, this.#known, found, signal)
    } catch (error) {
      const status = error instanceof PoolError ? error.status : undefined
      // The version may be what it does not like.
      if (status !== undefined && !COME_AGAIN.has(status)) this.#known = undefined
      if (status !== GONE) throw error
    }
    return 0
  }

  async close(): Promise<void> {
    await this.#http?.client.close()
  }

  /** Another one when the authority was replaced. */
  async #client({ tls }: ApiAccess): Promise<RegistryHttp> {
    if (this.#http === undefined || !isDeepStrictEqual(this.#http.tls, tls)) {
      await this.#http?.client.close()
      this.#http = { client: new RegistryHttp('Kubernetes', tls, this.#parts.timers), tls }
    }
    return this.#http.client
  }

  async #list(http: RegistryHttp, access: ApiAccess, signal: AbortSignal): Promise<Known> {
    const slices = new Map<string, ReadSlice>()
    let next: string | undefined
    for (;;) {
      const list = shape((await http.ask(this.#request(access, { limit: `${PAGE}`, ...(next === undefined ? {} : { continue: next }) }, signal))).body)
      if (!Array.isArray(list.items)) throw new PoolError('PROTOCOL', 'Kubernetes answers with what is no list of EndpointSlices', { progress: 'answered' })
      for (const slice of items(list.items).map((item) => readSlice(shape(item), this.#options))) slices.set(slice.name, slice)
      const { resourceVersion, continue: more } = shape(list.metadata)
      next = words(more)
      if (next === undefined) return { version: words(resourceVersion) ?? '', slices }
    }
  }

  /** Resolves when the watch is over, as it should be. */
  async #follow(http: RegistryHttp, access: ApiAccess, known: Known, found: (endpoints: readonly unknown[]) => void, signal: AbortSignal): Promise<void> {
    const length = this.#watch * (1 + this.#parts.random())
    const query = { watch: '1', allowWatchBookmarks: 'true', resourceVersion: known.version, timeoutSeconds: `${Math.ceil(length / 1_000)}` }
    const tell = (): void => found(endpointsOf(known.slices.values()))
    await http.follow(this.#request(access, query, signal), length + SLACK, {
      // Where it goes on after a failure: the set is what it was, and what was missed comes next.
      onOpen: tell,
      onValue: (event) => {
        if (this.#apply(known, shape(event))) tell()
        return true
      },
    })
  }

  /**
   * Whether there is something to tell.
   *
   * @throws PoolError with the status that an event of type ERROR carries: a watch that was begun well can say it in no other way
   */
  #apply(known: Known, { type, object }: JsonShape): boolean {
    const { code, message, metadata } = shape(object)
    if (type === 'ERROR') {
      const status = typeof code === 'number' ? code : 500
      throw new PoolError('HTTP_STATUS', `Kubernetes ends the watch: ${status} ${cleanText(words(message) ?? '')}`, { progress: 'answered', status })
    }
    known.version = words(shape(metadata).resourceVersion) ?? known.version
    if (type !== 'ADDED' && type !== 'MODIFIED' && type !== 'DELETED') return false
    const slice = readSlice(shape(object), this.#options)
    if (type === 'DELETED') return known.slices.delete(slice.name)
    known.slices.set(slice.name, slice)
    return true
  }

  #request({ url, namespace, token }: ApiAccess, query: Readonly<Record<string, string>>, signal: AbortSignal): RegistryRequest {
    const search = new URLSearchParams({ labelSelector: `kubernetes.io/service-name=${this.#options.service}`, ...query })
    return {
      url: `${url}/apis/discovery.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/endpointslices?${search.toString()}`,
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      secrets: token === undefined ? [] : [token],
      signal,
      timeout: ANSWER,
    }
  }
}

export function kubernetesResolver(options: ResolvedKubernetesDiscovery, parts: ResolverParts, pod: Pod = THIS_POD, watch: Milliseconds = WATCH): Resolver {
  return new RegistryWatch(new KubernetesRegistry(options, parts, pod, watch), parts)
}
