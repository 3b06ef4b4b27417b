import type { Milliseconds, Timers } from './ports.js'
import { TimerWheel, type Waker } from './timer-wheel.js'

/** Wakes by `setTimeout`. */
class TimeoutWaker implements Waker {
  readonly #keepsAlive: boolean
  #timeout: NodeJS.Timeout | undefined

  constructor(keepsAlive: boolean) {
    this.#keepsAlive = keepsAlive
  }

  wakeIn(delay: Milliseconds, wake: () => void): void {
    clearTimeout(this.#timeout)
    // Whole milliseconds, upwards: setTimeout cuts fractions off, and to be woken too early is to be woken twice.
    this.#timeout = setTimeout(wake, Math.ceil(delay))
    if (!this.#keepsAlive) this.#timeout.unref()
  }

  rest(): void {
    clearTimeout(this.#timeout)
    this.#timeout = undefined
  }
}

export interface SystemTimersOptions {
  /** The process lives while an alarm is set: a pool lives until it is shut down. @default true */
  readonly keepsAlive?: boolean
}

/** The time of this machine, in coarse timers. One for each pool. */
export function systemTimers({ keepsAlive = true }: SystemTimersOptions = {}): Timers {
  return new TimerWheel(performance, new TimeoutWaker(keepsAlive))
}
