import type { Milliseconds } from '../../ports.js'
import { bounded, type EvidenceBook, type KindEvidence, TOLERABLE } from './kind-evidence.js'

/** From so many times as slow as the others it is not worth having. */
const GROSS = 20

/** Slower than that, 10 times, is rather gross than tolerable. */
export const TURNING_POINT: number = Math.log(GROSS * TOLERABLE) / 2

/** What no one call can exceed, whatever it took: it takes eight or more to be proof. */
const LONGEST_STEP = 1.5

/** Service times that hardly vary would make one pause of the garbage collector as good as proof. */
const LEAST_VARIANCE = 0.75 ** 2

/** The others are taken to be as slow as usual by so many calls, next to what their calls took meanwhile. */
const PRIOR = 4

/**
 * Whether a client is grossly slower than the others with like calls.
 *
 * A slow client is still useful: it adds to what the pool can do, and the balancer gives it less because less comes back from it. It costs where
 * calls are bound to it (affinity, sessions), or the policy does not look at latency. A client at 1 / F of the others' speed adds 1 / F of one to the
 * fleet, and takes F times as long with each call that is bound to it. At F = 10 the loss, a tenth of one client, is less than
 * what service times with a heavy tail vary by from minute to minute, and each call there takes ten times as long. So ten is where evidence turns:
 * half-way, in logarithms, between what is tolerable and what is gross.
 *
 * The test is Page's cumulative sum again, for the mean of a normal distribution: of logarithms of latencies, less what is typical of their
 * kind. The variance is that of the kind, so that service times with a heavy tail need more calls (28 at twenty times as slow with a standard deviation
 * of 1.5) and are not mistaken. What all have in common, a database that is slow for everybody, is taken off.
 */
export class SlownessEvidence {
  score = 0
  /** The sums of the book when the score left 0, and what this client added since. */
  #slownessBefore = 0
  #samplesBefore = 0
  #slowness = 0
  #samples = 0

  saw(latency: Milliseconds, kind: KindEvidence, book: EvidenceBook): void {
    // Its latencies count for what is typical as long as there is nothing against it.
    const trusted = this.score === 0
    const slowness = kind.slowness(latency)
    if (slowness !== undefined) this.#judge(slowness, kind, book)
    if (trusted) kind.took(latency)
  }

  forget(): void {
    this.score = 0
  }

  #judge(slowness: number, kind: KindEvidence, book: EvidenceBook): void {
    if (this.score === 0) {
      this.#slownessBefore = book.slowness
      this.#samplesBefore = book.samples
      this.#slowness = 0
      this.#samples = 0
    }
    const others = book.samples - this.#samplesBefore - this.#samples
    const common = Math.max(0, (book.slowness - this.#slownessBefore - this.#slowness) / (others + PRIOR))
    const own = slowness - common
    const step = (Math.log(GROSS / TOLERABLE) / Math.max(LEAST_VARIANCE, kind.variance)) * (own - TURNING_POINT)
    this.score = Math.max(0, this.score + Math.min(step, LONGEST_STEP))
    this.#slowness += bounded(slowness)
    this.#samples++
    book.slowness += bounded(slowness)
    book.samples++
  }
}
