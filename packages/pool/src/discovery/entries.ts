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
  /** Its position in the answer that it was last in. */
  at: number
  /** The number of that answer. */
  answer: number
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
 * An entry that was there before is not read again. It is looked for where the last one was followed by it, which finds all of a set
 * that kept its order, and else by its name. So what an answer costs is a comparison for each entry, and the reading of what is new.
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
  #answers = 0

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
    const answer = ++this.#answers
    const before = this.#order
    const order: Entry[] = []
    const fresh: Entry[] = []
    let next = 0
    let kept = 0
    for (const one of given) {
      const entry = this.#known(one, before[next], answer) ?? this.#read(one)
      if (entry.answer === 0) fresh.push(entry)
      else {
        next = entry.at + 1
        kept++
      }
      entry.answer = answer
      entry.at = order.length
      order.push(entry)
    }
    this.#order = order
    if (fresh.length === 0 && kept === before.length) return NOTHING
    return this.#compare(before, fresh, answer)
  }

  /** The entry that it was before; not one that is in this answer already. */
  #known(given: unknown, likely: Entry | undefined, answer: number): Entry | undefined {
    if (likely !== undefined && likely.answer !== answer && (likely.given === given || sameEntry(likely.given, given))) return likely
    const name = nameOf(given)
    const named = name === undefined ? undefined : this.#byName.get(name)
    return named !== undefined && named.answer !== answer && sameEntry(named.given, given) ? named : undefined
  }

  #read(given: unknown): Entry {
    const name = nameOf(given)
    const entry: Entry = { given, name, read: readEndpoint(given, this.#client), at: 0, answer: 0 }
    if (name !== undefined) this.#byName.set(name, entry)
    return entry
  }

  #compare(before: readonly Entry[], fresh: readonly Entry[], answer: number): AnswerChanges {
    const vanished = new Map<string, ResolvedEndpoint>()
    for (const entry of before) {
      if (entry.answer === answer) continue
      if (entry.name !== undefined && this.#byName.get(entry.name) === entry) this.#byName.delete(entry.name)
      if (typeof entry.read === 'string' || this.#byId.get(entry.read.id) !== entry) continue
      this.#byId.delete(entry.read.id)
      vanished.set(entry.read.id, entry.read)
    }
    const found: ResolvedEndpoint[] = []
    const rejected: Entry[] = []
    // Those that were left out before for their id may have it now.
    for (const entry of [...this.#rejected.filter((one) => one.answer === answer), ...fresh]) {
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
