/** Somebody who wants to be served. */
export interface Visit {
  /** Milliseconds that it takes; asked when it is begun. */
  takes(): number
}

/** So many places and one queue in front of them, first come first served. */
export class Station<V extends Visit> {
  readonly #slots: number
  readonly #onServed: (visit: V) => void
  readonly #running = new Map<V, NodeJS.Timeout>()
  readonly #queue = new Set<V>()
  /** Most that were here at once. */
  most = 0
  #served = 0
  #late = 0

  constructor(slots: number, onServed: (visit: V) => void) {
    this.#slots = slots
    this.#onServed = onServed
  }

  /** By how many milliseconds a visit was longer than it should have been, on average: what the machine adds. */
  get late(): number {
    return this.#late / Math.max(1, this.#served)
  }

  /** Counts from now on. */
  reset(): void {
    this.most = 0
    this.#served = 0
    this.#late = 0
  }

  enter(visit: V): void {
    this.#queue.add(visit)
    this.most = Math.max(this.most, this.#queue.size + this.#running.size)
    this.#begin()
  }

  /** Gives up, waiting or not; no effect on one that is not here. */
  leave(visit: V): void {
    this.#queue.delete(visit)
    clearTimeout(this.#running.get(visit))
    if (this.#running.delete(visit)) this.#begin()
  }

  close(): void {
    this.#queue.clear()
    for (const timer of this.#running.values()) clearTimeout(timer)
    this.#running.clear()
  }

  #begin(): void {
    for (const visit of this.#queue) {
      if (this.#running.size >= this.#slots) return
      this.#queue.delete(visit)
      const takes = visit.takes()
      const due = performance.now() + takes
      const end = (): void => {
        this.#served++
        this.#late += performance.now() - due
        this.#running.delete(visit)
        this.#begin()
        this.#onServed(visit)
      }
      this.#running.set(visit, setTimeout(end, takes))
    }
  }
}
