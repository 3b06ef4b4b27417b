import { Alarm, type Milliseconds, type Timers } from '../../ports.js'

export interface PushingPorts {
  readonly timers: Timers
  readonly interval: Milliseconds
  /** Collects and sends. */
  push(): Promise<void>
  /** Pushes fail from now on; told once, until one succeeds. */
  onFailed(error: Error): void
  /** One succeeded again, after so many failures within so long. */
  onRestored(failures: number, duration: Milliseconds): void
}

/** Pushes at an interval, one at a time, until it is stopped. A failure is told and tried again at the next turn: nobody waits for it. */
export class Pushing extends Alarm {
  readonly #ports: PushingPorts
  #running: Promise<void> | undefined
  #failures = 0
  #failingSince: Milliseconds = 0
  #stopped = false

  constructor(ports: PushingPorts) {
    super()
    this.#ports = ports
    ports.timers.set(this, ports.interval)
  }

  override fire(): void {
    void this.#next().then(() => {
      if (!this.#stopped) this.#ports.timers.set(this, this.#ports.interval)
    })
  }

  /** Pushes a last time: what came since the last push must not be lost. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#ports.timers.clear(this)
    await this.#running
    await this.#next()
  }

  #next(): Promise<void> {
    this.#running ??= this.#push().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  async #push(): Promise<void> {
    const { timers, push, onFailed, onRestored } = this.#ports
    try {
      await push()
    } catch (error) {
      if (this.#failures++ > 0) return
      this.#failingSince = timers.now()
      return onFailed(error instanceof Error ? error : new Error(String(error)))
    }
    if (this.#failures === 0) return
    const failures = this.#failures
    this.#failures = 0
    onRestored(failures, timers.now() - this.#failingSince)
  }
}
