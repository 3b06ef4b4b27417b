import type { PoolEvent, PoolEvents } from './events.js'
import { SafeEmitter, tellSafely } from './safe-emitter.js'

/** The events of the pool: each by its name, and all in one stream. */
export class PoolEmitter extends SafeEmitter<PoolEvents> {
  readonly #listeners = new Set<(event: PoolEvent) => void>()

  /** The listener hears every event, in the order in which they happen. Returns what ends that. */
  onAny(listener: (event: PoolEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  override emit<Name extends keyof PoolEvents>(name: Name, ...args: PoolEvents[Name]): boolean {
    const heard = super.emit(name, ...args)
    if (this.#listeners.size === 0) return heard
    const event = { name, ...args[0] } as PoolEvent
    for (const listener of [...this.#listeners]) tellSafely(name, () => listener(event))
    return true
  }
}
