/** One connection's part of the pool's log level. */
export interface LevelHolder {
  /** Another level counts from now on; nothing needs to be sent yet. */
  levelChanged(level: string | undefined): void
  /** Whoever was to be told in the course of a call has been: sends what this connection's server has not heard. */
  catchUp(): void
}

/**
 * The log level of all sessions that calls are spread over.
 *
 * The problem: `logging/setLevel` sets the level of one session, and a caller that has none of its own does not know how many
 * sessions there are, which of them its calls will use, or when one is opened again. So the level belongs to the pool: it is told to
 * every session that is open, also of clients that are unfit at the moment, restored in those that are opened later, and sent with
 * the requests of such callers to replicas of the modern era (2026-07-28, `server/utilities/logging`).
 */
export class PoolLogLevel {
  #current: string | undefined
  readonly #holders = new Set<LevelHolder>()

  /** undefined: never set, and servers decide. */
  get current(): string | undefined {
    return this.#current
  }

  /** From when on its server can be told. What was set meanwhile is made up for. */
  join(holder: LevelHolder): void {
    this.#holders.add(holder)
    if (this.#current === undefined) return
    holder.levelChanged(this.#current)
    holder.catchUp()
  }

  leave(holder: LevelHolder): void {
    this.#holders.delete(holder)
  }

  /** Returns what takes it back, for a level that no server takes. */
  set(level: string): () => void {
    const before = this.#current
    this.#change(level)
    return () => {
      if (this.#current === level) this.#change(before)
    }
  }

  /** To those who were not told by a call of their own: they are unfit, or it failed. */
  announce(): void {
    for (const holder of this.#holders) holder.catchUp()
  }

  #change(level: string | undefined): void {
    this.#current = level
    for (const holder of this.#holders) holder.levelChanged(level)
  }
}
