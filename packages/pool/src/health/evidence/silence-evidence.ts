import type { Milliseconds, Outcome, Outstanding } from '../../ports.js'
import type { EvidenceBook } from './kind-evidence.js'

/**
 * Less than this is no silence, whatever was due: a healthy host falls silent for 1 s + 2 s when a packet is lost and its first repetition too
 * (RFC 6298), and pauses of garbage collectors are shorter.
 */
const SHORTEST: Milliseconds = 3_000

/** Attempts that are looked at, oldest first: so many leave no doubt. */
const MOST_LOOKED_AT = 64

/**
 * What ended without a verdict, an answer that is no evidence or a caller who gave up, counts where an answer was to be expected by
 * then. Errors that are answered come sooner.
 */
const DUE = 1

/** A trial call is given up where it is among the longest 1%. */
const HUNG = Math.log(100)

/**
 * Whether a client is a black hole: takes requests and answers none. Nothing fails there until something times out, and what
 * is waited for shows in no latency; only the age of what is open tells.
 *
 * The evidence is the number of answers that were due since the last one came: over all open attempts the growth, since
 * then, of −ln P(an answer takes longer), by what such calls take. It is 1 for an answer that was to be expected, and a silence of h has a
 * probability of e^−h (a Poisson process with h events expected and none seen). After Hayashibara et al., "The φ accrual failure detector"
 * (SRDS 2004), with answers in the place of heartbeats, and counts of latencies in the place of a distribution.
 *
 * A server that waits for its client has spoken; that is an answer.
 */
export class SilenceEvidence {
  /** Of the open attempts, as the load links them. undefined: none is open. */
  #oldest: Outstanding | undefined
  #heardAt: Milliseconds = Number.NEGATIVE_INFINITY
  /** Of attempts that were given up since. */
  #givenUp = 0

  get open(): boolean {
    return this.#oldest !== undefined
  }

  started(attempt: Outstanding): void {
    this.#oldest ??= attempt
  }

  settled(attempt: Outstanding, outcome: Outcome, now: Milliseconds): void {
    // The links are still there: the load is told after the guard.
    if (attempt === this.#oldest) this.#oldest = attempt.newer
    if (outcome === 'ok') this.heard(now)
  }

  heard(now: Milliseconds): void {
    this.#heardAt = now
    this.#givenUp = 0
  }

  /**
   * It ended without a good answer. An error that comes soon is an answer too; after a long time nobody knows, for it may be
   * that only the caller has given up: then it goes on counting as it did.
   */
  gaveUp(attempt: Outstanding, outcome: Outcome, now: Milliseconds, book: EvidenceBook): void {
    const evidence = attempt.waiting || now - attempt.startedAt < SHORTEST ? 0 : this.#grown(attempt, now, book)
    if (evidence < DUE) {
      if (outcome === 'failed') this.heard(now)
    } else if (outcome === 'ignored') this.#givenUp += evidence
  }

  score(now: Milliseconds, book: EvidenceBook): number {
    const oldest = this.#oldest
    if (oldest === undefined || now - Math.max(this.#heardAt, oldest.startedAt) < SHORTEST) return 0
    let sum = this.#givenUp
    let looks = MOST_LOOKED_AT
    for (let attempt: Outstanding | undefined = oldest; attempt !== undefined && looks > 0; attempt = attempt.newer, looks--) {
      if (attempt.waiting) {
        this.heard(now)
        return 0
      }
      sum += this.#grown(attempt, now, book)
    }
    return sum
  }

  #grown(attempt: Outstanding, now: Milliseconds, book: EvidenceBook): number {
    const kind = book.known(attempt.kind)
    if (kind === undefined) return 0
    const then = this.#heardAt > attempt.startedAt ? kind.unanswered(attempt.startedAt, this.#heardAt) : 0
    return Math.max(0, kind.unanswered(attempt.startedAt, now) - then)
  }
}

/** Whether it makes no sense to wait for a trial call any longer. */
export function hangs(attempt: Outstanding, now: Milliseconds, book: EvidenceBook): boolean {
  if (attempt.waiting || now - attempt.startedAt < SHORTEST) return false
  return (book.known(attempt.kind)?.unanswered(attempt.startedAt, now) ?? 0) >= HUNG
}
