import { PoolError } from '../errors.js'
import { Alarm, type JsonObject, type JsonRpcResponse, type Milliseconds, type Random, type Timers } from '../ports.js'
import type { ToolCatalog } from './tool-catalog.js'

/** All pages together: whoever takes longer is not listed to its end. */
const FETCH_WITHIN: Milliseconds = 60_000

/** The connection over which tools are listed. */
export interface ToolSource {
  readonly timers: Timers
  readonly random: Random
  /** What people are shown. */
  readonly label: string
  readonly isOpen: boolean
  /** Asks for one page: the parameters of `tools/list`. Rejects with a `PoolError`. */
  list(params: JsonObject): Promise<JsonRpcResponse>
  /** The list could not be fetched. */
  report(error: Error): void
}

/**
 * Keeps the catalogue of an endpoint up to date over one connection: fetches it in the background when it is not known or
 * not believed any more, and again, ever later, while that fails or the server goes on saying that it has changed. As an alarm it
 * is the wait before the next fetch.
 */
export class CatalogFeed extends Alarm {
  readonly #catalog: ToolCatalog
  readonly #onChanged: () => void
  #unwatch: (() => void) | undefined
  #source: ToolSource | undefined

  constructor(catalog: ToolCatalog, onChanged: () => void) {
    super()
    this.#catalog = catalog
    this.#onChanged = onChanged
  }

  /** From now on `source` is asked, and at once if the tools are not known. */
  start(source: ToolSource): void {
    this.#source = source
    this.#unwatch ??= this.#catalog.watch(this.#onChanged)
    void this.#fetch(source, false)
  }

  /** The server says that its tools have changed. */
  changed(): void {
    this.#catalog.invalidate()
    this.fire()
  }

  /** The list is wanted, if nobody has fetched it meanwhile. */
  override fire(): void {
    if (this.#source !== undefined) void this.#fetch(this.#source, true)
  }

  /** Resolves when the catalogue is up to date; rejects with a `PoolError` where it could not be fetched. */
  async refresh(): Promise<void> {
    let until: Milliseconds | undefined
    await this.#catalog.refresh(async (cursor) => {
      const source = this.#source
      if (source === undefined) throw new PoolError('CONNECTION_LOST', 'the connection was closed')
      const now = source.timers.now()
      until ??= now + FETCH_WITHIN
      return now < until ? page(source, cursor) : undefined
    })
  }

  stop(): void {
    this.#source?.timers.clear(this)
    this.#source = undefined
    this.#unwatch?.()
    this.#unwatch = undefined
  }

  /** `again`: it was fetched before, and waits for its turn. */
  async #fetch(source: ToolSource, again: boolean): Promise<void> {
    const { timers, random } = source
    const { pace } = this.#catalog
    while (this.#catalog.fetching) await this.#catalog.settled()
    if (!this.#catalog.stale || this.#source !== source) return
    const early = again && pace.wait(timers.now()) > 0
    if (!early) {
      if (again) pace.spent(timers.now(), random)
      await this.refresh().catch((error: unknown) => {
        if (!again) pace.spent(timers.now(), random)
        this.#failed(source, error)
      })
    }
    if (this.#catalog.stale && this.#source === source && source.isOpen) timers.set(this, pace.wait(timers.now()))
  }

  #failed(source: ToolSource, error: unknown): void {
    if (this.#source !== source || !source.isOpen) return
    // A lost session is told of as such, and another one is opened: it is no failure of the server.
    if (!(error instanceof PoolError && error.code === 'SESSION_LOST')) source.report(error instanceof Error ? error : new Error(String(error)))
  }
}

async function page(source: ToolSource, cursor: string | undefined): Promise<JsonObject> {
  const response = await source.list(cursor === undefined ? {} : { cursor })
  if ('result' in response) return response.result
  const { label } = source
  throw new PoolError('PROTOCOL', `${label} did not list its tools: ${response.error.message}`, { progress: 'answered', endpoint: label })
}
