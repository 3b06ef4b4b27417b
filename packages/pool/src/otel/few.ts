/** What the conventions call a value that is one of too many. */
const OTHER = '_OTHER'

/** Keeps an attribute of metrics to few values: whoever comes late is one of the others. */
export class Few {
  readonly #most: number
  readonly #known = new Set<string>()

  constructor(most: number) {
    this.#most = most
  }

  of(value: string): string {
    if (this.#known.has(value)) return value
    if (this.#known.size >= this.#most) return OTHER
    this.#known.add(value)
    return value
  }
}
