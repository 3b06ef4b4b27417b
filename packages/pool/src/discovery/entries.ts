import { type PoolClient, readEndpoint, type ResolvedEndpoint, sameEndpoint } from '../config/index.js'
import { sameEntry } from './same-entry.js'

/** Reasons that are kept; the others are counted. */
const REASONS = 10

/** One entry of an answer, and what it was read as. */
interface Entry {
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
  /** The last answer, and what each of it is read as. Side by side, for most answers are compared with it and no more. */
  #given: readonly unknown[] = []
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

  answered(said: readonly unknown[]): AnswerChanges {
    // Whoever handed it over may go on with the same array. It has no holes then, either.
    const answer = [...said]
    const before = this.#order
    const [head, tail] = alike(this.#given, answer)
    const [end, answerEnd] = [before.length - tail, answer.length - tail]
    const left = new Left(before.slice(head, end), this.#given.slice(head, end))
    this.#given = answer
    if (head === end && head === answerEnd) return NOTHING
    const fresh: Entry[] = []
    const between = answer.slice(head, answerEnd).map((given) => {
      const name = nameOf(given)
      const known = left.take(given, name === undefined ? undefined : this.#byName.get(name))
      if (known !== undefined) return known
      const entry = this.#read(given, name)
      fresh.push(entry)
      return entry
    })
    this.#order = before.slice(0, head).concat(between, before.slice(end))
    return this.#compare(left.rest, fresh)
  }

  #read(given: unknown, name: string | undefined): Entry {
    const entry: Entry = { name, read: readEndpoint(given, this.#client), at: 0 }
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

/** The entries of the last answer that may be in this one too, at other places. */
class Left {
  readonly rest: Set<Entry>
  readonly #entries: readonly Entry[]
  readonly #given: readonly unknown[]
  /** Behind the one that was taken last: whoever keeps the order is found at once. */
  #next = 0

  constructor(entries: readonly Entry[], given: readonly unknown[]) {
    this.rest = new Set(entries)
    this.#entries = entries
    this.#given = given
    for (const [at, entry] of entries.entries()) entry.at = at
  }

  /** The entry that this one was. */
  take(given: unknown, named: Entry | undefined): Entry | undefined {
    const found = [this.#entries[this.#next], named].find((entry) => entry !== undefined && this.rest.has(entry) && sameEntry(this.#given[entry.at], given))
    if (found === undefined) return undefined
    this.rest.delete(found)
    this.#next = found.at + 1
    return found
  }
}

/** How many are as they were, at the beginning and at the end. */
function alike(before: readonly unknown[], answer: readonly unknown[]): readonly [head: number, tail: number] {
  const shorter = Math.min(before.length, answer.length)
  let head = 0
  while (head < shorter && sameEntry(before[head], answer[head])) head++
  let tail = 0
  while (tail < shorter - head && sameEntry(before[before.length - 1 - tail], answer[answer.length - 1 - tail])) tail++
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
