import type { Milliseconds } from '../ports.js'
import { LatencyHistogram } from './latency-histogram.js'

/** Evidence of an average replica that is mixed into everyone's, in samples: what is known of a few calls is mostly chance. */
export const PRIOR = 8

/** Within it nothing decays: over seconds it makes no difference, and a busy replica ends many attempts in it. */
export const MOMENT: Milliseconds = 1

/** Below this differences are the event loop's, not the server's: shorter latencies count as this, whose logarithm is 0. */
const SHORTEST: Milliseconds = 1

/** Variance of logarithms of latencies that a kind is taken to have before its own is known: that of tool calls of very different lengths. */
const USUAL_VARIANCE = 1.5 ** 2

/** However much alike the latencies of a kind are, one of them tells no more than a usual one and a half: a pause or a lost packet happens to any. */
const MOST_TELLING = 1.5

/** How much longer than typical an attempt is open before its age counts, in logarithms: 4.5 times. */
const OVERDUE = 1.5

/** No kind of request is overdue before this. */
export const FIRST_OVERDUE: Milliseconds = SHORTEST * Math.exp(OVERDUE)

/** Latencies that quantiles are taken of: about the last 500 to 1,000, of which even the 99th percentile has some. */
const RECENT = 1_024

/** A quantile is looked up again when so large a part of the latencies is new. */
const RENEWED = 1 / 32

/** A logarithm of a latency, as slowness is judged by. */
export function bounded(logLatency: number): number {
  return logLatency > 0 ? logLatency : 0
}

/** One kind of request over all replicas: what is typical of it, against which each replica is judged. */
export class KindHistory {
  /** A sample weighs 1/e of a new one after this time. */
  readonly #memory: Milliseconds
  #logSum = 0
  #logWeight = 0
  /** Of the distances from what was typical. */
  #squares = 0
  #failed = 0
  #ended = 0
  #fruitless = 0
  #answered = 0
  #at: Milliseconds = 0
  #overdueAfter = Number.POSITIVE_INFINITY
  #stale = false
  readonly #recent = new LatencyHistogram(RECENT)
  /** Latencies since the quantiles that were looked up were forgotten. */
  #unseen = 0
  readonly #quantiles = new Map<number, Milliseconds>()
  /** The one that was looked up last: mostly the same is asked for. */
  #lastQ = 0
  #lastQuantile: Milliseconds | undefined

  constructor(memory: Milliseconds) {
    this.#memory = memory
  }

  /** Mean of the logarithms of its latencies; undefined while none is known. */
  get typical(): number | undefined {
    return this.#logWeight > 0 ? this.#logSum / this.#logWeight : undefined
  }

  /**
   * What one latency tells of its replica, next to one of a usual kind: the inverse of the variance, as measurements of unequal precision are
   * combined. Twice the typical time says much in a tool that always takes 200 ms, and nothing in one that takes 10 ms or 30 s: taken for the same, chance
   * rules where half of the load is a few long calls, and a replica that turns slow keeps its work where all calls are alike (simulated).
   */
  get telling(): number {
    return Math.min(MOST_TELLING, (USUAL_VARIANCE * (this.#logWeight + PRIOR)) / (this.#squares + USUAL_VARIANCE * PRIOR))
  }

  /** Attempts that are open for longer than this are evidence against their replica. Infinity while nothing is known. */
  get overdueAfter(): Milliseconds {
    if (this.#stale) {
      this.#overdueAfter = Math.exp(this.#logSum / this.#logWeight + OVERDUE)
      this.#stale = false
    }
    return this.#overdueAfter
  }

  /** Share of attempts that fail anywhere, drawn towards none while there is little evidence: the first failures are somebody's, not usual. */
  get failureRatio(): number {
    return this.#failed / (this.#ended + PRIOR)
  }

  /** Share of answers that bear no fruit anywhere, in the same way. */
  get fruitlessRatio(): number {
    return this.#fruitless / (this.#answered + PRIOR)
  }

  /**
   * The latency that the share `q` (over 0, under 1) of attempts did not exceed of late, on any replica; right to 5%. Undefined while there
   * is too little evidence: of n latencies none is expected beyond a quantile that is nearer than 1/n to an end, so that p95 needs 20.
   *
   * Attempts that were given up, after typical ones have an answer, count with the age that they had: else a hedge at p95, which gives
   * up the slow ones, would lower p95, and the next would come sooner.
   */
  quantile(q: number): Milliseconds | undefined {
    if (this.#recent.total * Math.min(q, 1 - q) < 1 - 1e-9) return undefined
    if (q === this.#lastQ && this.#lastQuantile !== undefined) return this.#lastQuantile
    let latency = this.#quantiles.get(q)
    if (latency === undefined) {
      latency = this.#recent.quantile(q)!
      this.#quantiles.set(q, latency)
    }
    this.#lastQ = q
    this.#lastQuantile = latency
    return latency
  }

  ended(failed: boolean, now: Milliseconds): void {
    this.#decay(now)
    this.#ended++
    if (failed) this.#failed++
  }

  answered(fruitless: boolean, now: Milliseconds): void {
    this.#decay(now)
    this.#answered++
    if (fruitless) this.#fruitless++
  }

  /** An attempt ended well just now, after `ended`. */
  took(logLatency: number): void {
    const log = bounded(logLatency)
    if (this.#logWeight > 0) this.#squares += (log - this.#logSum / this.#logWeight) ** 2
    this.#logSum += log
    this.#logWeight++
    this.#stale = true
    this.#saw(logLatency)
  }

  /** An attempt ended without an answer: it would have taken longer. */
  gaveUp(logLatency: number): void {
    if (this.#logWeight > 0 && bounded(logLatency) > this.#logSum / this.#logWeight) this.#saw(logLatency)
  }

  #saw(logLatency: number): void {
    this.#recent.add(logLatency)
    if (++this.#unseen <= this.#recent.total * RENEWED) return
    this.#unseen = 0
    if (this.#quantiles.size > 0) this.#quantiles.clear()
    this.#lastQuantile = undefined
  }

  #decay(now: Milliseconds): void {
    if (now < this.#at + MOMENT) return
    const factor = Math.exp((this.#at - now) / this.#memory)
    this.#at = now
    this.#failed *= factor
    this.#ended *= factor
    this.#fruitless *= factor
    this.#answered *= factor
    // A kind that was not asked for in a long time keeps what was typical of it, with next to no weight.
    if (this.#logWeight < 1e-9) return
    this.#logSum *= factor
    this.#logWeight *= factor
    this.#squares *= factor
  }
}
