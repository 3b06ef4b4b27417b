import { Alarm, type Milliseconds, type Timers } from './ports.js'

/**
 * A signal that aborts when time is up, or when another signal does: for what takes an `AbortSignal`, in the pool's time.
 * Its owner clears it.
 */
export class DeadlineSignal extends Alarm {
  readonly #timers: Timers
  #timeout: Milliseconds
  readonly #parent: AbortSignal | undefined
  readonly #controller: AbortController = new AbortController()
  readonly #onParent = (): void => this.#controller.abort(this.#parent?.reason)

  constructor(timers: Timers, timeout: Milliseconds, parent?: AbortSignal) {
    super()
    this.#timers = timers
    this.#timeout = timeout
    this.#parent = parent
    if (parent?.aborted) this.#onParent()
    else parent?.addEventListener('abort', this.#onParent)
    timers.set(this, timeout)
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** From now on so long. @default as long as before */
  restart(timeout: Milliseconds = this.#timeout): void {
    this.#timeout = timeout
    this.#timers.set(this, timeout)
  }

  clear(): void {
    this.#timers.clear(this)
    this.#parent?.removeEventListener('abort', this.#onParent)
  }

  override fire(): void {
    this.#controller.abort(new Error(`no answer within ${this.#timeout} ms`))
  }
}
