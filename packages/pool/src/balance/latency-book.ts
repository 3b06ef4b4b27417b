import type { CallKind, Milliseconds } from '../ports.js'

/** How far back experience counts: a sample weighs 1/e of a new one after this time. */
export const MEMORY: Milliseconds = 20_000

/** Samples of an average replica that are mixed into everyone's: what is known of a few calls is mostly chance. */
export const PRIOR = 8

/** Below this differences are the event loop's, not the server's: shorter latencies count as this. */
const SHORTEST: Milliseconds = 1

/** How much longer than typical an attempt is open before its age counts, in logarithms: 4.5 times. */
const OVERDUE = 1.5

/** No kind of request is overdue before this. */
export const FIRST_OVERDUE: Milliseconds = SHORTEST * Math.exp(OVERDUE)

export function logOf(latency: Milliseconds): number {
  return Math.log(Math.max(SHORTEST, latency))
}

/** One kind of request over all replicas: what is typical of it, against which each replica is judged. */
export class KindHistory {
  #logSum = 0
  #logWeight = 0
  #failed = 0
  #ended = 0
  #at: Milliseconds = 0
  #overdueAfter = Number.POSITIVE_INFINITY
  #stale = false

  /** Mean of the logarithms of its latencies; undefined while none is known. */
  get typical(): number | undefined {
    return this.#logWeight > 0 ? this.#logSum / this.#logWeight : undefined
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

  ended(failed: boolean, now: Milliseconds): void {
    this.#decay(now)
    this.#ended++
    if (failed) this.#failed++
  }

  /** `logLatency` of an attempt that ended well just now, after `ended`. */
  took(logLatency: number): void {
    this.#logSum += logLatency
    this.#logWeight++
    this.#stale = true
  }

  #decay(now: Milliseconds): void {
    if (now <= this.#at) return
    const factor = Math.exp((this.#at - now) / MEMORY)
    this.#at = now
    this.#failed *= factor
    this.#ended *= factor
    // A kind that was not asked for in a long time keeps what was typical of it, with next to no weight.
    if (this.#logWeight < 1e-9) return
    this.#logSum *= factor
    this.#logWeight *= factor
  }
}

/**
 * What is typical of each kind of request, over all replicas of a pool; one book is shared by their loads.
 *
 * A replica's latency means nothing by itself: it may have been asked for a report while another was pinged. It is
 * compared with what the same kind of request took elsewhere, and in logarithms, so that twice as slow is the same
 * distance for a tool of 2 ms and one of 2 minutes, and one outlier does not make a mean.
 */
export class LatencyBook {
  /** Bounded by the interner of kinds. */
  readonly #kinds = new Map<CallKind, KindHistory>()
  #samples = 0
  #at: Milliseconds = 0

  of(kind: CallKind): KindHistory {
    let history = this.#kinds.get(kind)
    if (history === undefined) {
      history = new KindHistory()
      this.#kinds.set(kind, history)
    }
    return history
  }

  /** A replica learned from one more attempt. */
  sampled(now: Milliseconds): void {
    this.#samples = this.samples(now) + 1
    this.#at = Math.max(this.#at, now)
  }

  /** Attempts of late from which any replica learned. */
  samples(now: Milliseconds): number {
    return this.#samples * Math.exp(Math.min(0, this.#at - now) / MEMORY)
  }
}
