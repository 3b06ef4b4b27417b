import type { Clock, Era, Milliseconds } from '../ports.js'

/**
 * Which era an endpoint speaks, so that not every connection has to find out. It expires: a server that learned a newer
 * revision still answers the old handshake, and nobody would notice.
 */
export class EraMemory {
  readonly #clock: Clock
  readonly #time: Milliseconds
  readonly #eras = new Map<string, { readonly era: Era; readonly until: Milliseconds }>()

  constructor(clock: Clock, time: Milliseconds) {
    this.#clock = clock
    this.#time = time
  }

  recall(endpointId: string): Era | undefined {
    const known = this.#eras.get(endpointId)
    if (known === undefined) return undefined
    if (this.#clock.now() < known.until) return known.era
    this.#eras.delete(endpointId)
    return undefined
  }

  remember(endpointId: string, era: Era): void {
    this.#eras.set(endpointId, { era, until: this.#clock.now() + this.#time })
  }

  /** What was remembered turned out wrong. */
  forget(endpointId: string): void {
    this.#eras.delete(endpointId)
  }
}
