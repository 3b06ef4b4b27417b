import type { Milliseconds } from '../ports.js'
import { MOMENT, PRIOR } from './kind-history.js'
import { FORGIVENESS, Mishaps } from './mishaps.js'

/**
 * So many answers weigh at most: of a busy replica the last ones say how it is, and what thousands before them were like does not
 * drown them. More would be slower to see that it turned, fewer would follow chance.
 */
const MOST_SAMPLES = 40

/** By how much what is typical of one replica moves with its next answer, at least: about the last two hundred count. */
const HABIT_RATE = 1 / 200

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
  readonly #failures = new Mishaps()
  readonly #fruitless = new Mishaps()
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

  /** An attempt that began at `startedAt` and that says whether the replica fails. `usual`: the share of such requests that fails anywhere. */
  ended(failed: boolean, startedAt: Milliseconds, usual: number, now: Milliseconds): void {
    this.decay(now)
    this.#failures.ended(failed, startedAt, usual, now)
  }

  /** An attempt that was answered. `usual`: the share of such answers that bears no fruit anywhere. */
  answered(fruitless: boolean, startedAt: Milliseconds, usual: number, now: Milliseconds): void {
    this.decay(now)
    this.#fruitless.ended(fruitless, startedAt, usual, now)
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

  /** What its failures weigh, in outstanding requests. */
  get failing(): number {
    return this.#failures.weight
  }

  /**
   * What its failures and its fruitless answers weigh, in outstanding requests:
   *
   *     failures + fruitless answers × (share of the last few answers that bore no fruit)²
   *
   * Errors that a server answers are mostly its callers' and no fault of it, so a few more than usual weigh next to nothing: where a tenth of all answers are
   * errors, chance gives one replica twice as many at any moment. But one that answers with hardly anything else is avoided like one that fails: a wrong key, a
   * missing database. It is quick, has nothing outstanding, and would get all calls.
   */
  get penalty(): number {
    return this.#failures.weight + this.#fruitless.weight * this.#fruitless.share ** 2
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
    const forgiven = Math.exp(elapsed / FORGIVENESS)
    this.#failures.decay(forgiven)
    this.#fruitless.decay(forgiven)
  }
}
