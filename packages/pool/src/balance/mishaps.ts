import type { Milliseconds } from '../ports.js'

/** What one weighs, in outstanding requests, where nothing speaks for the replica. */
const WEIGHT = 20

/** Of those that ended, each weighs so much less than the next: about the last eight say whether it is still so. */
const FADE = 7 / 8

/** One weighs 1/e of a new one after this time. */
export const FORGIVENESS: Milliseconds = 10_000

/** From the second strike on each doubles the time in which they are forgiven: 10, 20, 40 s. */
const MOST_STRIKES = 3

/** Strikes that an attempt which went well takes back: one that has them in a fifth of its calls, or more, keeps collecting. */
const ABSOLUTION = 0.2

/** Less than this is nothing: quotients of what has all but decayed are noise. */
const NEGLIGIBLE = 1e-9

/**
 * How often one replica let a request down of late in one way, against what is usual for such requests anywhere, as sums that decay with
 * time: after a pause all is forgiven, however little came since.
 */
export class Mishaps {
  #count = 0
  /** Those that an average replica would have had with the same requests. */
  #expected = 0
  /** The last few attempts that ended, and how many of them ended so. */
  #last = 0
  #lastSo = 0
  /** How often it happened again as soon as the replica was tried again, less what went well since. */
  #strikes = 0
  #happenedAt: Milliseconds = Number.NEGATIVE_INFINITY

  /** An attempt that began at `startedAt`. `usual`: the share of such requests to which it happens anywhere. */
  ended(so: boolean, startedAt: Milliseconds, usual: number, now: Milliseconds): void {
    this.#expected += usual
    this.#last = this.#last * FADE + 1
    this.#lastSo *= FADE
    if (!so) {
      if (this.#strikes > 0) this.#strikes = Math.max(0, this.#strikes - ABSOLUTION)
      return
    }
    this.#count++
    this.#lastSo++
    // Ten calls that fail with one crash are one strike: only those count that were sent when the last was known.
    if (startedAt >= this.#happenedAt) this.#strikes = Math.min(MOST_STRIKES, this.#strikes + 1)
    this.#happenedAt = now
  }

  /**
   * What they weigh, in outstanding requests:
   *
   *     20 × (count − expected) / (1 + expected) × share of the last few that ended so
   *
   * 20 for one out of the blue, and so much for each while nothing else comes. Without the other two factors one error in a
   * hundred, everywhere, puts a third of a busy fleet out of use at any moment and makes calls half as long again (simulated).
   */
  get weight(): number {
    const excess = this.#count - this.#expected
    return excess > NEGLIGIBLE ? ((WEIGHT * excess) / (1 + this.#expected)) * this.share : 0
  }

  /** Share of the last few that ended so. */
  get share(): number {
    return this.#last > 0 ? this.#lastSo / this.#last : 0
  }

  /** `forgiven`: what is left of one after the time that passed. */
  decay(forgiven: number): void {
    const held = this.#strikes <= 1 ? forgiven : forgiven ** (1 / 2 ** (this.#strikes - 1))
    this.#count *= held
    this.#expected *= held
    this.#last *= held
    this.#lastSo *= held
  }
}
