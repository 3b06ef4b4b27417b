import { Alarm, type Milliseconds, type Timers } from '../ports.js'

/**
 * A promise that is waited for no longer than a time, or until whoever waits has no use for it. What the work comes to after
 * that is dropped here; work that leaves something behind has to clean up itself.
 */
export class Bounded<T> extends Alarm {
  readonly result: Promise<T>
  readonly #timers: Timers
  readonly #late: () => Error
  #reject: (error: Error) => void = () => {}

  /** `late` makes the error of a wait that took too long. */
  constructor(timers: Timers, work: Promise<T>, timeout: Milliseconds, late: () => Error) {
    super()
    this.#timers = timers
    this.#late = late
    this.result = new Promise<T>((resolve, reject) => {
      this.#reject = reject
      void work.then(resolve, reject).finally(() => timers.clear(this))
    })
    timers.set(this, timeout)
  }

  /** Ends the wait. No effect on one that is over. */
  cancel(error: Error): void {
    this.#timers.clear(this)
    this.#reject(error)
  }

  override fire(): void {
    this.#reject(this.#late())
  }
}
