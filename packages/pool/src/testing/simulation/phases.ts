import type { Milliseconds, Random } from '../../ports.js'

/** When something is the case, as a scenario says it. Nothing said: always. */
export interface When {
  /** Not before, and not from then on. */
  readonly from: Milliseconds
  readonly until: Milliseconds
  /** Again and again: `length` long, beginning every `every`. */
  readonly every: Milliseconds | undefined
  /** With `every`: each replica at a time of its own in it, drawn at random; else all at once. */
  readonly apart?: boolean | undefined
  /** Mean (`share`) or exact (`every`) length of one time. */
  readonly length: Milliseconds | undefined
  /** At random, this share of the time; both the times and the pauses are exponential. */
  readonly share: number | undefined
}

/**
 * Times at which something is the case, and others at which it is not, in turns. Asked for any time, since the end of a service
 * lies in the future; times at random are drawn as far as they are asked for, in the same order for the same seed.
 */
export class Phases {
  readonly #when: When
  readonly #random: Random
  /** Ends of the phases so far; those at even places end a phase that is off. */
  readonly #ends: number[] = []
  #cursor = 0
  /** How long before `from` the first period began. */
  readonly #offset: Milliseconds

  constructor(when: When, random: Random) {
    this.#when = when
    this.#random = random
    this.#offset = when.apart === true ? random() * (when.every ?? 0) : 0
    // As a stationary process: whether it is on at time 0 is chance too.
    if (when.share !== undefined && random() < when.share) this.#ends.push(0)
  }

  isOn(at: Milliseconds): boolean {
    const { from, until, every, length, share } = this.#when
    if (at < from || at >= until) return false
    if (every !== undefined) return (at - from + this.#offset) % every < length!
    return share === undefined || this.#phaseOf(at) % 2 === 1
  }

  /** The first time after `at` at which that may be different. */
  nextChange(at: Milliseconds): Milliseconds {
    const { from, until, every, length, share } = this.#when
    if (at < from) return from
    if (at >= until) return Number.POSITIVE_INFINITY
    if (every !== undefined) {
      const begun = from - this.#offset + Math.floor((at - from + this.#offset) / every) * every
      return Math.min(until, at < begun + length! ? begun + length! : begun + every)
    }
    return share === undefined ? until : Math.min(until, this.#ends[this.#phaseOf(at)]!)
  }

  #phaseOf(at: Milliseconds): number {
    const ends = this.#ends
    while ((ends.at(-1) ?? -1) <= at) ends.push((ends.at(-1) ?? 0) + this.#draw(ends.length % 2 === 1))
    // Questions come nearly in the order of time.
    let phase = Math.min(this.#cursor, ends.length - 1)
    while (phase > 0 && ends[phase - 1]! > at) phase--
    while (ends[phase]! <= at) phase++
    this.#cursor = phase
    return phase
  }

  #draw(on: boolean): Milliseconds {
    const { length, share } = this.#when
    const mean = on ? length! : (length! * (1 - share!)) / share!
    return Math.max(1e-3, -Math.log(1 - this.#random()) * mean)
  }
}
