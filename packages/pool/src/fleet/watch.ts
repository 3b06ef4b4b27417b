import { firstProbe, nextProbe, type ClientHealth } from '../health/index.js'
import { Alarm, type Milliseconds, type Random, type Timers } from '../ports.js'

/** The client that is watched. */
export interface Watched {
  readonly health: ClientHealth
  /** One probe, and what follows from it. Never rejects. */
  probe(): Promise<void>
}

/** Probes one client, at the pace that its health asks for. */
export class Watch extends Alarm {
  readonly #watched: Watched
  readonly #timers: Timers
  readonly #interval: Milliseconds
  #running: Promise<void> | undefined
  #watching = false

  constructor(watched: Watched, timers: Timers, interval: Milliseconds) {
    super()
    this.#watched = watched
    this.#timers = timers
    this.#interval = interval
  }

  start(random: Random): void {
    this.#watching = true
    this.#timers.set(this, firstProbe(this.#interval, random))
  }

  stop(): void {
    this.#watching = false
    this.#timers.clear(this)
  }

  /** The status is another: its pace applies from now on. */
  pace(): void {
    if (!this.#watching) return
    const delay = nextProbe(this.#watched.health, this.#interval)
    if (delay === undefined) this.#timers.clear(this)
    else this.#timers.set(this, delay)
  }

  /** Probes now. Whoever asks while a probe is under way waits for that one. */
  check(): Promise<void> {
    this.#running ??= this.#check()
    return this.#running
  }

  override fire(): void {
    void this.check()
  }

  async #check(): Promise<void> {
    this.#timers.clear(this)
    await this.#watched.probe()
    this.#running = undefined
    this.pace()
  }
}
