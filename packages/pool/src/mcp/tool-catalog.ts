import type { JsonObject, JsonRpcRequest, Serves, ToolFacts } from '../ports.js'
import { FetchPace } from './fetch-pace.js'
import { type HeaderAnnotation, headerAnnotations } from './http/header-annotations.js'
import { isObject } from './json-object.js'
import type { ToolDirectory } from './tool-directory.js'
import { type ToolEntry, ToolList } from './tool-list.js'

/** How a list of tools differs from the one before. Twenty names of each at most: a server may have as many as it likes. */
export interface ToolsChange {
  /** So many there are now. */
  readonly tools: number
  readonly added: readonly string[]
  readonly removed: readonly string[]
  /** There before and now, with other hints. */
  readonly altered: readonly string[]
}

export interface ToolCatalogOptions {
  /** Whether `readOnlyHint` and `idempotentHint` are believed: they decide what may run twice. */
  readonly trustAnnotations: boolean
  /** Of all endpoints of the pool. Without it a tool that is not listed here is to be had nowhere. */
  readonly directory?: ToolDirectory
  /** A list that was known is not true any more. */
  readonly onChange?: (change: ToolsChange) => void
}

/** One page: the result of `tools/list`; undefined: it has taken long enough, and what was seen is all that is known. */
export type FetchTools = (cursor: string | undefined) => Promise<JsonObject | undefined>

/** A server that hands out cursors for ever is not followed for ever. */
const MAX_PAGES = 1_000

const MOST_NAMES = 20

const NOTHING: readonly HeaderAnnotation[] = []

/**
 * The tools of one endpoint, as far as calls depend on them: may a tool be repeated, which arguments go into headers, does
 * the endpoint have it at all. Shared by all connections to the endpoint; fetched in the background, and corrected by every
 * `tools/list` that passes through.
 */
export class ToolCatalog {
  /** Of all connections together. */
  readonly pace: FetchPace = new FetchPace()
  readonly #options: ToolCatalogOptions
  #directory: ToolDirectory | undefined
  readonly #listeners = new Set<() => void>()
  #tools: ReadonlyMap<string, ToolEntry> = new Map()
  /** All pages have been seen, and everything on them is kept. */
  #complete = false
  /** Goes up whenever what is known may not be true any more: a fetch that began before that proves nothing. */
  #generation = 1
  /** That of the last fetch, when it began. */
  #fetched = 0
  #refreshing: Promise<void> | undefined
  /** Begins when `#refreshing` is over. */
  #following: Promise<void> | undefined

  constructor(options: ToolCatalogOptions) {
    this.#options = options
    this.#directory = options.directory
  }

  /** What is known may not be true any more: the server went away, or said so. */
  invalidate(): void {
    this.#generation++
  }

  get stale(): boolean {
    return this.#fetched !== this.#generation
  }

  tool(name: string): ToolFacts | undefined {
    return this.#tools.get(name)?.facts
  }

