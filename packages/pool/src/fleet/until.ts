import { Alarm, type Milliseconds, type Timers } from '../ports.js'

/** Short against what people notice, long against what a look costs. */
const LOOK_EVERY: Milliseconds = 20

/**
 * Waits until something is so, by looking again and again.
 *
 * For the end of calls on a client that leaves: rare, and in no hurry. Being told would be quicker, and would cost every
 * call of the pool something, whether anybody leaves or not.
 */
export class Until extends Alarm {
  readonly over: Promise<void>
  readonly #timers: Timers
  readonly #isSo: () => boolean
  readonly #end: Milliseconds
  #resolve: () => void = () => {}

  constructor(timers: Timers, isSo: () => boolean, timeout: Milliseconds = Number.POSITIVE_INFINITY) {
    super()
    this.#timers = timers
    this.#isSo = isSo
    this.#end = timers.now() + timeout
    this.over = new Promise((resolve) => {
      this.#resolve = resolve
    })
    this.#look(timers.now())
  }

  /** Ends the wait as if it were so. */
  cut(): void {
    this.#timers.clear(this)
    this.#resolve()
  }

  override fire(now: Milliseconds): void {
    this.#look(now)
  }

  #look(now: Milliseconds): void {
    if (this.#isSo() || now >= this.#end) this.#resolve()
    else this.#timers.set(this, Math.min(LOOK_EVERY, this.#end - now))
  }
}
