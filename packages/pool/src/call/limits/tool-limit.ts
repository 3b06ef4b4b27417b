import type { CallKind, Milliseconds, Outcome, Outstanding } from '../../ports.js'
import { checkPlaces, type Limit } from './limit.js'

interface Places {
  readonly all: number
  taken: number
}

/**
 * Places of single tools at one client, within those that the client has: a tool that holds a licence, a GPU or a lock on the
 * server is limited by that, and not by how many requests the server bears.
 */
export class ToolLimit implements Limit {
  readonly #tools = new Map<string, Places>()
  readonly #client: Limit | undefined
  /** Who was asked for last: an attempt asks for its own when it is let in, starts and ends. */
  #kind: CallKind | undefined
  #places: Places | undefined

  /** `perTool`: places by the name of the tool; others are limited by `client` alone. */
  constructor(perTool: Readonly<Record<string, number>>, client?: Limit) {
    for (const [tool, all] of Object.entries(perTool)) {
      checkPlaces(`maxConcurrentRequestsPerTool.${tool}`, all)
      this.#tools.set(tool, { all, taken: 0 })
    }
    this.#client = client
  }

  get places(): number | undefined {
    return this.#client?.places
  }

  get full(): boolean {
    return this.#client !== undefined && this.#client.full
  }

  admits(kind: CallKind): boolean {
    const places = this.#placesOf(kind)
    if (places !== undefined && places.taken >= places.all) return false
    return this.#client === undefined || this.#client.admits(kind)
  }

  started(attempt: Outstanding, now: Milliseconds): void {
    const places = this.#placesOf(attempt.kind)
    if (places !== undefined) places.taken++
    this.#client?.started(attempt, now)
  }

  settled(attempt: Outstanding, outcome: Outcome, now: Milliseconds): void {
    const places = this.#placesOf(attempt.kind)
    if (places !== undefined) places.taken--
    this.#client?.settled(attempt, outcome, now)
  }

  takenBy(kind: CallKind): number {
    return this.#placesOf(kind)?.taken ?? 0
  }

  #placesOf(kind: CallKind): Places | undefined {
    if (kind !== this.#kind) {
      this.#kind = kind
      this.#places = kind.tool === undefined ? undefined : this.#tools.get(kind.tool)
    }
    return this.#places
  }
}