  /** For a server that has tools. */
  serves(name: string): Serves {
    if (this.#tools.has(name)) return 'yes'
    return this.#complete && this.#directory?.has(name) !== false ? 'no' : 'unknown'
  }

  /** The endpoint is gone from the pool. Connections that are there keep what they have. */
  leave(): void {
    this.#directory?.replace(this.#tools.keys(), [])
    this.#directory = undefined
  }

  annotations(name: unknown): readonly HeaderAnnotation[] {
    return typeof name === 'string' ? (this.#tools.get(name)?.annotations ?? NOTHING) : NOTHING
  }

  /** `listener` hears whenever another tool is there, or one is gone or has other hints. Returns what ends it. */
  watch(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Fetches all pages. Whoever asks while that is under way waits for a fetch that began after the question. */
  refresh(fetch: FetchTools): Promise<void> {
    if (this.#refreshing === undefined) return this.#begin(fetch)
    this.#following ??= this.settled().then(() => {
      this.#following = undefined
      return this.#refreshing ?? this.#begin(fetch)
    })
    return this.#following
  }

  get fetching(): boolean {
    return this.#refreshing !== undefined
  }

  /** Resolves when the fetch that is under way, for whichever connection, is over, whatever came of it. */
  async settled(): Promise<void> {
    await this.#refreshing?.catch(() => {})
  }

  /**
   * A `tools/list` answer on its way to a caller. `exclude`: without the tools whose header annotations are invalid, which a
   * client must not offer (2026-07-28, `basic/transports/streamable-http#schema-extension`); `onInvalid` is told why.
   */
  learn(request: Pick<JsonRpcRequest, 'params'>, result: JsonObject, exclude: boolean, onInvalid: (error: Error) => void): JsonObject {
    const { tools } = result
    if (!Array.isArray(tools)) return result
    const valid: unknown[] = []
    const seen = new ToolList()
    for (const tool of tools as unknown[]) if (this.#read(tool, seen, exclude, onInvalid)) valid.push(tool)
    const whole = request.params?.['cursor'] === undefined && result['nextCursor'] === undefined
    if (!whole) seen.addMissing(this.#tools)
    this.#replace(seen, whole || this.#complete)
    return valid.length === tools.length ? result : { ...result, tools: valid }
  }

  #begin(fetch: FetchTools): Promise<void> {
    this.#refreshing = this.#fetchAll(fetch).finally(() => {
      this.#refreshing = undefined
    })
    return this.#refreshing
  }

  async #fetchAll(fetch: FetchTools): Promise<void> {
    const generation = this.#generation
    const seen = new ToolList()
    let complete = false
    let cursor: string | undefined
    for (let pages = 0; pages < MAX_PAGES && !complete && !seen.cut; pages++) {
      const page = await fetch(cursor)
      if (page === undefined) break
      const { tools, nextCursor } = page
      if (Array.isArray(tools)) for (const tool of tools as unknown[]) this.#read(tool, seen, true, () => {})
      if (typeof nextCursor === 'string' && nextCursor !== cursor) cursor = nextCursor
      else complete = true
    }
    this.#fetched = generation
    this.#replace(seen, complete)
  }

  /** `false`: the definition is invalid and must not be offered. */
  #read(tool: unknown, into: ToolList, exclude: boolean, onInvalid: (error: Error) => void): boolean {
    if (!isObject(tool) || typeof tool['name'] !== 'string') return true
    const found = headerAnnotations(tool['inputSchema'])
    if (!found.valid && exclude) {
      onInvalid(new Error(`tool ${JSON.stringify(tool['name'])} is left out: ${found.reason}`))
      return false
    }
    into.add(tool['name'], { facts: this.#factsOf(tool), annotations: found.valid ? found.annotations : NOTHING })
    return true
  }

  #factsOf(tool: JsonObject): ToolFacts {
    const annotations = isObject(tool['annotations']) ? tool['annotations'] : undefined
    const trusted = this.#options.trustAnnotations
    return { readOnly: trusted && annotations?.['readOnlyHint'] === true, idempotent: trusted && annotations?.['idempotentHint'] === true }
  }

  #replace(list: ToolList, complete: boolean): void {
    const before = this.#tools
    const known = this.#complete
    const tools = list.entries
    const changed = !sameFacts(before, tools)
    if (changed) this.#directory?.replace(before.keys(), tools.keys())
    this.#tools = tools
    this.#complete = complete && !list.cut
    if (changed || this.#complete !== known) for (const listener of [...this.#listeners]) listener()
    if (changed && known) this.#options.onChange?.(difference(before, tools))
  }
}

function difference(before: ReadonlyMap<string, ToolEntry>, after: ReadonlyMap<string, ToolEntry>): ToolsChange {
  const common = [...after.keys()].filter((name) => before.has(name))
  return {
    tools: after.size,
    added: some([...after.keys()].filter((name) => !before.has(name))),
    removed: some([...before.keys()].filter((name) => !after.has(name))),
    altered: some(common.filter((name) => !hasFacts(before.get(name)!, after.get(name)!))),
  }
}

function some(names: readonly string[]): readonly string[] {
  return names.slice(0, MOST_NAMES)
}

function sameFacts(before: ReadonlyMap<string, ToolEntry>, after: ReadonlyMap<string, ToolEntry>): boolean {
  if (before.size !== after.size) return false
  for (const [name, entry] of after) {
    const old = before.get(name)
    if (old === undefined || !hasFacts(old, entry)) return false
  }
  return true
}

function hasFacts(a: ToolEntry, b: ToolEntry): boolean {
  return a.facts.readOnly === b.facts.readOnly && a.facts.idempotent === b.facts.idempotent
}
