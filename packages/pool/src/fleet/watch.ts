import { apart, type ClientHealth, firstProbe, needsProbe, nextProbe } from '../health/index.js'
import { Alarm, type Milliseconds, type Random, type Timers } from '../ports.js'

/** The client that is watched. */
export interface Watched {
  readonly health: ClientHealth
  /** Calls that it has answered, as far as those say what a probe would. */
  readonly answered: number
  /** One probe, and what follows from it. Never rejects. */
  probe(): Promise<void>
  /** A probe was due, and is not needed. */
  spared(): void
}

const DOUBTED_EVERY: Milliseconds = 1_000

/** Probes one client, at the pace that its health asks for. */
export class Watch extends Alarm {
  readonly #watched: Watched
  readonly #timers: Timers
  readonly #interval: Milliseconds
  readonly #random: Random
  #running: Promise<void> | undefined
  #watching = false
  /** It is probed every interval, and each time at the same point of it. */
  #steady = false
  /** What `answered` was when it was looked at last. */
  #answered = 0
  #checkedAt: Milliseconds = Number.NEGATIVE_INFINITY

  constructor(watched: Watched, timers: Timers, interval: Milliseconds, random: Random) {
    super()
    this.#watched = watched
    this.#timers = timers
    this.#interval = interval
    this.#random = random
  }

  start(): void {
    this.#watching = true
    this.#settle()
  }

  stop(): void {
    this.#watching = false
    this.#timers.clear(this)
  }

  /** The status is another: its pace applies from now on. */
  pace(): void {
    if (!this.#watching) return
    const delay = nextProbe(this.#watched.health, this.#interval)
    if (delay === this.#interval) {
      if (!this.#steady) this.#settle()
      return
    }
    this.#steady = false
    if (delay === undefined) this.#timers.clear(this)
    else this.#timers.set(this, apart(delay, this.#random))
  }

  /** Probes now. Whoever asks while a probe is under way waits for that one. */
  check(): Promise<void> {
    this.#running ??= this.#check()
    return this.#running
  }

  /** A call gives reason to ask, however it was the last time: at once, but not after each of a thousand calls. */
  doubt(): void {
    if (this.#watching && this.#running === undefined && this.#timers.now() >= this.#checkedAt + DOUBTED_EVERY) void this.check()
  }

  override fire(): void {
    const { health, answered } = this.#watched
    if (needsProbe(health, answered > this.#answered)) return void this.check()
    this.#answered = answered
    this.#timers.set(this, this.#interval)
    this.#watched.spared()
  }

  /** From now on every interval, from anywhere in it on. */
  #settle(): void {
    this.#steady = true
    this.#timers.set(this, firstProbe(this.#interval, this.#random))
  }

  async #check(): Promise<void> {
    const steady = this.#steady
    this.#timers.clear(this)
    await this.#watched.probe()
    this.#running = undefined
    this.#checkedAt = this.#timers.now()
    this.#answered = this.#watched.answered
    if (steady && this.#steady && this.#watching) this.#timers.set(this, this.#interval)
    this.pace()
  }
}
