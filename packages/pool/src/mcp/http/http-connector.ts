import type { ResolvedConfig, ResolvedUrlEndpoint } from '../../config/index.js'
import type { ConnectionListener, LiveConnection, Random, Signal, Timers, TokenSource } from '../../ports.js'
import { EraMemory } from '../era-memory.js'
import { connectHttp } from './connect.js'
import { ListenRota } from '../listen-rota.js'
import { ToolCatalog } from '../tool-catalog.js'

export interface HttpConnectorOptions {
  readonly config: ResolvedConfig
  readonly timers: Timers
  readonly random: Random
  /** Milliseconds since 1970. */
  readonly wallClock: () => number
  /** Ids for requests of the connections' own: from the same counter as those of attempts. */
  readonly nextId: () => number
}

interface Shared {
  readonly catalog: ToolCatalog
  readonly rota: ListenRota
}

/**
 * Makes connections over Streamable HTTP, and keeps what those to one endpoint have in common: its era, its tools, and who
 * of them listens.
 */
export class HttpConnector {
  readonly #options: HttpConnectorOptions
  readonly #eras: EraMemory
  /** Endpoints are few, and come back. */
  readonly #shared = new Map<string, Shared>()

  constructor(options: HttpConnectorOptions) {
    this.#options = options
    this.#eras = new EraMemory(options.timers, options.config.eraCacheTime)
  }

  /** Rejects with a `PoolError`: `NotStreamableHttp` where HTTP+SSE may be worth a try. */
  connect(
    endpoint: ResolvedUrlEndpoint,
    clientId: string,
    tokens: TokenSource | undefined,
    listener: ConnectionListener,
    signal?: Signal,
  ): Promise<LiveConnection> {
    const { config, timers, random, wallClock, nextId } = this.#options
    const settings = { config, clientId, tokens, eras: this.#eras, ...this.#sharedBy(endpoint), timers, random, wallClock, nextId }
    return connectHttp(endpoint, settings, listener, signal)
  }

  #sharedBy({ id, trustAnnotations }: ResolvedUrlEndpoint): Shared {
    const known = this.#shared.get(id)
    if (known !== undefined) return known
    const shared: Shared = { catalog: new ToolCatalog({ trustAnnotations }), rota: new ListenRota() }
    this.#shared.set(id, shared)
    return shared
  }
}
