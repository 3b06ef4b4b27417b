import { Alarm, type Milliseconds, type Timers } from '../ports.js'

/** So many alarms at one time are a loop that has no end. */
const MOST_AT_ONCE = 1_000_000

/** An alarm that was set. It counts while it is the alarm's `after`. */
class Entry extends Alarm {
  readonly alarm: Alarm
  /** Alarms that are due at the same time fire in the order in which they were set. */
  readonly order: number

  constructor(alarm: Alarm, due: Milliseconds, order: number) {
    super()
    this.alarm = alarm
    this.due = due
    this.order = order
  }

  override fire(now: Milliseconds): void {
    this.alarm.after = undefined
    this.alarm.fire(now)
  }
}

/**
 * Time that stands still until it is moved, and then passes through every alarm on its way, exactly at its time.
 *
 * A binary heap of entries; an alarm that is cleared or set again leaves its old entry behind, which is skipped when it
 * comes up, and swept out when such are in the majority: most alarms are timeouts that never fire, and a heap of those
 * alone that will is small enough to be quick. Unlike the production wheel it has no tick: what a test sees depends on
 * nothing but the order of due times.
 */
export class VirtualTime implements Timers {
  #now: Milliseconds
  #orders = 0
  #heap: Entry[] = []
  /** Alarms that are set; as many entries of `#heap` count. */
  #pending = 0
  /** Alarms that fired one after another at the same time. */
  #atOnce = 0

  constructor(start: Milliseconds = 0) {
    this.#now = start
  }

  now(): Milliseconds {
    return this.#now
  }

  /** Alarms that are set. */
  get pending(): number {
    return this.#pending
  }

  /** When the next alarm is due; undefined when none is set. */
  get nextDue(): Milliseconds | undefined {
    this.#dropStale()
    return this.#heap[0]?.due
  }

  set(alarm: Alarm, delay: Milliseconds): void {
    const entry = new Entry(alarm, this.#now + Math.max(0, delay), this.#orders++)
    alarm.due = entry.due
    if (alarm.after === undefined) this.#pending++
    alarm.after = entry
    if (this.#heap.length > 64 + 2 * this.#pending) this.#sweep()
    this.#push(entry)
  }

  clear(alarm: Alarm): void {
    if (alarm.after === undefined) return
    alarm.after = undefined
    this.#pending--
  }

  /**
   * Moves time by `ms` and fires what is due on the way, also what is set meanwhile.
   *
   * @throws Error where a million alarms fire and time does not move: such a loop would have no end
   */
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
    this.#pending--
    if (next.due > this.#now) {
      this.#now = next.due
      this.#atOnce = 0
    } else if (++this.#atOnce > MOST_AT_ONCE) {
      throw new Error(`time stands still at ${this.#now} ms: more than ${MOST_AT_ONCE} alarms fired, the last a ${next.alarm.constructor.name}`)
    }
    next.fire(this.#now)
    return true
  }

  #dropStale(): void {
    for (let top = this.#heap[0]; top !== undefined && !counts(top); top = this.#heap[0]) this.#pop()
  }

  #sweep(): void {
    const counting = this.#heap.filter(counts)
    this.#heap = []
    for (const entry of counting) this.#push(entry)
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

function counts(entry: Entry): boolean {
  return entry.alarm.after === entry
}

function before(a: Entry, b: Entry): boolean {
  return a.due < b.due || (a.due === b.due && a.order < b.order)
}

/** Resolves when every promise that can settle without time passing has done so. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
