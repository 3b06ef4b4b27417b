import type { CallKind, Outstanding } from '../../ports.js'
import { Usual } from './usual.js'

/** By so many attempts that started together it is judged whether what is usual has changed. */
export const ENOUGH: number = 24

/** The same for those that come and go: enough that it does not matter that quick ones end first. */
const MANY = 256

/** By how much it changed then, in logarithms (1.8 times); 24 latencies that vary by e^1.5 are off by as much once in twenty times. */
const DRIFTED = 0.6

/** Attempts by which it is known how many of them fail. */
const FAILURE_MEMORY = 256

/**
 * What one replica is like while little is asked of it: how long each kind of request takes, and how many fail. It is what load is
 * judged against, and is learned from attempts that started in calm, however long they take and whatever comes meanwhile.
 */
export class Calm {
  /** Those that have not ended: marked as `calm`. */
  #open = 0
  /** Bounded by the interner of kinds. */
  readonly #usual = new Map<CallKind, Usual>()
  /** What was looked up last: mostly the same is asked for again. */
  #lastKind: CallKind | undefined
  #last: Usual = new Usual()
  /** How far attempts were off what was usual when they ended: their sum and their number. */
  #off = 0
  #judged = 0
  #ended = 0
  #failed = 0

  started(attempt: Outstanding): void {
    attempt.calm = true
    this.#open++
  }

  /** `true`: it started in calm, and has ended. */
  settled(attempt: Outstanding): boolean {
    if (!attempt.calm) return false
    attempt.calm = false
    this.#open--
    return true
  }

  usual(kind: CallKind): Usual {
    if (kind === this.#lastKind) return this.#last
    this.#last = this.#lookUp(kind)
    this.#lastKind = kind
    return this.#last
  }

  #lookUp(kind: CallKind): Usual {
    let usual = this.#usual.get(kind)
    if (usual === undefined) {
      usual = new Usual()
      this.#usual.set(kind, usual)
    }
    return usual
  }

  /** The share that fails though there is little to do. */
  get failures(): number {
    return this.#ended > 0 ? this.#failed / this.#ended : 0
  }

  /** Variance of that share, in variances of one attempt. */
  get doubtOfFailures(): number {
    return 1 / Math.max(1, this.#ended)
  }

  failed(): void {
    this.#count()
    this.#failed++
  }

  /** Latency in logarithms. `true`: the replica is not what it was. */
  took(usual: Usual, latency: number): boolean {
    this.#count()
    if (usual.known) {
      this.#off += latency - usual.mean
      this.#judged++
    }
    usual.took(latency)
    // Where nobody is left of those that started together, the slow ones have ended as well.
    return this.#judged >= (this.#open === 0 ? ENOUGH : MANY) && this.#judge()
  }

  #judge(): boolean {
    const drift = this.#off / this.#judged
    this.#off = 0
    this.#judged = 0
    if (Math.abs(drift) < DRIFTED) return false
    // Mostly it is all of the replica that became slower or faster; a kind for which that is wrong is put right by its next few.
    for (const usual of this.#usual.values()) usual.shift(drift)
    return true
  }

  #count(): void {
    if (this.#ended >= FAILURE_MEMORY) {
      this.#ended /= 2
      this.#failed /= 2
    }
    this.#ended++
  }
}
