import { type PoolClient, readEndpoint, type ResolvedEndpoint, sameEndpoint } from '../config/index.js'
import { sameEntry } from './same-entry.js'

/** Reasons that are kept; the others are counted. */
const REASONS = 10

/** One entry of an answer, and what it was read as. */
interface Entry {
  readonly given: unknown
  /** What it is likely to be found by again. */
  readonly name: string | undefined
  readonly read: ResolvedEndpoint | string
  /** Its position among those that are compared. */
  at: number
}

/** How an answer differs from the one before. */
export interface AnswerChanges {
  /** Those that were not there, and those that are described otherwise. */
  readonly found: readonly ResolvedEndpoint[]
  /** Ids of those that are not there any more. */
  readonly vanished: readonly string[]
}

/**
 * Reads the answers of a source: each is the whole set, and nearly all of it is as it was.
 *
 * What is alike at the beginning and at the end is passed over; of what is between, an entry that was there before is not read again. So
 * what an answer costs is a comparison for each entry, and the reading of what is new.
 *
 * An entry that is wrong is left out, with its reason, and the others are used. Of several with one id the first counts, as long as it is there.
 */
export class Entries {
  readonly #client: PoolClient
  /** Ids that are taken: those of endpoints that are listed. */
  readonly #taken: ReadonlySet<string>
  #order: readonly Entry[] = []
  #byName = new Map<string, Entry>()
  readonly #byId = new Map<string, Entry>()
  /** Entries without an endpoint, in their order. */
  #rejected: Entry[] = []

  constructor(client: PoolClient, taken: ReadonlySet<string>) {
    this.#client = client
    this.#taken = taken
  }

  /** Endpoints of the last answer. */
  get size(): number {
    return this.#byId.size
  }

  /** Entries of the last answer that were left out. */
  get rejected(): number {
    return this.#order.length - this.#byId.size
  }

  /** Why, of the first of them. */
  get reasons(): readonly string[] {
    return this.#rejected
      .slice(0, REASONS)
      .map(({ read }) => (typeof read === 'string' ? read : `"${read.id}": the id is that of another endpoint; give one of them another id`))
  }

  answered(given: readonly unknown[]): AnswerChanges {
    const before = this.#order
    const [head, tail] = alike(before, given)
    const [end, givenEnd] = [before.length - tail, given.length - tail]
    if (head === end && head === givenEnd) return NOTHING
    const left = before.slice(head, end)
    for (const [at, entry] of left.entries()) entry.at = at
    const stay = new Set<Entry>()
    const fresh: Entry[] = []
    const between: Entry[] = []
    let next = 0
    for (const one of given.slice(head, givenEnd)) {
      let entry = this.#again(one, left, next, stay)
      if (entry === undefined) fresh.push((entry = this.#read(one)))
      else {
        stay.add(entry)
        next = entry.at + 1
      }
      between.push(entry)
    }
    this.#order = before.slice(0, head).concat(between, before.slice(end))
    return this.#compare(new Set(left.filter((entry) => !stay.has(entry))), fresh)
  }

  /** What it was before, of those that are left: where the last one was followed by it, else by its name. */
  #again(given: unknown, left: readonly Entry[], next: number, taken: ReadonlySet<Entry>): Entry | undefined {
    const is = (entry: Entry | undefined): boolean => entry !== undefined && !taken.has(entry) && sameEntry(entry.given, given)
    if (is(left[next])) return left[next]
    const name = nameOf(given)
    const named = name === undefined ? undefined : this.#byName.get(name)
    return named !== undefined && left[named.at] === named && is(named) ? named : undefined
  }

  #read(given: unknown): Entry {
    const name = nameOf(given)
    const entry: Entry = { given, name, read: readEndpoint(given, this.#client), at: 0 }
    if (name !== undefined) this.#byName.set(name, entry)
    return entry
  }

  #compare(gone: ReadonlySet<Entry>, fresh: readonly Entry[]): AnswerChanges {
    const vanished = new Map<string, ResolvedEndpoint>()
    for (const entry of gone) {
      if (entry.name !== undefined && this.#byName.get(entry.name) === entry) this.#byName.delete(entry.name)
      if (typeof entry.read === 'string' || this.#byId.get(entry.read.id) !== entry) continue
      this.#byId.delete(entry.read.id)
      vanished.set(entry.read.id, entry.read)
    }
    const found: ResolvedEndpoint[] = []
    const rejected: Entry[] = []
    // Those that were left out before for their id may have it now.
    for (const entry of [...this.#rejected.filter((one) => !gone.has(one)), ...fresh]) {
      const { read } = entry
      if (typeof read === 'string' || this.#taken.has(read.id) || this.#byId.has(read.id)) {
        rejected.push(entry)
        continue
      }
      this.#byId.set(read.id, entry)
      const old = vanished.get(read.id)
      vanished.delete(read.id)
      if (old === undefined || !sameEndpoint(old, read)) found.push(read)
    }
    this.#rejected = rejected
    return { found, vanished: [...vanished.keys()] }
  }
}

/** How many are as they were, at the beginning and at the end. */
function alike(before: readonly Entry[], given: readonly unknown[]): readonly [head: number, tail: number] {
  const shorter = Math.min(before.length, given.length)
  let head = 0
  while (head < shorter && sameEntry(before[head]!.given, given[head])) head++
  let tail = 0
  while (tail < shorter - head && sameEntry(before[before.length - 1 - tail]!.given, given[given.length - 1 - tail])) tail++
  return [head, tail]
}

const NOTHING: AnswerChanges = { found: [], vanished: [] }

function nameOf(given: unknown): string | undefined {
  if (typeof given !== 'object' || given === null) return undefined
  try {
    const { id, url } = given as { readonly id?: unknown; readonly url?: unknown }
    return typeof id === 'string' ? id : typeof url === 'string' ? url : undefined
  } catch {
    // A getter that throws.
    return undefined
  }
}
