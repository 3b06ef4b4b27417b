import type { KindEvidence } from './kind-evidence.js'

/** A bad client fails at least so often; where the others fail too, with five times their odds. */
const BAD_RATE = 0.5
const BAD_ODDS = 5

/** Nobody is taken to fail more rarely than this: a failure out of the blue is worth ln(0.5 / 0.02) = 3.2, however clean the record. */
const LOWEST_RATE = 0.02

/** From here on a kind is taken to fail everywhere. */
export const HOPELESS_RATE = 0.9

/** What is usual of a kind weighs as so many calls, at most, next to what the others' calls came to meanwhile. */
const PRIOR = 8

/**
 * While the others had fewer calls than so many, a client's own tell of the kind as well as of the client, and what was usual weighs no more than
 * these few. Failures of a tool that nobody else is asked for then add up to a score of 6.2, however many there are, which proves nothing.
 */
const FEW = 2

/** What one client and the others had of one kind since the suspicion began. */
class Meanwhile {
  readonly endedBefore: number
  readonly failedBefore: number
  /** What was to be expected when it began. */
  readonly usual: number
  ended = 0
  failed = 0
  /** What it has added to the score. */
  score = 0

  constructor({ ended, failed, failureRate }: KindEvidence) {
    this.usual = Math.max(LOWEST_RATE, failureRate)
    this.endedBefore = ended
    this.failedBefore = failed
  }
}

/**
 * Whether a client fails more than the others do with like calls.
 *
 * The problem: comparing success rates over a window needs a window full of calls. With ten calls a minute there are none, and of four clients
 * not even one that fails everything is two standard deviations from the mean, which has it in it: z is at most sqrt(n − 1).
 * So evidence accrues call by call, in Page's cumulative sum (Biometrika 1954) of logarithms of likelihood ratios:
 *
 *     score ← max(0, score + ln P(outcome | it is bad) / P(outcome | it is like the others))
 *
 * A score of h is reached by a client that is like the others once in e^h calls at most (Lorden 1971), and by a bad one within
 * h / ln(0.5 / usual rate) failures.
 *
 * "Like the others" is what became of the others' calls of the same kind since the score left 0: when a tool breaks everywhere, its failures come in
 * elsewhere at the same time and are worth nothing. While the others are silent, its own failures speak against the tool as well as
 * against the client: they count among what is usual then, so that a tool which only one client is asked for ejects nobody.
 */
export class FailureEvidence {
  score = 0
  /** Empty while the score is 0. */
  readonly #meanwhile = new Map<KindEvidence, Meanwhile>()

  saw(failed: boolean, kind: KindEvidence): void {
    if (failed || this.score > 0) {
      let own = this.#meanwhile.get(kind)
      if (own === undefined) {
        own = new Meanwhile(kind)
        this.#meanwhile.set(kind, own)
      }
      const usual = usualRate(kind, own)
      // Once nearly all calls fail, none says anything of the client that it was on, and what the first seemed to say is taken back.
      const step = usual < HOPELESS_RATE ? likelihood(failed, usual) : Math.min(0, -own.score)
      this.score = Math.max(0, this.score + step)
      own.score += step
      own.ended++
      if (failed) own.failed++
      if (this.score === 0) this.#meanwhile.clear()
    }
    kind.count(failed)
  }

  forget(): void {
    this.score = 0
    this.#meanwhile.clear()
  }
}

/** How often calls of the kind would fail if the client was like the others. */
function usualRate(kind: KindEvidence, own: Meanwhile): number {
  const others = kind.ended - own.endedBefore - own.ended
  const othersFailed = kind.failed - own.failedBefore - own.failed
  const ownWeight = FEW / (FEW + others)
  const prior = Math.min(PRIOR, FEW + others)
  return (othersFailed + ownWeight * own.failed + prior * own.usual) / (others + ownWeight * own.ended + prior)
}

function likelihood(failed: boolean, usual: number): number {
  const bad = Math.min(HOPELESS_RATE, Math.max(BAD_RATE, (BAD_ODDS * usual) / (1 + (BAD_ODDS - 1) * usual)))
  return failed ? Math.log(bad / usual) : Math.log((1 - bad) / (1 - usual))
}
