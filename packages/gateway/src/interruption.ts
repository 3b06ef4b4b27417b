import { SIGNAL_CODES } from './exit-code.js'

type SignalName = keyof typeof SIGNAL_CODES

/**
 * Ctrl-C and its like: the first signal asks the command to end, a later one ends the process at once.
 *
 * A terminal sends SIGINT to every process of the job, and npm sends its own on top of it: signals within a second of
 * the first are the same wish, or `npm start` could never end in an orderly way.
 */
export class Interruption {
  readonly #controller = new AbortController()
  readonly #listeners: ReadonlyArray<readonly [SignalName, () => void]>
  #code: number | undefined
  #since = 0

  constructor() {
    this.#listeners = (Object.keys(SIGNAL_CODES) as SignalName[]).map((name) => [name, () => this.#take(name)])
    for (const [name, listener] of this.#listeners) process.on(name, listener)
  }

  /** Aborts at the first signal. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Exit code of the signal that came, if one did. */
  get code(): number | undefined {
    return this.#code
  }

  dispose(): void {
    for (const [name, listener] of this.#listeners) process.off(name, listener)
  }

  #take(name: SignalName): void {
    const now = performance.now()
    if (this.#code === undefined) {
      this.#code = SIGNAL_CODES[name]
      this.#since = now
      this.#controller.abort()
    } else if (now - this.#since > 1_000) {
      process.exit(SIGNAL_CODES[name])
    }
  }
}
