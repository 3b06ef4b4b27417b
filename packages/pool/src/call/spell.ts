import { Alarm, type Milliseconds, type Timers } from '../ports.js'

/** So long without, and it is over. */
const CALM: Milliseconds = 5_000

/**
 * A bad time, made of what happens to thousands of calls: it begins with the first, and is over when there was none for
 * five seconds. So whoever watches is told twice, and not thousands of times.
 */
export class Spell extends Alarm {
  readonly #timers: Timers
  readonly #over: (duration: Milliseconds) => void
  #since: Milliseconds | undefined
  #last: Milliseconds = 0

  /** `over` is told how long it was from the first to the last. */
  constructor(timers: Timers, over: (duration: Milliseconds) => void) {
    super()
    this.#timers = timers
    this.#over = over
  }

  /** `true`: it is the first. */
  happened(now: Milliseconds): boolean {
    this.#last = now
    if (this.#since !== undefined) return false
    this.#since = now
    this.#timers.set(this, CALM, now)
    return true
  }

  override fire(now: Milliseconds): void {
    // Times are compared, not spans: what a span loses to rounding would leave a wait too short to move the time on.
    const end = this.#last + CALM
    if (now < end) return this.#timers.set(this, end - now, now)
    const duration = this.#last - this.#since!
    this.#since = undefined
    this.#over(duration)
  }

  stop(): void {
    this.#timers.clear(this)
  }
}
