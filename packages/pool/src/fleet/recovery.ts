import { type BackoffLimits, fullJitter } from '../backoff.js'
import { Alarm, type Milliseconds, type Random, type Timers } from '../ports.js'

/**
 * The longest wait between two attempts. `maxRetryDelay` is made for calls, where patience spares a server work; to see
 * whether it is back costs it one handshake, and a replica should not stand idle for long because of our patience.
 */
const MOST_PATIENT: Milliseconds = 5_000
/** And the shortest, before chance: calls may be repeated without a wait, for they come to an end, and reconnecting does not. */
const LEAST_PATIENT: Milliseconds = 100

export function recoveryLimits(config: { readonly retryDelay: Milliseconds; readonly maxRetryDelay: Milliseconds }): BackoffLimits {
  return { base: Math.max(LEAST_PATIENT, config.retryDelay), max: Math.max(LEAST_PATIENT, Math.min(config.maxRetryDelay, MOST_PATIENT)) }
}

/** The client that is to come back. */
export interface Recoverable {
  reconnect(): Promise<void>
  /** An attempt begins. */
  recovering(): void
  recovered(): void
  /** `false`: it is not to be tried again. */
  recoveryFailed(error: Error): boolean
}

/**
 * Brings one client back, for ever: at once, then with backoff.
 *
 * Attempts are counted over several losses, until the client has been fit for as long as the longest wait. A server that
 * accepts connections and drops them would otherwise be reconnected at once, every time.
 */
export class Recovery extends Alarm {
  readonly #client: Recoverable
  readonly #timers: Timers
  readonly #random: Random
  readonly #limits: BackoffLimits
  #attempts = 0
  #fitSince: Milliseconds | undefined
  #running: Promise<void> | undefined
  #waiting = false
  /** Goes up with every `stop`, so that an attempt that was under way knows that it does not count any more. */
  #epoch = 0

  constructor(client: Recoverable, timers: Timers, random: Random, limits: BackoffLimits) {
    super()
    this.#client = client
    this.#timers = timers
    this.#random = random
    this.#limits = limits
  }

  /** The client needs a new connection. No effect while one is under way or waited for: asking again delays nothing. */
  start(): void {
    if (this.#running !== undefined || this.#waiting) return
    const now = this.#timers.now()
    if (this.#fitSince !== undefined && now - this.#fitSince >= this.#limits.max) this.#attempts = 0
    this.#fitSince = undefined
    if (this.#attempts === 0) {
      void this.attempt()
      return
    }
    this.#waiting = true
    this.#timers.set(this, fullJitter(this.#attempts - 1, this.#limits, this.#random))
  }

  /** Tries now. Never rejects. */
  attempt(): Promise<void> {
    if (this.#running !== undefined) return this.#running
    let begin: (run: Promise<void>) => void = () => {}
    // Kept before it begins: a listener of its first event may stop it, or ask for another.
    const run = new Promise<void>((resolve) => {
      begin = resolve
    })
    this.#running = run
    begin(this.#attempt(this.#epoch))
    return run
  }

  /** The client is fit: whatever is under way is not needed any more. */
  done(): void {
    this.stop()
    this.#fitSince = this.#timers.now()
  }

  stop(): void {
    this.#epoch++
    this.#running = undefined
    this.#stopWaiting()
  }

  override fire(): void {
    void this.attempt()
  }

  async #attempt(epoch: number): Promise<void> {
    this.#stopWaiting()
    this.#attempts++
    this.#client.recovering()
    let failure: Error | undefined
    try {
      await this.#client.reconnect()
    } catch (error) {
      failure = error instanceof Error ? error : new Error(String(error))
    }
    if (epoch !== this.#epoch) return
    this.#running = undefined
    if (failure === undefined) this.#client.recovered()
    else if (this.#client.recoveryFailed(failure)) this.start()
  }

  #stopWaiting(): void {
    this.#waiting = false
    this.#timers.clear(this)
  }
}
