import type { Milliseconds } from '../ports.js'
import { MOMENT } from './kind-history.js'

/** Of so many calls one is placed wherever it is best, however well the own zone does: else nobody would know how it is elsewhere. */
const LEAST = 1 / 50

/** Until something is known. It falls by itself, so that a fleet begins spread out and draws together, and not the other way round. */
const FIRST = 0.5

/** So much slower than elsewhere, in logarithms, is the own zone where all calls are placed regardless of zones. Smaller is closer to that, and more often by mistake. */
const UTMOST = 0.05

/** Answers of either side that count at most. */
const MOST_SAMPLES = 300

/** The share follows what is measured so slowly. Answers come late, and who follows at once sways. */
const SWAY: Milliseconds = 2_000

/** Requests more than are usual of it that a replica of the own zone may have before one of another zone gets a call at once. */
const SPARE = 1.5

/** What is usual is the mean of so long. */
const USUAL: Milliseconds = 20_000

/** Answers of one side: how much slower than typical of their kinds they were. Sums that decay with time. */
class Side {
  sum = 0
  squares = 0
  weight = 0

  took(slowness: number): void {
    if (this.weight > MOST_SAMPLES) this.decay(MOST_SAMPLES / this.weight)
    this.sum += slowness
    this.squares += slowness * slowness
    this.weight++
  }

  decay(factor: number): void {
    this.sum *= factor
    this.squares *= factor
    this.weight *= factor
  }

  /** As if one more answer had been typical. */
  get mean(): number {
    return this.sum / (this.weight + 1)
  }
}

/**
 * How many calls leave their zone.
 *
 * A worker does not know what the replicas of its zone can bear, nor how many callers it shares them with. It sees two things. What it has
 * outstanding there is exact and at once, and too little where there are many workers: with a hundred of them a replica is drowned before each sees
 * two. How long answers take, next to those from elsewhere, tells the same however many there are, and comes late. So there are two rules:
 *
 *     at once     the replica of the own zone that a call would go to has more to do, by one and a half requests and twice what
 *                 is usual there, than the one of another zone (failures and hangs are part of that): this call goes there
 *     in a while  answers of the own zone are slower than those of the others: a share of the calls is placed wherever it is best
 *
 *     share = (slowness here − slowness elsewhere − its standard error) / 0.05, between 1/50 and 1, followed over 2 s
 *
 * The share is in proportion, not switched: more calls elsewhere make the own zone faster, which makes the share smaller, and it settles where both
 * are nearly alike. A sum over time in its place would sway between all here and all there (simulated). What a way between zones costs is part
 * of what is measured: for calls of a millisecond it keeps them at home, for calls of a second it is nothing.
 */
export class ZoneSpill {
  /** What was measured weighs 1/e after this time. */
  readonly #memory: Milliseconds
  readonly #here = new Side()
  readonly #elsewhere = new Side()
  /** What those replicas of the own zone had under way that calls would go to. */
  #usual = 0
  #usualAt: Milliseconds = 0
  #share = FIRST
  /** Of a call that is to be placed regardless of zones: as much as is due. */
  #due = 0
  #at: Milliseconds = 0

  constructor(memory: Milliseconds) {
    this.#memory = memory
  }

  /** The part of all calls that is placed regardless of zones. */
  get share(): number {
    return this.#share
  }

  /** Whether the next call is one of those. */
  next(): boolean {
    this.#due += this.#share
    if (this.#due < 1) return false
    this.#due--
    return true
  }

  /** What the replica of the own zone that a call would go to may have to do more than one elsewhere. `outstanding`: what it has. */
  allowance(outstanding: number, now: Milliseconds): number {
    const kept = Math.exp((this.#usualAt - now) / USUAL)
    this.#usualAt = now
    this.#usual = kept * this.#usual + (1 - kept) * outstanding
    return SPARE + 2 * this.#usual
  }

  /** `slowness`: logarithm of the latency, less what is typical of its kind. */
  took(far: boolean, slowness: number, now: Milliseconds): void {
    const side = far ? this.#elsewhere : this.#here
    if (now >= this.#at + MOMENT) this.#follow(now)
    side.took(slowness)
  }

  #follow(now: Milliseconds): void {
    const passed = now - this.#at
    this.#at = now
    const remembered = Math.exp(-passed / this.#memory)
    this.#here.decay(remembered)
    this.#elsewhere.decay(remembered)
    const aim = Math.min(1, Math.max(LEAST, this.#excess / UTMOST))
    this.#share += (aim - this.#share) * (1 - Math.exp(-passed / SWAY))
  }

  /** How much slower it is here, as far as it is sure. */
  get #excess(): number {
    const [here, elsewhere] = [this.#here, this.#elsewhere]
    const variance = (here.squares + elsewhere.squares + 1) / (here.weight + elsewhere.weight + 1)
    return here.mean - elsewhere.mean - Math.sqrt(variance * (1 / (here.weight + 1) + 1 / (elsewhere.weight + 1)))
  }
}
