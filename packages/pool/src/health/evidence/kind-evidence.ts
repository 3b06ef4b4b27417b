import type { CallKind, Milliseconds } from '../../ports.js'

/** What is usual is that of about the last so many calls: enough to be right to a tenth, few enough to follow a change of load within minutes. */
const REMEMBERED = 100

/** An outage shows in about the last so many, long before it is usual. */
const RECENT = 10

/** Nothing is judged against fewer than so many latencies. */
const ENOUGH = 10

/**
 * Before anything is known a kind is taken to be as tool calls mostly are: service times spread lognormally, with a standard
 * deviation of 1.5 in logarithms. It weighs as much as so many latencies.
 */
const USUAL_VARIANCE = 1.5 ** 2
const PRIOR = 8

/** Latencies more than e^3 = 20 times from what is typical count as that: one of them does not make a mean. */
const FARTHEST = 3

/** A client that is so many times as slow as the others is worth having, with the fewer calls that the balancer gives it. */
export const TOLERABLE = 5

/** Cells by factors of two, from 1 ms to over an hour. */
const CELLS = 23
/** When so many are counted, all counts are halved. */
const FULL = 512

/** One kind of request over all clients: how often it fails and how long it takes, against which each client is judged. */
export class KindEvidence {
  /** Outcomes that were judged, and failures among them, since the pool was made: differences tell what happened meanwhile. */
  ended = 0
  failed = 0
  #usualFailures = 0
  #recentFailures = 0
  #mean = 0
  #variance = USUAL_VARIANCE
  #latencies = 0
  readonly #cells = new Uint16Array(CELLS)
  #counted = 0
  /** Of the calls that were answered: when the last of them to start did, and when the last to end did. */
  #lastAnswered: Milliseconds = Number.NEGATIVE_INFINITY
  #answeredAt: Milliseconds = Number.NEGATIVE_INFINITY

  /** Share of such calls that fails anywhere: usually, or just now where that is more. */
  get failureRate(): number {
    return Math.max(this.#usualFailures, this.#recentFailures)
  }

  /** Variance of the logarithms of latencies. */
  get variance(): number {
    return this.#variance
  }

  /** How many times slower than typical, in logarithms; undefined while too little is known. */
  slowness(latency: Milliseconds): number | undefined {
    if (this.#latencies < ENOUGH) return undefined
    return logOf(latency) - this.#mean
  }

  count(failed: boolean): void {
    this.ended++
    if (failed) this.failed++
    const failure = failed ? 1 : 0
    this.#usualFailures += (failure - this.#usualFailures) / Math.min(this.ended + PRIOR, REMEMBERED)
    this.#recentFailures += (failure - this.#recentFailures) / RECENT
  }

  took(latency: Milliseconds): void {
    const log = logOf(latency)
    const off = this.#latencies < ENOUGH ? log - this.#mean : bounded(log - this.#mean)
    this.#latencies++
    this.#mean += off / Math.min(this.#latencies, REMEMBERED)
    // The first says nothing of how they spread.
    if (this.#latencies > 1) this.#variance += (off * off - this.#variance) / Math.min(this.#latencies + PRIOR, REMEMBERED)
    const cell = cellOf(latency)
    this.#cells[cell]!++
    if (++this.#counted >= FULL) this.#halve()
  }

  /** Some client answered a call that had started then. */
  answered(startedAt: Milliseconds, now: Milliseconds): void {
    if (startedAt > this.#lastAnswered) this.#lastAnswered = startedAt
    this.#answeredAt = now
  }

  /**
   * Evidence that a call will never be answered: the logarithm of how improbable it is, for a client that is five times as slow as others,
   * to take longer.
   *
   *     ln ((n + 1) / (those of n that took at least a fifth as long + 1))
   *
   * Laplace's rule: the next is longer than all n before it with a probability of 1 / (n + 1). It holds for any distribution of
   * service times, where a formula for one of them would be certain that a tool with two ways to run, of 10 ms and of 30 s, hangs
   * whenever it takes the second.
   *
   * When a tool hangs everywhere that is nobody's fault. So only calls count that were overtaken, by a later one of their kind that was
   * answered, and their age at the time of the last answer.
   */
  unanswered(startedAt: Milliseconds, now: Milliseconds): number {
    if (startedAt > this.#lastAnswered) return 0
    let longer = 0
    for (let cell = cellOf((Math.min(now, this.#answeredAt) - startedAt) / TOLERABLE); cell < CELLS; cell++) longer += this.#cells[cell]!
    return Math.log((this.#counted + 1) / (longer + 1))
  }

  #halve(): void {
    this.#counted = 0
    for (let i = 0; i < CELLS; i++) this.#counted += this.#cells[i]! >>= 1
  }
}

/** All kinds, and what all clients have in common. */
export class EvidenceBook {
  /** Bounded by the interner of kinds. */
  readonly #kinds = new Map<CallKind, KindEvidence>()
  /** How much slower than typical calls were, in logarithms, summed since the pool was made; and how many. */
  slowness = 0
  samples = 0

  of(kind: CallKind): KindEvidence {
    let evidence = this.#kinds.get(kind)
    if (evidence === undefined) {
      evidence = new KindEvidence()
      this.#kinds.set(kind, evidence)
    }
    return evidence
  }

  /** Without making one. */
  known(kind: CallKind): KindEvidence | undefined {
    return this.#kinds.get(kind)
  }
}

/** Below a millisecond differences are the event loop's, not the server's. */
function logOf(latency: Milliseconds): number {
  return Math.log(Math.max(1, latency))
}

export function bounded(slowness: number): number {
  return Math.max(-FARTHEST, Math.min(FARTHEST, slowness))
}

function cellOf(latency: Milliseconds): number {
  return Math.min(CELLS - 1, Math.floor(Math.log2(Math.max(1, latency))))
}
