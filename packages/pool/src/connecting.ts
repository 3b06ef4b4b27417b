import { endpointFetch, type Fetch, TokenCache, type TokenEvent, type TokenOwner } from './auth/index.js'
import type { ResolvedConfig, ResolvedEndpoint, ResolvedUrlEndpoint } from './config/index.js'
import type { Announcement } from './events.js'
import type { ConnectOptions } from './fleet/index.js'
import {
  connectHttp,
  connectSse,
  connectStdio,
  EraMemory,
  ListenRota,
  NotStreamableHttp,
  PoolLogLevel,
  ToolCatalog,
  ToolDirectory,
  type ToolsChange,
} from './mcp/index.js'
import type { ConnectionListener, LiveConnection, Random, Timers, TokenSource } from './ports.js'

export interface ConnectingParts {
  readonly config: ResolvedConfig
  readonly timers: Timers
  readonly random: Random
  readonly announce: (event: Announcement) => void
  /** JSON-RPC ids for what connections ask by themselves: unique in the pool, as those of attempts are. */
  readonly nextId: () => number
}

/** What the connections to one endpoint share: its tools, and who of them listens for changes. */
interface EndpointMemory {
  readonly catalog: ToolCatalog
  readonly rota: ListenRota
}

/** One client's wish for a connection. */
interface Wish {
  readonly clientId: string
  readonly listener: ConnectionListener
  readonly signal: AbortSignal
}

/**
 * Makes connections: finds the way in which an endpoint is spoken to, and gives each connection what it shares with the others of
 * its endpoint and of the pool.
 *
 *     url ─▶ Streamable HTTP ──4xx──▶ HTTP+SSE of 2024-11-05        command ─▶ stdio
 */
export class Connecting {
  /** Of all sessions that calls are spread over. */
  readonly logLevel: PoolLogLevel = new PoolLogLevel()
  readonly #parts: ConnectingParts
  readonly #tokens: TokenCache
  readonly #eras: EraMemory
  readonly #fetches = new WeakMap<ResolvedUrlEndpoint, { readonly fetch: Fetch | undefined }>()
  readonly #endpoints = new Map<string, EndpointMemory>()
  readonly #tools = new ToolDirectory()

  constructor(parts: ConnectingParts) {
    this.#parts = parts
    const { config, timers, random } = parts
    this.#tokens = new TokenCache({ timers, random, timeout: config.connectionTimeout, onToken: (event, owner) => parts.announce(tokenEvent(event, owner)) })
    this.#eras = new EraMemory(timers, config.eraCacheTime)
  }

  connect = async (endpoint: ResolvedEndpoint, clientId: string, listener: ConnectionListener, { signal }: ConnectOptions): Promise<LiveConnection> => {
    const wish: Wish = { clientId, listener, signal }
    if (endpoint.kind === 'stdio') return connectStdio(endpoint, this.#parts.config.maxMessageSize, this.#channelOptions(endpoint, wish))
    const { url, auth, authProvider } = endpoint
    const tokens = this.#tokens.lease({ url, auth, authProvider, fetch: this.#fetchFor(endpoint) })
    try {
      return await this.#overHttp(endpoint, wish, tokens)
    } catch (error) {
      // A connection that came to be gives its token up when it is closed.
      await tokens?.revoke()
      throw error
    }
  }

  /** A person came back from the authorization server. */
  finishAuth(callback: string | URLSearchParams, issuer?: string): Promise<void> {
    return this.#tokens.finishAuth(callback, issuer)
  }

  /** The endpoint is gone, or is another server: what was learned of it is of no use. Connections that are there keep what they have. */
  forget(endpointId: string): void {
    this.#endpoints.get(endpointId)?.catalog.leave()
    this.#endpoints.delete(endpointId)
    this.#eras.forget(endpointId)
  }

  /** Gives all tokens up. A server that does not take them back leaves us nothing to do: they run out by themselves. */
  async release(): Promise<void> {
    await this.#tokens.revokeAll().catch(() => {})
  }

  async #overHttp(endpoint: ResolvedUrlEndpoint, wish: Wish, tokens: TokenSource | undefined): Promise<LiveConnection> {
    if (endpoint.transport === 'sse') return this.#overSse(endpoint, wish, tokens)
    const { clientId, listener, signal } = wish
    const settings = { ...this.#parts, clientId, tokens, eras: this.#eras, logLevel: this.logLevel, ...this.#memoryOf(endpoint), wallClock: Date.now }
    try {
      return await connectHttp(endpoint, settings, listener, signal)
    } catch (error) {
      if (!(error instanceof NotStreamableHttp) || endpoint.protocolVersion !== undefined) throw error
      // What the first way said is nearer to what the user meant than what the second says.
      return await this.#overSse(endpoint, wish, tokens).catch(() => Promise.reject(error))
    }
  }

  #overSse(endpoint: ResolvedUrlEndpoint, wish: Wish, tokens: TokenSource | undefined): Promise<LiveConnection> {
    const { url, label, headers, dispatcher, tls, proxy } = endpoint
    const { maxMessageSize, maxHeaderSize } = this.#parts.config
    return connectSse({ url, label, headers, dispatcher, tls, proxy, tokens, maxMessageSize, maxHeaderSize }, this.#channelOptions(endpoint, wish))
  }

  #channelOptions({ id, label, protocolVersion, trustAnnotations }: ResolvedEndpoint, wish: Wish) {
    const { config, timers, random, nextId } = this.#parts
    const { capabilities, connectionTimeout, healthCheckMethod } = config
    const { catalog } = this.#memoryOf({ id, label, trustAnnotations })
    const own = { endpointId: id, label, protocolVersion, catalog, eras: this.#eras, logLevel: this.logLevel }
    return { ...wish, ...own, timers, random, nextId, clientInfo: { ...config.clientInfo }, capabilities, connectionTimeout, healthCheckMethod }
  }

  /** Made once: what it makes of the endpoint's proxy and certificates is kept. */
  #fetchFor(endpoint: ResolvedUrlEndpoint): Fetch | undefined {
    let known = this.#fetches.get(endpoint)
    if (known === undefined) this.#fetches.set(endpoint, (known = { fetch: endpointFetch(endpoint) }))
    return known.fetch
  }

  #memoryOf({ id, label, trustAnnotations }: Pick<ResolvedEndpoint, 'id' | 'label' | 'trustAnnotations'>): EndpointMemory {
    const known = this.#endpoints.get(id)
    if (known !== undefined) return known
    const onChange = (change: ToolsChange): void => this.#parts.announce(['endpoint:tools-changed', { endpoint: label, ...change }])
    const memory: EndpointMemory = { catalog: new ToolCatalog({ trustAnnotations, directory: this.#tools, onChange }), rota: new ListenRota() }
    this.#endpoints.set(id, memory)
    return memory
  }
}

function tokenEvent(event: TokenEvent, owner: TokenOwner): Announcement {
  if (event.what === 'renewed') return ['token:renewed', { ...owner, expiresIn: event.expiresIn }]
  return ['token:failed', { ...owner, error: event.error, usable: event.usable }]
}
