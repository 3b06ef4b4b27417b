export interface Happening {
  /** Monotonic, in milliseconds. */
  readonly at: number
  /** URL of the server that it happened to; undefined: to nobody in particular. */
  readonly endpoint: string | undefined
  readonly what: string
  /** How often it happened without anything else in between. */
  readonly times: number
}

const KEPT = 50

/** What happened, newest last. */
export class Happenings {
  readonly #recent: Happening[] = []
  readonly #listener: (happening: Happening) => void

  constructor(listener: (happening: Happening) => void = () => {}) {
    this.#listener = listener
  }

  add(endpoint: string | undefined, what: string, at: number = performance.now()): void {
    const last = this.#recent.at(-1)
    const again = last?.endpoint === endpoint && last?.what === what
    if (again) this.#recent.pop()
    const happening = { at, endpoint, what, times: again ? last.times + 1 : 1 }
    this.#recent.push(happening)
    if (this.#recent.length > KEPT) this.#recent.shift()
    this.#listener(happening)
  }

  last(count: number): readonly Happening[] {
    return this.#recent.slice(Math.max(0, this.#recent.length - count))
  }

  lastOf(endpoint: string): Happening | undefined {
    return this.#recent.findLast((happening) => happening.endpoint === endpoint)
  }
}

/** For pipes and files: a line with the time of day. */
export function plainLine({ endpoint, what }: Happening): string {
  return `${new Date().toISOString().slice(11, 19)}  ${endpoint === undefined ? '' : `${endpoint}  `}${what}`
}

/** For people who watch: how long ago, to whom, what, and how often. */
export function recentLine({ at, endpoint, what, times }: Happening, now: number): string {
  const ago = `${Math.round((now - at) / 1_000)} s ago`.padStart(9)
  return `${ago}  ${endpoint === undefined ? '' : `${endpoint}  `}${what}${times > 1 ? ` (${times} times)` : ''}`
}
