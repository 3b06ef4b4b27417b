import type { JsonRpcNotification, JsonRpcRequest, JsonRpcResponse } from '../ports.js'
import { LOG_LEVELS } from './era-tables.js'
import type { LevelHolder, PoolLogLevel } from './pool-log-level.js'
import { type Memory, type RestoringRequest, SessionMemory } from './session-memory.js'

/** A position in `LOG_LEVELS`, least severe first: the lower, the more is heard. Past the end: no level. */
type Rank = number
const UNSET: Rank = LOG_LEVELS.length
const SET_LEVEL = 'logging/setLevel'

export interface SpreadMemoryPorts {
  /** Whether the server that the session is open at has log messages. */
  logs(): boolean
  /** Sends `logging/setLevel` in the session; its answer is learned. */
  tell(level: string): Promise<unknown>
}

/**
 * What a session that many callers share has to be told, above all its log level: callers of the legacy era set it, once for all;
 * those of the modern era say with each request what they want to hear. The session gets the most verbose that anybody wants, and
 * everybody hears what he asked for:
 *
 *     set by the pool: warning ─┐                       ┌─▶ legacy callers: warning and worse
 *                               ├─▶ session: debug ─────┤
 *     one request wants: debug ─┘                       └─▶ that request: everything; other modern ones: nothing
 *
 * It is never lowered again for want of one who listens: the next request may want it, and every change costs a round trip. Where
 * nobody has set a level, what legacy callers hear is the server's choice (2025-11-25, `server/utilities/logging`), and so may change
 * with the first request that wants one.
 */
export class SpreadMemory implements Memory, LevelHolder {
  readonly #pool: PoolLogLevel
  readonly #ports: SpreadMemoryPorts
  readonly #session = new SessionMemory()
  /** What legacy callers want to hear. */
  #set: Rank = UNSET
  /** The most that a modern caller has wanted to hear. */
  #wanted: Rank = UNSET
  /** What the server was told in this session, whether it took it or not. */
  #told: Rank = UNSET
  #telling: Promise<void> | undefined

  constructor(pool: PoolLogLevel, ports: SpreadMemoryPorts) {
    this.#pool = pool
    this.#ports = ports
  }

  // ── Memory ───────────────────────────────────────────────────────────────────────────────────────────────────────

  learn(request: Pick<JsonRpcRequest, 'method' | 'params'>, response: JsonRpcResponse): void {
    if (request.method === SET_LEVEL) this.#told = rankOf(request.params?.['level'])
    else this.#session.learn(request, response)
  }

  restoring(): RestoringRequest[] {
    this.#told = UNSET
    if (this.#set === UNSET) this.#set = rankOf(this.#pool.current)
    this.#session.logLevel = this.#isBehind ? LOG_LEVELS[this.#due] : undefined
    return this.#session.restoring()
  }

  passes({ method, params }: JsonRpcNotification): boolean {
    if (method !== 'notifications/message' || this.#set === UNSET || this.#told >= this.#set) return true
    return rankOf(params?.['level']) >= this.#set
  }

  // ── Levels ───────────────────────────────────────────────────────────────────────────────────────────────────────

  /** `logging/setLevel` of a legacy caller as the server is to get it: never less than others want. */
  outgoing(request: JsonRpcRequest): JsonRpcRequest {
    const rank = rankOf(request.params?.['level'])
    if (rank === UNSET) return request
    this.#set = rank
    return this.#due === rank ? request : { ...request, params: { ...request.params, level: LOG_LEVELS[this.#due] } }
  }

  /** A modern caller wants to hear this and worse. Resolves when the session has the level; undefined: it has, or never will. */
  want(level: string | undefined): Promise<void> | undefined {
    if (level === undefined) return undefined
    const rank = rankOf(level)
    if (rank >= this.#wanted) return this.#telling
    this.#wanted = rank
    return this.#isBehind ? this.#catchUp() : undefined
  }

  levelChanged(level: string | undefined): void {
    this.#set = rankOf(level)
  }

  catchUp(): void {
    if (this.#isBehind) void this.#catchUp()
  }

  get #due(): Rank {
    return Math.min(this.#set, this.#wanted)
  }

  get #isBehind(): boolean {
    return this.#due !== UNSET && this.#told !== this.#due && this.#ports.logs()
  }

  #catchUp(): Promise<void> {
    this.#telling ??= this.#tell().finally(() => {
      this.#telling = undefined
    })
    return this.#telling
  }

  /** Never rejects: what fails now is tried again after the next probe. */
  async #tell(): Promise<void> {
    while (this.#isBehind) {
      const due = this.#due
      try {
        await this.#ports.tell(LOG_LEVELS[due]!)
      } catch {
        return
      }
      if (this.#told !== due) return
    }
  }
}

function rankOf(level: unknown): Rank {
  const rank = LOG_LEVELS.indexOf(String(level))
  return rank < 0 ? UNSET : rank
}
