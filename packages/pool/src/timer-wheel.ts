import { Alarm, type Clock, type Milliseconds, type Timers } from './ports.js'

/** Who wakes the wheel: one wish at a time, a new one replaces the last. */
export interface Waker {
  wakeIn(delay: Milliseconds, wake: () => void): void
  /** Nothing to wake for. */
  rest(): void
}

export interface TimerWheelOptions {
  /** How late an alarm may fire. Range 1 … 1,000 ms. @default 20 */
  readonly tick?: Milliseconds
  /** Slots of the wheel, a power of two. Alarms beyond `tick × slots` cost one look a revolution. @default 1024 */
  readonly slots?: number
}

/** The fixed point of a ring of alarms. It is never due. */
class Ring extends Alarm {
  constructor() {
    super()
    this.before = this
    this.after = this
  }
  override fire(): void {}
  get empty(): boolean {
    return this.after === this
  }
}

/**
 * Timers for many alarms that are set and cleared far more often than they fire: every call sets one, hardly any fires.
 *
 * A real timer costs half a microsecond to set and clear. Here both are a few pointer writes: time is cut into ticks,
 * each slot of the wheel is a ring of the alarms of one tick (and of those whole revolutions later), and the
 * alarms themselves are the links, so that nothing is allocated.
 *
 *      slot   …  41 ──────── 42 ──────── 43 ──────── 44  …
 *                 │           │                       │
 *              a ⇄ b        (empty)                   c     (c is due one revolution later: looked at, and left)
 *
 * An alarm belongs to the first tick that begins when it is due or after: it never fires early, and at most one tick late
 * (and as late as the waker is). After Varghese & Lauck, "Hashed and Hierarchical Timing Wheels", SOSP 1987, scheme 6.
 * One real timer is set, for the next slot that is not empty, and none while no alarm is.
 */
export class TimerWheel implements Timers {
  readonly #clock: Clock
  readonly #waker: Waker
  readonly #tick: Milliseconds
  readonly #mask: number
  readonly #slots: readonly Ring[]
  /** Alarms that are due in this turn and have not fired yet: they can still be cleared by one that fires before them. */
  readonly #due = new Ring()
  /** Number of alarms that are set. */
  #count = 0
  /** The last tick whose slot was emptied. Invariant: every alarm that is set stands in a later tick, or in `#due`. */
  #turned: number
  /** The tick for which the waker is set; Infinity: it rests. */
  #planned = Number.POSITIVE_INFINITY
  readonly #wake = (): void => this.#turn()

  constructor(clock: Clock, waker: Waker, options: TimerWheelOptions = {}) {
    const { tick = 20, slots = 1024 } = options
    if (!(tick >= 1 && tick <= 1_000)) throw new RangeError(`tick must be 1 … 1,000 ms, got ${tick}`)
    if (!Number.isInteger(Math.log2(slots))) throw new RangeError(`slots must be a power of two, got ${slots}`)
    this.#clock = clock
    this.#waker = waker
    this.#tick = tick
    this.#mask = slots - 1
    this.#slots = Array.from({ length: slots }, () => new Ring())
    this.#turned = Math.floor(clock.now() / tick)
  }

  now(): Milliseconds {
    return this.#clock.now()
  }

  set(alarm: Alarm, delay: Milliseconds, now: Milliseconds = this.#clock.now()): void {
    if (alarm.after === undefined) this.#count++
    else unlink(alarm)
    alarm.due = now + Math.max(0, delay)
    const tick = Math.max(Math.ceil(alarm.due / this.#tick), this.#turned + 1)
    link(alarm, this.#slots[tick & this.#mask]!)
    if (tick < this.#planned) this.#plan(tick, now)
  }

  clear(alarm: Alarm): void {
    if (alarm.after === undefined) return
    unlink(alarm)
    this.#count--
    if (this.#count === 0) this.#rest()
  }

  #turn(): void {
    this.#planned = Number.POSITIVE_INFINITY
    const now = this.#clock.now()
    const current = Math.floor(now / this.#tick)
    // After a long stall one revolution sees every slot.
    const from = Math.max(this.#turned + 1, current - this.#mask)
    for (let tick = from; tick <= current; tick++) this.#collect(this.#slots[tick & this.#mask]!, now)
    this.#turned = Math.max(this.#turned, current)
    try {
      for (let alarm = this.#due.after!; alarm !== this.#due; alarm = this.#due.after!) {
        unlink(alarm)
        this.#count--
        alarm.fire(now)
      }
    } finally {
      // Also where one of them throws: the others must not be lost with it.
      if (this.#count === 0) this.#rest()
      else this.#planNext()
    }
  }

  #collect(slot: Ring, now: Milliseconds): void {
    for (let alarm = slot.after!; alarm !== slot; ) {
      const next = alarm.after!
      if (alarm.due <= now) {
        unlink(alarm)
        link(alarm, this.#due)
      }
      alarm = next
    }
  }

  #planNext(): void {
    let tick = this.#turned
    if (this.#due.empty) {
      tick++
      for (const end = tick + this.#mask; tick < end && this.#slots[tick & this.#mask]!.empty; ) tick++
    }
    if (tick < this.#planned) this.#plan(tick, this.#clock.now())
  }

  #plan(tick: number, now: Milliseconds): void {
    this.#planned = tick
    this.#waker.wakeIn(Math.max(0, tick * this.#tick - now), this.#wake)
  }

  #rest(): void {
    if (this.#planned === Number.POSITIVE_INFINITY) return
    this.#planned = Number.POSITIVE_INFINITY
    this.#waker.rest()
  }
}

function link(alarm: Alarm, ring: Ring): void {
  const last = ring.before!
  alarm.before = last
  alarm.after = ring
  last.after = alarm
  ring.before = alarm
}

function unlink(alarm: Alarm): void {
  alarm.before!.after = alarm.after
  alarm.after!.before = alarm.before
  alarm.before = undefined
  alarm.after = undefined
}
