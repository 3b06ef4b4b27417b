import type { Milliseconds, Timers } from './ports.js'
import { TimerWheel, type Waker } from './timer-wheel.js'

/** Wakes by `setTimeout`. The timer keeps the process alive while an alarm is set: a pool lives until it is shut down. */
class TimeoutWaker implements Waker {
  #timeout: NodeJS.Timeout | undefined

  wakeIn(delay: Milliseconds, wake: () => void): void {
    clearTimeout(this.#timeout)
    // Whole milliseconds, upwards: setTimeout cuts fractions off, and to be woken too early is to be woken twice.
    this.#timeout = setTimeout(wake, Math.ceil(delay))
  }

  rest(): void {
    clearTimeout(this.#timeout)
    this.#timeout = undefined
  }
}

/** The time of this machine, in coarse timers. One for each pool. */
export function systemTimers(): Timers {
  return new TimerWheel(performance, new TimeoutWaker())
}
