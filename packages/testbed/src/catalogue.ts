import type { Ledger } from './ledger.js'
import { MemoryLedger } from './ledger.js'
import { InvalidParams } from './invalid-params.js'
import { page } from './page.js'
import type { PromptSpec } from './prompts.js'
import { NAMES, PROMPTS } from './prompts.js'
import type { ResourceSpec } from './resources.js'
import { COUNTER_URI, IDENTITY_URI, RESOURCE_TEMPLATES, RESOURCES } from './resources.js'
import { echo, TOOLS } from './tools.js'
import type { JsonObject, Surroundings, ToolHints, ToolSpec } from './tool-spec.js'

export interface CatalogueOptions {
  /** Who answers: the tool `whoami` says it, cursors and request states carry it. @default 'testbed' */
  readonly id?: string
  /** Where executions are counted. @default a MemoryLedger of its own */
  readonly ledger?: Ledger
  /** Serve only these tools, as a replica of another version would. @default all */
  readonly tools?: readonly string[]
  /** Other hints than usual for these tools: replicas need not agree. `{}` takes all hints away. */
  readonly hints?: Readonly<Record<string, ToolHints>>
  /** Entries on a page of a list. @default Infinity */
  readonly pageSize?: number
}

export type Change = { readonly kind: 'tools' | 'prompts' | 'resources' } | { readonly kind: 'resource'; readonly uri: string }

/**
 * What one server has to offer, and what becomes of it while it runs. Everything that lives longer than a request is
 * here and not in an SDK server: a modern server makes a new one of those for each request, a legacy one for each session.
 */
export class Catalogue implements Surroundings {
  readonly id: string
  readonly ledger: Ledger
  readonly #tools: Map<string, ToolSpec>
  readonly #resources: Map<string, ResourceSpec>
  readonly #prompts: Map<string, PromptSpec>
  readonly #pageSize: number
  readonly #watchers = new Set<(change: Change) => void>()
  readonly #closing = new AbortController()
  #revision = 0

  constructor(options: CatalogueOptions = {}) {
    const { id = 'testbed', ledger = new MemoryLedger(), tools, hints = {}, pageSize = Number.POSITIVE_INFINITY } = options
    this.id = id
    this.ledger = ledger
    this.#pageSize = pageSize
    const served = TOOLS.filter((tool) => tools === undefined || tools.includes(tool.name))
    this.#tools = new Map(served.map((tool) => [tool.name, withHints(tool, hints[tool.name])]))
    this.#resources = new Map(RESOURCES.map((resource) => [resource.uri, resource]))
    this.#prompts = new Map(PROMPTS.map((prompt) => [prompt.name, prompt]))
  }

  /** Aborts when the server closes: no tool's timer outlives it. */
  get closing(): AbortSignal {
    return this.#closing.signal
  }

  close(): void {
    this.#closing.abort()
    this.#watchers.clear()
  }

  get tools(): Iterable<ToolSpec> {
    return this.#tools.values()
  }

  tool(name: string): ToolSpec {
    const tool = this.#tools.get(name)
    if (tool === undefined) throw new InvalidParams(`Tool ${name} not found`)
    return tool
  }

  listTools(cursor?: string): { tools: ToolSpec[]; nextCursor?: string } {
    const { items, ...next } = page([...this.#tools.values()], this.#pageSize, this.id, cursor)
    return { tools: items, ...next }
  }

  listResources(cursor?: string): { resources: ResourceSpec[]; nextCursor?: string } {
    const { items, ...next } = page([...this.#resources.values()], this.#pageSize, this.id, cursor)
    return { resources: items, ...next }
  }

  listResourceTemplates(): { resourceTemplates: Array<(typeof RESOURCE_TEMPLATES)[number]> } {
    return { resourceTemplates: [...RESOURCE_TEMPLATES] }
  }

  listPrompts(cursor?: string): { prompts: PromptSpec[]; nextCursor?: string } {
    const { items, ...next } = page([...this.#prompts.values()], this.#pageSize, this.id, cursor)
    return { prompts: items, ...next }
  }

  readResource(uri: string): { contents: Array<{ uri: string; mimeType: string; text: string }> } {
    return { contents: [{ uri, mimeType: 'text/plain', text: this.#resourceText(uri) }] }
  }

  getPrompt(name: string, args: JsonObject = {}): { messages: Array<{ role: 'user'; content: { type: 'text'; text: string } }> } {
    const prompt = this.#prompts.get(name)
    if (prompt === undefined) throw new InvalidParams(`Prompt ${name} not found`)
    const missing = prompt.arguments.find((argument) => argument.required && typeof args[argument.name] !== 'string')
    if (missing !== undefined) throw new InvalidParams(`Prompt ${name} needs ${missing.name}`)
    const text = prompt.arguments.length === 0 ? 'Hello' : `Hello ${prompt.arguments.map((argument) => args[argument.name]).join(' ')}`
    return { messages: [{ role: 'user', content: { type: 'text', text } }] }
  }

  complete(argument: string, value: string): { completion: { values: string[]; total: number; hasMore: boolean } } {
    const values = argument === 'name' ? NAMES.filter((name) => name.startsWith(value)) : []
    return { completion: { values, total: values.length, hasMore: false } }
  }

  touch(): number {
    this.#revision++
    this.#tell({ kind: 'resource', uri: COUNTER_URI })
    return this.#revision
  }

  mutate(what: 'tool' | 'resource' | 'prompt', action: 'add' | 'remove', name: string): void {
    if (what === 'tool') {
      if (action === 'add') this.#tools.set(name, { ...echo, name })
      else this.#tools.delete(name)
      this.#tell({ kind: 'tools' })
    } else if (what === 'resource') {
      const uri = `note://added/${name}`
      if (action === 'add') this.#resources.set(uri, { uri, name, mimeType: 'text/plain' })
      else this.#resources.delete(uri)
      this.#tell({ kind: 'resources' })
    } else {
      if (action === 'add') this.#prompts.set(name, { name, description: 'Added later', arguments: [] })
      else this.#prompts.delete(name)
      this.#tell({ kind: 'prompts' })
    }
  }

  /** Calls back on every change until the returned function is called. */
  watch(watcher: (change: Change) => void): () => void {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  #tell(change: Change): void {
    for (const watcher of this.#watchers) watcher(change)
  }

  #resourceText(uri: string): string {
    if (uri === IDENTITY_URI) return this.id
    if (uri === COUNTER_URI) return String(this.#revision)
    const item = /^note:\/\/items\/(.+)$/.exec(uri)?.[1]
    if (item !== undefined) return item
    const resource = this.#resources.get(uri)
    if (resource === undefined) throw new InvalidParams(`Resource ${uri} not found`)
    return resource.name
  }
}

/** As `tools/list` shows a tool. */
export function toolListing(tool: ToolSpec): Omit<ToolSpec, 'run'> {
  const { run: _, ...listing } = tool
  return listing
}

function withHints(tool: ToolSpec, hints: ToolHints | undefined): ToolSpec {
  return hints === undefined ? tool : { ...tool, annotations: hints }
}
