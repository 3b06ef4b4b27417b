import { Alarm, type Milliseconds, type Timers } from '../ports.js'

/**
 * How long an endpoint has to be missing before it is drained.
 *
 * Registries lose and find endpoints in a moment: a health check that came late, a rolling restart, an answer of a follower that is behind. To
 * drain and connect again for that costs sessions, caches and learned loads. To believe it a second later costs next to nothing: a call that
 * goes to a server that is gone already is refused, and goes elsewhere.
 */
const HOLD: Milliseconds = 1_000

/** One that was drained and came back has to be missing twice as long the next time, up to this: the longest that registries let a check flap. */
const LONGEST_HOLD: Milliseconds = 60_000

/** Who stayed so long is not flapping any more. */
const FORGIVEN: Milliseconds = 600_000

/** Endpoints that are remembered for having come back. */
const REMEMBERED = 10_000

/**
 * How long an answer has to stand, uncontradicted, before the loss of more than half of the set is believed, the empty answer included.
 *
 * A registry that restarts, loses its leader or its network answers, and knows nothing: Consul until the agents have told it again, CoreDNS
 * for as long as a negative answer is cached (30 s), etcd and Kubernetes until a leader is elected (up to 15 s). Servers that are really gone show
 * in the health of their clients long before that, so to wait costs calls nothing.
 */
const CONFIRMATION: Milliseconds = 30_000

/** More of the set than this share is not lost by chance. */
const MOST_LOST = 0.5

/**
 * Which endpoints are believed to be there: those of the last answer, and those that were there before and are not missing for long enough.
 *
 * To add is believed at once: a server that is not there cannot be connected, and that is all. To remove is what hurts where it is wrong, so
 * it needs time, more of it for an endpoint that flaps, and most where half of the set would go. While the source fails nothing is removed.
 */
export class Belief extends Alarm {
  readonly #timers: Timers
  readonly #drop: (ids: readonly string[]) => void
  readonly #believed = new Set<string>()
  /** Believed, and not in the last answer: since when. */
  readonly #missing = new Map<string, Milliseconds>()
  /** Since when more than `MOST_LOST` is missing. */
  #lossSince: Milliseconds | undefined
  /** Those that were dropped of late, and came back. */
  readonly #returns = new Map<string, { readonly times: number; readonly at: Milliseconds }>()
  /** Dropped, and not come back; for `#returns`. */
  readonly #dropped = new Set<string>()

  /** `drop`: these are gone. */
  constructor(timers: Timers, drop: (ids: readonly string[]) => void) {
    super()
    this.#timers = timers
    this.#drop = drop
  }

  get size(): number {
    return this.#believed.size
  }

  /** Believed, though the last answer lacks them. */
  get missing(): number {
    return this.#missing.size
  }

  /** The source answered: `found` is new in its answer, or described otherwise, `vanished` is not in it any more. */
  answered(found: Iterable<string>, vanished: Iterable<string>): void {
    const now = this.#timers.now()
    for (const id of found) {
      this.#missing.delete(id)
      if (this.#dropped.delete(id)) this.#returned(id, now)
      this.#believed.add(id)
    }
    for (const id of vanished) if (this.#believed.has(id)) this.#missing.set(id, now)
    this.#wait(now)
  }

  /** The source does not answer. What its last answer lacked is not believed to be gone until it answers again. */
  failed(): void {
    this.#lossSince = undefined
    this.#timers.clear(this)
  }

  stop(): void {
    this.#timers.clear(this)
  }

  override fire(now: Milliseconds): void {
    const due = [...this.#missing.keys()].filter((id) => this.#dueAt(id) <= now)
    for (const id of due) {
      this.#missing.delete(id)
      this.#believed.delete(id)
      remember(this.#dropped, id)
    }
    this.#wait(now)
    if (due.length > 0) this.#drop(due)
  }

  #wait(now: Milliseconds): void {
    if (this.#missing.size <= MOST_LOST * this.#believed.size) this.#lossSince = undefined
    else this.#lossSince ??= now
    let next = Number.POSITIVE_INFINITY
    for (const id of this.#missing.keys()) next = Math.min(next, this.#dueAt(id))
    if (next === Number.POSITIVE_INFINITY) this.#timers.clear(this)
    else this.#timers.set(this, Math.max(0, next - now))
  }

  #dueAt(id: string): Milliseconds {
    const since = this.#missing.get(id)!
    const returns = this.#returns.get(id)
    const times = returns === undefined || since - returns.at > FORGIVEN ? 0 : returns.times
    const due = since + Math.min(LONGEST_HOLD, HOLD * 2 ** times)
    return this.#lossSince === undefined ? due : Math.max(due, this.#lossSince + CONFIRMATION)
  }

  #returned(id: string, now: Milliseconds): void {
    const before = this.#returns.get(id)
    const times = before === undefined || now - before.at > FORGIVEN ? 1 : before.times + 1
    this.#returns.delete(id)
    this.#returns.set(id, { times, at: now })
    if (this.#returns.size > REMEMBERED) this.#returns.delete(first(this.#returns.keys()))
  }
}

function remember(ids: Set<string>, id: string): void {
  ids.add(id)
  if (ids.size > REMEMBERED) ids.delete(first(ids))
}

function first<T>(items: Iterable<T>): T {
  for (const item of items) return item
  throw new RangeError('there is none')
}
