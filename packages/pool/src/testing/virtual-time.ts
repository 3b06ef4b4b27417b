import type { Alarm, Milliseconds, Timers } from '../ports.js'

interface Entry {
  readonly alarm: Alarm
  readonly due: Milliseconds
  /** Alarms that are due at the same time fire in the order in which they were set. */
  readonly order: number
}

/**
 * Time that stands still until it is moved, and then passes through every alarm on its way, exactly at its time.
 *
 * A binary heap of entries; an alarm that is cleared or set again leaves its old entry behind, which is skipped when it
 * comes up. Unlike the production wheel it has no tick: what a test sees depends on nothing but the order of due times.
 */
export class VirtualTime implements Timers {
  #now: Milliseconds
  #orders = 0
  #heap: Entry[] = []
  /** The entry that counts of each alarm that is set. Invariant: each is in `#heap`. */
  readonly #current = new Map<Alarm, Entry>()

  constructor(start: Milliseconds = 0) {
    this.#now = start
  }

  now(): Milliseconds {
    return this.#now
  }

  /** Alarms that are set. */
  get pending(): number {
    return this.#current.size
  }

  /** When the next alarm is due; undefined when none is set. */
  get nextDue(): Milliseconds | undefined {
    this.#dropStale()
    return this.#heap[0]?.due
  }

  set(alarm: Alarm, delay: Milliseconds): void {
    const entry: Entry = { alarm, due: this.#now + Math.max(0, delay), order: this.#orders++ }
    alarm.due = entry.due
    this.#current.set(alarm, entry)
    if (this.#heap.length > 64 + 4 * this.#current.size) this.#rebuild()
    else this.#push(entry)
  }

  clear(alarm: Alarm): void {
    this.#current.delete(alarm)
  }

  /** Moves time by `ms` and fires what is due on the way, also what is set meanwhile. */
  advance(ms: Milliseconds): void {
    const end = this.#now + ms
    while (this.#fireNext(end));
    this.#now = end
  }

  /** The same, letting promises settle before, between the alarms and after: for code that awaits. */
  async run(ms: Milliseconds): Promise<void> {
    const end = this.#now + ms
    await settled()
    while (this.#fireNext(end)) await settled()
    this.#now = end
  }

  #fireNext(end: Milliseconds): boolean {
    this.#dropStale()
    const next = this.#heap[0]
    if (next === undefined || next.due > end) return false
    this.#pop()
    this.#current.delete(next.alarm)
    this.#now = Math.max(this.#now, next.due)
    next.alarm.fire(this.#now)
    return true
  }

  #dropStale(): void {
    for (let top = this.#heap[0]; top !== undefined && this.#current.get(top.alarm) !== top; top = this.#heap[0]) this.#pop()
  }

  #rebuild(): void {
    this.#heap = []
    for (const entry of this.#current.values()) this.#push(entry)
  }

  #push(entry: Entry): void {
    const heap = this.#heap
    let at = heap.push(entry) - 1
    while (at > 0) {
      const above = (at - 1) >> 1
      if (!before(entry, heap[above]!)) break
      heap[at] = heap[above]!
      at = above
    }
    heap[at] = entry
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return
    let at = 0
    for (let below = 1; below < heap.length; below = 2 * at + 1) {
      if (below + 1 < heap.length && before(heap[below + 1]!, heap[below]!)) below++
      if (!before(heap[below]!, last)) break
      heap[at] = heap[below]!
      at = below
    }
    heap[at] = last
  }
}

function before(a: Entry, b: Entry): boolean {
  return a.due < b.due || (a.due === b.due && a.order < b.order)
}

/** Resolves when every promise that can settle without time passing has done so. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
