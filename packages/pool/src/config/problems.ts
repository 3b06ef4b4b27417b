import { PoolError } from '../errors.js'
import { member, shown } from './shown.js'

const LISTED = 10

/** Everything that is wrong with the options, so that one run shows all of it. */
export class Problems {
  readonly #texts: string[] = []

  get count(): number {
    return this.#texts.length
  }

  add(text: string): undefined {
    this.#texts.push(text)
    return undefined
  }

  /** The first, and how many there are besides. */
  get summary(): string {
    return this.count > 1 ? `${this.#texts[0]} (and ${this.count - 1} more)` : `${this.#texts[0]}`
  }

  /** @throws PoolError `CONFIG` if there were any: the first in the message's first line, the next ones below, and each in `cause.errors`. */
  throwIfAny(): void {
    if (this.count === 0) return
    const rest = this.count - LISTED
    const lines = [this.#texts[0], ...this.#texts.slice(1, LISTED).map((text) => `also: ${text}`), ...(rest > 0 ? [`and ${rest} more`] : [])]
    const cause = this.count > 1 ? new AggregateError(this.#texts.map((text) => new Error(text))) : undefined
    throw new PoolError('CONFIG', lines.join('\n'), { cause })
  }
}

/** Where in the options a value stands. */
export class Place {
  readonly path: string
  /** What stands here is described in messages, never quoted. */
  readonly secret: boolean
  readonly problems: Problems

  constructor(problems: Problems, path = '', secret = false) {
    this.problems = problems
    this.path = path
    this.secret = secret
  }

  member(name: string, secret: boolean = this.secret): Place {
    return new Place(this.problems, member(this.path, name), secret)
  }

  index(index: number): Place {
    return new Place(this.problems, `${this.path}[${index}]`, this.secret)
  }

  /** `path must be …, got …` */
  wrong(must: string, value: unknown): undefined {
    return this.must(`be ${must}, got ${shown(value, this.secret)}`)
  }

  /** `path must …`, for what cannot be said of the value alone. */
  must(rule: string): undefined {
    return this.problems.add(`${this.path === '' ? 'options' : this.path} must ${rule}`)
  }
}
