import type { Milliseconds, Outcome, Outstanding } from '../../ports.js'
import { FailureEvidence, HOPELESS_RATE } from './failure-evidence.js'
import type { EvidenceBook } from './kind-evidence.js'
import { SilenceEvidence } from './silence-evidence.js'
import { SlownessEvidence, TURNING_POINT } from './slowness-evidence.js'

export type EjectionReason = 'failing' | 'slow' | 'unresponsive'

/**
 * A client that is like the others is ejected in error once in so much time at most. A score of h is reached by chance once in e^h judged
 * calls, so proof is ln (a week / time between judged calls): 14.7 for a busy client, of which four calls a second are judged.
 */
const FALSE_ALARM_EVERY: Milliseconds = 7 * 24 * 3_600_000

/** But no less than e^11, as if a call were judged every 10 s: with fewer than five failures chance is not the only explanation. */
const RAREST: Milliseconds = 10_000

/** The time between judged calls is a mean of about so many. */
const GAPS = 16

/**
 * One call is judged in so much time, the next that ends. Calls that end together end for the same reason: a connection that breaks takes fifty with it,
 * a pause delays all that are open. It makes proof take 2 s at least, and spares a busy client nearly all of the work.
 */
const JUDGED_EVERY: Milliseconds = 250

/** What spoke against a client is forgotten after so long without any call judged. */
const FORGOTTEN_AFTER: Milliseconds = 600_000

/** What speaks against one client, of all kinds. */
export class Suspicion {
  readonly #book: EvidenceBook
  readonly #failures = new FailureEvidence()
  readonly #slowness = new SlownessEvidence()
  readonly #silence = new SilenceEvidence()
  #judgedAt: Milliseconds = Number.NEGATIVE_INFINITY
  /** Mean time between judged calls, of which none counts for more than `RAREST`. */
  #gap: Milliseconds = RAREST
  /** Attempts that started earlier say nothing of how it is now. */
  #since: Milliseconds = Number.NEGATIVE_INFINITY

  constructor(book: EvidenceBook) {
    this.#book = book
  }

  /** Some attempt is open. */
  get open(): boolean {
    return this.#silence.open
  }

  /** It begins anew, and nothing is held against it. */
  forget(now: Milliseconds): void {
    this.#since = now
    this.#failures.forget()
    this.#slowness.forget()
    this.#silence.heard(now)
  }

  started(attempt: Outstanding): void {
    this.#silence.started(attempt)
  }

  settled(attempt: Outstanding, outcome: Outcome, now: Milliseconds): void {
    this.#silence.settled(attempt, outcome, now)
  }

  /** After `settled`, of a client that is in use: whether it should be judged by that. Mostly it should not. */
  wants(attempt: Outstanding, outcome: Outcome, now: Milliseconds): boolean {
    return outcome === 'ignored' || (now - this.#judgedAt >= JUDGED_EVERY && attempt.startedAt >= this.#since)
  }

  /** What it proves. Only where it is wanted. */
  judge(attempt: Outstanding, outcome: Outcome, now: Milliseconds): EjectionReason | undefined {
    if (outcome !== 'ok') this.#silence.gaveUp(attempt, outcome, now, this.#book)
    if (outcome === 'ignored') return undefined
    this.#forgetOld(now)
    this.#gap += (Math.min(RAREST, now - this.#judgedAt) - this.#gap) / GAPS
    this.#judgedAt = now
    const kind = this.#book.of(attempt.kind)
    this.#failures.saw(outcome === 'failed', kind)
    if (outcome === 'ok') kind.answered(attempt.startedAt, now)
    if (outcome === 'ok' && !attempt.waiting) this.#slowness.saw(now - attempt.startedAt, kind, this.#book)
    if (this.#proves(this.#failures.score)) return 'failing'
    return this.#proves(this.#slowness.score) ? 'slow' : undefined
  }

  /** Whether such calls fail everywhere now, so that one more failure says nothing of this client. */
  failsAnywhere(attempt: Outstanding): boolean {
    return (this.#book.known(attempt.kind)?.failureRate ?? 0) >= HOPELESS_RATE
  }

  /** Whether that answer took so long that a client which is out for its slowness is no better. */
  isSlow(attempt: Outstanding, now: Milliseconds): boolean {
    return !attempt.waiting && (this.#book.known(attempt.kind)?.slowness(now - attempt.startedAt) ?? 0) > TURNING_POINT
  }

  /** What time has proved. Failures and silence come from different attempts, and add up. */
  watch(now: Milliseconds): EjectionReason | undefined {
    this.#forgetOld(now)
    const silence = this.#silence.score(now, this.#book)
    return silence > 0 && this.#proves(silence + this.#failures.score) ? 'unresponsive' : undefined
  }

  #forgetOld(now: Milliseconds): void {
    if (now - this.#judgedAt <= FORGOTTEN_AFTER) return
    this.#failures.forget()
    this.#slowness.forget()
  }

  #proves(score: number): boolean {
    return score > 0 && score >= Math.log(FALSE_ALARM_EVERY / this.#gap)
  }
}
