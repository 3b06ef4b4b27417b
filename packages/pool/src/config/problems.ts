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

/** Where in the options a value stands. It is spelled out when something is wrong there. */
export class Place {
  /** What stands here is described in messages, never quoted. */
  readonly secret: boolean
  readonly problems: Problems
  readonly #name: string | number
  readonly #within: Place | undefined

  /** `name`: of a member, or the index of an item; the whole of it where there is no `within`. */
  constructor(problems: Problems, name: string | number = '', secret = false, within?: Place) {
    this.problems = problems
    this.secret = secret
    this.#name = name
    this.#within = within
  }

  get path(): string {
    if (this.#within === undefined) return String(this.#name)
    const { path } = this.#within
    return typeof this.#name === 'number' ? `${path}[${this.#name}]` : member(path, this.#name)
  }

  member(name: string, secret: boolean = this.secret): Place {
    return new Place(this.problems, name, secret, this)
  }

  index(index: number): Place {
    return new Place(this.problems, index, this.secret, this)
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
