import { Alarm, type Milliseconds, type Timers } from '../ports.js'

/** What is known: an error where nothing can be expected, undefined where there is enough. */
type Verdict = Error | 'wait' | undefined

/** Waits until enough is known to begin with, for as long as somebody wants to wait. */
export class FirstAnswer extends Alarm {
  readonly #timers: Timers
  readonly #verdict: () => Verdict
  readonly #late: () => Error
  #settle: ((why: Error | undefined) => void) | undefined

  /** `late`: why it did not come. */
  constructor(timers: Timers, verdict: () => Verdict, late: () => Error) {
    super()
    this.#timers = timers
    this.#verdict = verdict
    this.#late = late
  }

  /** Resolves with the reason where there is nothing to begin with. */
  within(timeout: Milliseconds): Promise<Error | undefined> {
    return new Promise((resolve) => {
      this.#settle = resolve
      this.#timers.set(this, timeout)
      this.look()
    })
  }

  /** Something changed. */
  look(): void {
    const verdict = this.#settle && this.#verdict()
    if (verdict !== 'wait') this.#end(verdict)
  }

  stop(): void {
    this.#end(undefined)
  }

  override fire(): void {
    this.#end(this.#late())
  }

  #end(why: Error | undefined): void {
    this.#timers.clear(this)
    this.#settle?.(why)
    this.#settle = undefined
  }
}
