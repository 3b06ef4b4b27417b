import { Alarm, type Milliseconds, type Timers } from '../ports.js'
import type { CallWishes } from './engine.js'

/**
 * One deadline for a verb that may take several calls: rounds in which a server asks something, pages of a list.
 *
 *     callTool ──▶ call 1 ──▶ a person is asked ──▶ call 2 ──▶ result
 *     ├────────────────────── callTimeout, or timeout ─────────────┤
 *
 * The engine times each call, and knows how far it got; so a call gets what is left of the time, and this clock, which ends the
 * whole, goes off a tick later. It matters where no call is under way: a handler works.
 */
export class VerbDeadline extends Alarm {
  readonly #timers: Timers
  readonly #limit: Milliseconds
  readonly #at: Milliseconds
  readonly #end = new AbortController()
  #calls = 0
  #over = false

  constructor(timers: Timers, limit: Milliseconds) {
    super()
    this.#timers = timers
    this.#limit = limit
    this.#at = timers.now() + limit
    timers.set(this, limit)
  }

  /** Aborted when the time is up. */
  get signal(): AbortSignal {
    return this.#end.signal
  }

  /** The options for each of its calls: read when it starts. The first one is as long as it would be alone. */
  optionsFrom<Options extends Pick<CallWishes, 'timeout'>>(options: Options): Options {
    const remaining = (): Milliseconds | undefined => (this.#calls++ === 0 ? options.timeout : Math.max(1, this.#at - this.#timers.now()))
    return {
      ...options,
      get timeout() {
        return remaining()
      },
    }
  }

  clear(): void {
    this.#timers.clear(this)
  }

  override fire(): void {
    if (this.#over) return this.#end.abort(new Error(`no result within ${this.#limit} ms`))
    this.#over = true
    this.#timers.set(this, 1)
  }
}
