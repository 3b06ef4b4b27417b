import { PoolError } from '../../errors.js'
import { Alarm, type JsonObject, type Milliseconds } from '../../ports.js'
import type { ToolCatalog } from '../tool-catalog.js'
import { ask } from './ask.js'
import type { Lane } from './lane.js'

const RETRY_FIRST: Milliseconds = 1_000
const RETRY_MOST: Milliseconds = 60_000

/**
 * Keeps the catalogue of an endpoint up to date over one connection: fetches it in the background when it is not known or
 * not believed any more, and again, ever later, while that fails. As an alarm it is the wait before the next try.
 */
export class CatalogFeed extends Alarm {
  readonly #catalog: ToolCatalog
  readonly #onChanged: () => void
  #unwatch: (() => void) | undefined
  #lane: Lane | undefined
  #failures = 0

  constructor(catalog: ToolCatalog, onChanged: () => void) {
    super()
    this.#catalog = catalog
    this.#onChanged = onChanged
  }

  /** From now on requests go over `lane`. */
  start(lane: Lane): void {
    this.#lane = lane
    this.#unwatch ??= this.#catalog.watch(this.#onChanged)
    this.fire()
  }

  /** The server says that its tools have changed. */
  changed(): void {
    this.#keepAt(this.refresh())
  }

  /** The list is wanted, if nobody has fetched it meanwhile. */
  override fire(): void {
    this.#keepAt(this.#catalog.ensure((cursor) => this.#page(cursor)))
  }

  #keepAt(fetch: Promise<void>): void {
    const lane = this.#lane
    if (lane === undefined) return void fetch.catch(() => {})
    lane.channel.timers.clear(this)
    fetch.then(
      () => {
        this.#failures = 0
      },
      (error: unknown) => {
        if (this.#lane === undefined || lane.channel.closed) return
        // A lost session is told of as such, and another one is opened: it is no failure of the server.
        if (!(error instanceof PoolError && error.code === 'SESSION_LOST')) lane.channel.report(error instanceof Error ? error : new Error(String(error)))
        const most = Math.min(RETRY_MOST, RETRY_FIRST * 2 ** this.#failures++)
        lane.channel.timers.set(this, lane.channel.random() * most)
      },
    )
  }

  /** Resolves when the catalogue is up to date; rejects with a `PoolError` where it could not be fetched. */
  async refresh(): Promise<void> {
    await this.#catalog.refresh((cursor) => this.#page(cursor))
  }

  stop(): void {
    this.#lane?.channel.timers.clear(this)
    this.#lane = undefined
    this.#unwatch?.()
    this.#unwatch = undefined
  }

  async #page(cursor: string | undefined): Promise<JsonObject> {
    const lane = this.#lane
    if (lane === undefined) throw new PoolError('CONNECTION_LOST', 'the connection was closed')
    const { response } = await ask(lane, 'tools/list', cursor === undefined ? {} : { cursor }, { timeout: lane.channel.limits.connectionTimeout })
    if ('result' in response) return response.result
    const { label } = lane.channel
    throw new PoolError('PROTOCOL', `${label} did not list its tools: ${response.error.message}`, { progress: 'answered', endpoint: label })
  }
}
