/** Something that is wrong with a scenario, and where: whoever knows the file can say on which line. */
export interface ScenarioProblem {
  readonly path: ReadonlyArray<string | number>
  /** `what` must be …, got … */
  readonly message: string
  /** It is the name itself that is wrong, not its value. */
  readonly atName: boolean
}

export interface Bounds {
  readonly min: number
  readonly max: number
  readonly whole?: boolean
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }

const LONGEST = 604_800_000

/** A value of a scenario with its place in it. It is read once, as what it must be; what it is not is reported, and reads as the default. */
export class Field {
  readonly value: unknown
  readonly path: ReadonlyArray<string | number>
  readonly #problems: ScenarioProblem[]

  constructor(value: unknown, path: ReadonlyArray<string | number>, problems: ScenarioProblem[]) {
    this.value = value
    this.path = path
    this.#problems = problems
  }

  get isGiven(): boolean {
    return this.value !== undefined
  }

  /** `must`: what follows "must". */
  wrong(must: string): undefined {
    const got = this.isGiven ? `, got ${shown(this.value)}` : ', and is not given'
    return this.say(`must ${must}${got}`)
  }

  say(message: string): undefined {
    this.#problems.push({ path: this.path, message: `${nameOf(this.path)} ${message}`, atName: false })
    return undefined
  }

  number({ min, max, whole = false }: Bounds, fallback?: number): number {
    if (!this.isGiven && fallback !== undefined) return fallback
    const { value } = this
    if (typeof value === 'number' && value >= min && value <= max && (!whole || Number.isInteger(value))) return value
    this.wrong(`be a ${whole ? 'whole ' : ''}number in ${min.toLocaleString('en')} … ${max.toLocaleString('en')}`)
    return fallback ?? min
  }

  /** Milliseconds as a number, or with a unit: `10ms`, `1.5s`, `2m`, `1h`. */
  duration(min = 0, fallback?: number): number {
    if (!this.isGiven && fallback !== undefined) return fallback
    const { value } = this
    const [, digits, unit] = typeof value === 'string' ? (/^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(value) ?? []) : []
    const time = typeof value === 'number' ? value : digits === undefined ? Number.NaN : Number(digits) * UNITS[unit!]!
    if (time >= min && time <= LONGEST) return time
    this.wrong(
      `be a time such as 250ms, 1.5s, 2m or 1h (a number without a unit is milliseconds), ${min === 0 ? 'from 0' : `at least ${min} ms`} and at most 168h`,
    )
    return fallback ?? min
  }

  text(fallback?: string): string {
    if (!this.isGiven && fallback !== undefined) return fallback
    if (typeof this.value === 'string' && this.value !== '') return this.value
    this.wrong('be a text that is not empty')
    return fallback ?? ''
  }

  boolean(fallback: boolean): boolean {
    if (!this.isGiven) return fallback
    if (typeof this.value === 'boolean') return this.value
    this.wrong('be true or false')
    return fallback
  }

  choice<T extends string | boolean>(values: readonly T[], fallback?: T): T {
    if (!this.isGiven && fallback !== undefined) return fallback
    const known = values.find((each) => each === this.value)
    if (known === undefined) this.wrong(`be ${values.join(', ')}`)
    return known ?? fallback ?? values[0]!
  }

  /** At least one. */
  list(): readonly Field[] {
    if (Array.isArray(this.value) && this.value.length > 0) {
      return Array.from(this.value, (each: unknown, index) => new Field(each, [...this.path, index], this.#problems))
    }
    this.wrong('be a list of at least one')
    return []
  }

  /** A member of that name, whatever else there is. */
  member(name: string): Field {
    const { value } = this
    return new Field(typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined, [...this.path, name], this.#problems)
  }

  /** undefined where it is no object; names that are not known are reported. */
  members<Name extends string>(names: readonly Name[]): Members<Name> | undefined {
    const { value } = this
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return this.wrong(`be an object with ${names.join(', ')}`)
    for (const name of Object.keys(value)) {
      if (names.some((known) => known === name)) continue
      const where = this.path.length === 0 ? '' : `${nameOf(this.path)}: `
      this.#problems.push({ path: [...this.path, name], message: `${where}unknown name '${name}'. Allowed: ${names.join(', ')}`, atName: true })
    }
    return (name) => this.member(name)
  }
}

export type Members<Name extends string> = (name: Name) => Field

function nameOf(path: ReadonlyArray<string | number>): string {
  const name = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`)).join('')
  return name === '' ? 'the scenario' : name.replace(/^\./, '')
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 59)}…` : text
}
