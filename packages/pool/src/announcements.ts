import type { Announcement } from './events.js'

/**
 * Tells of what happens in the order of cause and effect.
 *
 * The problem: what an attempt came to is counted before anybody is told of it, so that listeners see a pool that already is what
 * they are told. But counting opens breakers and ejects clients, and those would be told of first, without a reason. So what is
 * told while an attempt is being counted waits until the attempt itself has been told of:
 *
 *     hold ─▶ breaker, ejection: circuit:opened waits ─▶ release ─▶ client:error ─▶ circuit:opened
 *
 * One attempt may end in the middle of another's counting: then all that it tells of belongs to what waits there.
 */
export class Announcements {
  readonly #tell: (event: Announcement) => void
  /** For each attempt that is being counted what waits; undefined: nothing yet, as nearly always. */
  readonly #held: Array<Announcement[] | undefined> = []

  constructor(tell: (event: Announcement) => void) {
    this.#tell = tell
  }

  tell(event: Announcement): void {
    const last = this.#held.length - 1
    if (last < 0) this.#tell(event)
    else (this.#held[last] ??= []).push(event)
  }

  /** From now on everything waits, until `release`. */
  hold(): void {
    this.#held.push(undefined)
  }

  /** What waited: to be told of once its cause has been. */
  release(): readonly Announcement[] | undefined {
    return this.#held.pop()
  }
}
