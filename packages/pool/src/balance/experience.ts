import type { Milliseconds } from '../ports.js'
import { MOMENT, PRIOR } from './kind-history.js'

/** What a failure weighs, in outstanding requests, where nothing speaks for the replica. */
const FAILURE_WEIGHT = 20

/** Of those that ended, each weighs so much less than the next: about the last eight say whether it still fails. */
const FADE = 7 / 8

/** A failure weighs 1/e of a new one after this time. */
const FORGIVENESS: Milliseconds = 10_000

/**
 * So many answers weigh at most: of a busy replica the last ones say how it is, and what thousands before them were like does not
 * drown them. More would be slower to see that it turned, fewer would follow chance.
 */
const MOST_SAMPLES = 40

/** Less than this is nothing: quotients of what has all but decayed are noise. */
const NEGLIGIBLE = 1e-9

/** By how much what is typical of one replica moves with its next answer, at least: about the last two hundred count. */
const HABIT_RATE = 1 / 200

/** From the second strike on each doubles the time in which failures are forgiven: 10, 20, 40 s. */
const MOST_STRIKES = 3

/** Strikes that an answer takes back: one that fails in a fifth of its calls, or more, keeps collecting them. */
const ABSOLUTION = 0.2

/**
 * How a replica has been of late, as sums that decay with time, so that after a pause all is forgiven however little came since, and where
 * much comes, with every answer. Only habit is
 * kept, which is worth less than one request.
 */
export class Experience {
  /** A latency weighs 1/e of a new one after this time. */
  readonly #memory: Milliseconds
  /** Sum of how much slower than typical, in logarithms, each by what it tells. */
  #slowness = 0
  /** Sum of what they tell. */
  #weight = 0
  /** How many there were of late. */
  #samples = 0
  #habit = 0
  #habitSamples = PRIOR
  #failures = 0
  /** Failures that an average replica would have had with the same requests. */
  #expected = 0
  /** The last few that ended, and how many of them failed. */
  #last = 0
  #lastFailed = 0
  /** How often it failed again as soon as it was tried again, less what it answered since. */
  #strikes = 0
  #failedAt: Milliseconds = Number.NEGATIVE_INFINITY
  #at: Milliseconds = 0

  constructor(memory: Milliseconds) {
    this.#memory = memory
  }

  /** `logRatio`: logarithm of a latency, less what is typical of its kind. `telling`: of that kind. */
  took(logRatio: number, telling: number, now: Milliseconds): void {
    this.decay(now)
    if (this.#weight > MOST_SAMPLES) {
      this.#slowness *= MOST_SAMPLES / this.#weight
      this.#weight = MOST_SAMPLES
    }
    this.#slowness += telling * logRatio
    this.#weight += telling
    this.#samples++
    this.#habitSamples++
    this.#habit += (logRatio - this.#habit) * Math.max(1 / this.#habitSamples, HABIT_RATE)
  }

  /** An attempt that began at `startedAt`. `usual`: the share of such requests that fails anywhere. */
  ended(failed: boolean, startedAt: Milliseconds, usual: number, now: Milliseconds): void {
    this.decay(now)
    this.#expected += usual
    this.#last = this.#last * FADE + 1
    this.#lastFailed *= FADE
    if (!failed) {
      if (this.#strikes > 0) this.#strikes = Math.max(0, this.#strikes - ABSOLUTION)
      return
    }
    this.#failures++
    this.#lastFailed++
    // Ten calls that fail with one crash are one strike: only those count that were sent when the last was known.
    if (startedAt >= this.#failedAt) this.#strikes = Math.min(MOST_STRIKES, this.#strikes + 1)
    this.#failedAt = now
  }

  /**
   * How slow it is: the mean of `logRatio`, drawn towards 0 while there is little evidence. `openSlowness` and `openWeight` are
   * the same sums over requests that have not ended and are overdue already.
   */
  slowness(openSlowness: number, openWeight: number): number {
    return (this.#slowness + openSlowness) / (this.#weight + openWeight + PRIOR)
  }

  /** The same over its last two hundred answers. */
  get habit(): number {
    return this.#habit
  }

  /** How many of its attempts it learned from of late. */
  get samples(): number {
    return this.#samples
  }

  /**
   * What its failures weigh, in outstanding requests:
   *
   *     20 × (failures − expected) / (1 + expected) × share of the last few that failed
   *
   * 20 for a failure out of the blue, and so much for each while it does nothing else. Without the other two factors one error in a
   * hundred, everywhere, puts a third of a busy fleet out of use at any moment and makes calls half as long again (simulated).
   */
  get penalty(): number {
    const excess = this.#failures - this.#expected
    return excess > NEGLIGIBLE ? ((FAILURE_WEIGHT * excess) / (1 + this.#expected)) * (this.#lastFailed / this.#last) : 0
  }

  /** Call it before reading. */
  decay(now: Milliseconds): void {
    if (now < this.#at + MOMENT) return
    const elapsed = this.#at - now
    this.#at = now
    const remembered = Math.exp(elapsed / this.#memory)
    this.#slowness *= remembered
    this.#weight *= remembered
    this.#samples *= remembered
    const held = Math.exp(elapsed / (this.#strikes <= 1 ? FORGIVENESS : FORGIVENESS * 2 ** (this.#strikes - 1)))
    this.#failures *= held
    this.#expected *= held
    this.#last *= held
    this.#lastFailed *= held
  }
}
