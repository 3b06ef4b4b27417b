import type { ResolvedConfig } from '../../config/index.js'
import type { Random, Timers, TokenSource } from '../../ports.js'
import type { EraMemory } from '../era-memory.js'
import type { ListenRota } from '../listen-rota.js'
import type { PoolLogLevel } from '../pool-log-level.js'
import type { ToolCatalog } from '../tool-catalog.js'

/** What a connection over HTTP needs of the pool. */
export interface HttpSettings {
  readonly config: Pick<
    ResolvedConfig,
    'connectionTimeout' | 'connectionsPerClient' | 'maxHeaderSize' | 'maxMessageSize' | 'maxStreamSize' | 'healthCheckMethod' | 'clientInfo' | 'capabilities'
  >
  /** Id of the pooled client, which pinned sessions name. */
  readonly clientId: string
  readonly tokens: TokenSource | undefined
  /** Shared by all connections of the pool. */
  readonly eras: EraMemory
  readonly logLevel: PoolLogLevel
  /** Shared by all connections to the endpoint. */
  readonly catalog: ToolCatalog
  readonly rota: ListenRota
  readonly timers: Timers
  readonly random: Random
  /** Milliseconds since 1970. */
  readonly wallClock: () => number
  /** Ids for requests of the connection's own: unique in the pool, as those of attempts are. */
  readonly nextId: () => number
}
