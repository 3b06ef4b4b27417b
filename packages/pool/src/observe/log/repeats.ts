import { Alarm, type Milliseconds, type Timers } from '../../ports.js'

/** Kinds that are remembered at most; beyond that the oldest has to go. */
const MOST = 1_000

interface Kind<T> {
  readonly until: Milliseconds
  /** Since it was last told of. */
  count: number
  /** The latest. */
  last: T
}

/**
 * Lets the first of a kind through at once, and of those that follow within `window` only the last, at its end, with their number. So what
 * happens a thousand times a second is one line a minute, and what happens once is told at once.
 *
 *     ×  × ×××  ×           ×× ×                           ×
 *     ├─── window ───┤─── window ───┤─── window ───┤       ├── …
 *     1              +5             +3                     1
 */
export class Repeats<T> extends Alarm {
  readonly #timers: Timers
  readonly #window: Milliseconds
  readonly #tell: (what: T, repeated: number) => void
  /** By key. Windows are of one length, so that the first of the map is the first to end. */
  readonly #kinds = new Map<string, Kind<T>>()

  constructor(timers: Timers, window: Milliseconds, tell: (what: T, repeated: number) => void) {
    super()
    this.#timers = timers
    this.#window = window
    this.#tell = tell
  }

  add(key: string, what: T): void {
    const known = this.#kinds.get(key)
    if (known !== undefined) {
      known.count++
      known.last = what
      return
    }
    const [oldest] = this.#kinds.keys()
    if (this.#kinds.size >= MOST && oldest !== undefined) this.#end(oldest)
    this.#begin(key, what)
    this.#tell(what, 0)
  }

  /** Tells of all that was not told of yet, and forgets everything. */
  flush(): void {
    for (const key of this.#kinds.keys()) this.#end(key)
    this.#timers.clear(this)
  }

  override fire(now: Milliseconds): void {
    for (const [key, { until, count, last }] of this.#kinds) {
      if (until > now) break
      this.#end(key)
      // It may go on: the next of them would not be the first.
      if (count > 0) this.#begin(key, last)
    }
    this.#setAlarm(now)
  }

  #begin(key: string, last: T): void {
    const now = this.#timers.now()
    this.#kinds.set(key, { until: now + this.#window, count: 0, last })
    if (this.#kinds.size === 1) this.#setAlarm(now)
  }

  #end(key: string): void {
    const { count, last } = this.#kinds.get(key)!
    this.#kinds.delete(key)
    if (count > 0) this.#tell(last, count)
  }

  #setAlarm(now: Milliseconds): void {
    const [first] = this.#kinds.values()
    if (first === undefined) this.#timers.clear(this)
    else this.#timers.set(this, first.until - now)
  }
}
