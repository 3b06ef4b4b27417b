import type { ToolFacts } from '../ports.js'
import type { HeaderAnnotation } from './http/header-annotations.js'

/** What calls depend on. */
export interface ToolEntry {
  readonly facts: ToolFacts
  readonly annotations: readonly HeaderAnnotation[]
}

const MOST_TOOLS = 10_000
/** Of names, and of what is annotated. */
const MOST_CHARACTERS = 2_000_000

/** A list of tools as far as it is kept: a server may list as many as it likes, under names of any length. */
export class ToolList {
  readonly #entries = new Map<string, ToolEntry>()
  #characters = 0
  #cut = false

  get entries(): ReadonlyMap<string, ToolEntry> {
    return this.#entries
  }

  /** Some are not kept. */
  get cut(): boolean {
    return this.#cut
  }

  add(name: string, entry: ToolEntry): void {
    this.#characters += name.length
    for (const { header, path } of entry.annotations) this.#characters += header.length + path.join().length
    if (this.#entries.size >= MOST_TOOLS || this.#characters > MOST_CHARACTERS) this.#cut = true
    else this.#entries.set(name, entry)
  }

  /** With those of another list besides, which may be older: of the same name this list's are kept. */
  addMissing(others: ReadonlyMap<string, ToolEntry>): void {
    for (const [name, entry] of others) {
      if (this.#cut) return
      if (!this.#entries.has(name)) this.add(name, entry)
    }
  }
}
