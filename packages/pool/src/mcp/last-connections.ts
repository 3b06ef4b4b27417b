import type { Target } from '../ports.js'

/** Replicas that are remembered though they are gone. */
const MOST_GONE = 1_000

/**
 * The connection that each replica had when it was last there, by its place. Held weakly, and forgotten when there are too many:
 * in a fleet that is deployed again and again replicas come under new names for as long as a client lives.
 */
export class LastConnections {
  readonly #byPlace = new Map<string, WeakRef<Target['connection']>>()

  /** Whether a replica is there again on another connection than before. One that was forgotten is new. */
  reconnected(replicas: readonly Target[]): boolean {
    let reconnected = false
    for (const { place, connection } of replicas) {
      const last = this.#byPlace.get(place)
      if (last?.deref() === connection) continue
      this.#byPlace.set(place, new WeakRef(connection))
      if (last !== undefined) reconnected = true
    }
    if (this.#byPlace.size > replicas.length + MOST_GONE) this.#forgetGone(replicas)
    return reconnected
  }

  #forgetGone(replicas: readonly Target[]): void {
    const there = new Set(replicas.map(({ place }) => place))
    for (const place of this.#byPlace.keys()) if (!there.has(place)) this.#byPlace.delete(place)
  }
}
