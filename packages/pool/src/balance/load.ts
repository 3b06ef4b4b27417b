import type { Load, Milliseconds, Outcome, Outstanding } from '../ports.js'
import { type CostOwner, CostTable } from './cost-table.js'
import { Experience } from './experience.js'
import { bounded, FIRST_OVERDUE, type KindHistory } from './kind-history.js'
import type { LatencyBook } from './latency-book.js'
import { OpenAttempts } from './open-attempts.js'
import { NO_REPORT, type ReplicaReport, soundReport, utilisation } from './replica-report.js'
import { ReplicaTally } from './replica-tally.js'

/** What it weighs, in outstanding requests, that a replica is e times slower than others. */
const SLOWNESS_WEIGHT = 6

/**
 * Outstanding requests of each replica, on average, from which slowness weighs more, in proportion. What keeps work off a replica that holds three is
 * nothing to one that holds fifty. Steeper than in proportion, chance grows with every burst, and a fleet talks itself into sending all to few (simulated).
 */
const CROWDED = 2.5

/** No single latency counts for more than e² = 7.4 times typical, or less than its inverse: in a tool of 10 ms that now and then takes 30 s the 30 s are no fault. */
const UTMOST = 2

/** Under a half: habit only decides between equals. */
const HABIT_BOUND = 0.45

/** Penalty from which a replica is avoided whatever else speaks for it: one failure out of the blue, 20, is not enough, and two in a row are. */
const FAILING = 30

/** Much less than a request: it is to break ties. */
const SHARE_WEIGHT = 0.5

/** For how long after an attempt started or ended all terms of the cost but outstanding are taken as they were, and again while one is open. */
export const REFRESH: Milliseconds = 50

/** The same while nothing happens, when they only decay. Of ten thousand replicas most are idle, and a pick that had to wake them would be slow. */
const REFRESH_IDLE: Milliseconds = 1_000

/** Overdue attempts that are looked at, oldest first: so many leave no doubt. */
const MOST_LOOKED_AT = 64

/** Where slow start begins: a twentieth would be no load at all, and what is cold would stay so. The least of Envoy's `slow_start_config` too. */
const LEAST_READY = 0.1

/**
 * What one replica has to do, in requests: the number that the picker compares.
 *
 *     cost = (1 + outstanding + elsewhere + 6 × slowness² × crowd + penalty + utilisation + habit + share) / (weight × readiness) − 1
 *
 * | term | what it is | size |
 * | --- | --- | --- |
 * | 1 | the request that is to be placed | |
 * | outstanding | attempts of this pool without an end | the ruling term |
 * | elsewhere | requests of others, as reported | as outstanding |
 * | slowness | logarithm of how many times slower than others for like requests of late; 0 for the faster ones | 1 for e times |
 * | crowd | outstanding requests of all replicas, each, over 2.5 | 1 or more |
 * | penalty | failures beyond the usual, decaying over 10 s; up to 40 s for those that fail whenever they are tried | 20 for one out of the blue |
 * | | answers without fruit (errors, refusals), where there is hardly anything else | as failures |
 * | utilisation | CPU and memory as reported, and the CPU that neighbours have | 0 … 2.6 |
 * | habit | slowness over its last two hundred answers | ±0.45 |
 * | share | half of the square of the part of the pool's answers of late that came from it | 0 … 0.5 |
 *
 * Outstanding requests come first: no other term is both exact and up to the moment. Slowness is what they cannot see, that
 * the same number takes longer here. Requests that are open beyond 4.5 times what is typical of them count with their
 * present age, so that a replica which swallows requests shows before anything times out; except while the server waits for the
 * client. Each counts by how much its kind tells: little where the same tool takes 10 ms now and 30 s then. It counts in its square: from a handful of answers a little slowness is mostly chance, and to follow chance costs more than
 * it brings, while much is mostly true. It grows with what the others hold: where replicas work on fifty at a time, a term for
 * replicas that work on four would leave ten requests with one that is twelve times slower. The penalty is there because a replica that fails fast, or refuses all, has nothing outstanding, and would attract all traffic.
 * Habit decides between equals instead of a throw of dice. Where many workers share a fleet and see only their own requests, each comes
 * to prefer other replicas than its neighbours, for those that all run to are slow: that saves half of what not knowing each other costs.
 * The share spreads a trickle of requests: with nothing outstanding a hundredth of slowness would send all of them to one replica,
 * and nobody would know how the others are. In its square, for where each of ten has about a tenth there is nothing to spread, and what chance gave one more
 * than another should not choose.
 *
 * Terms are bounded against one request, since sums of unlike units (`active × 100 + cpu + latency / 10`) let one slow
 * tool outweigh fifty waiting requests. With the other terms left out it is the classical join-the-shortest-queue; they were chosen by
 * simulation on ten replicas, against that, two choices, peak EWMA and Prequal (NSDI '24).
 *
 * Readiness is the slow start of one that is new or returned: it counts as if it worked at a tenth of its speed, then more and more. With
 * everyone idle it is passed over, under load it is given one request at first, then two at a time: that is the share of its readiness.
 *
 * Cheap to read: outstanding is a counter, and the rest is taken as it was for up to 50 ms; failures and what is
 * reported count at once.
 */
export class ReplicaLoad implements Load, CostOwner {
  #weight: number
  /** Where its cost stands. */
  #table: CostTable = new CostTable([this])
  #row = 0
  /** Length of `#open`. */
  #outstanding = 0
  /** All terms but outstanding, as of the last refresh; over 0. */
  #rest = 1
  /** Belongs to round robin: the number of its last turn. */
  turn = 0
  /** What people read: nothing in it decides anything. */
  readonly statistics: ReplicaTally = new ReplicaTally()
  readonly #open = new OpenAttempts()
  #experience: Experience
  readonly #book: LatencyBook
  /** Since when it is in use, and how long it takes to have its full share. */
  #fitSince: Milliseconds = 0
  #slowStartTime: Milliseconds = 0
  /** `readiness` as of the last refresh. */
  #ready = 1
  #report: ReplicaReport = NO_REPORT
  /** When that was said, to within a pick; undefined: nobody looked since. */
  #reportedAt: Milliseconds | undefined
  /** Where it stands; undefined: in all zones. Takes effect for picks with the next snapshot. */
  zone: string | undefined

  /** `book` is shared by all replicas of a pool. `weight`: range over 0. */
  constructor(book: LatencyBook, weight = 1) {
    this.#book = book
    this.#experience = new Experience(book.memory)
    this.#weight = weight
  }

  /** The relative share that the user wants of it. */
  get weight(): number {
    return this.#weight
  }

  set weight(weight: number) {
    this.#weight = weight
    this.#writeCost()
  }

  /** Its row in the table it was moved to last. */
  get row(): number {
    return this.#row
  }

  /** From now on its cost stands in that table, next to those it is compared with. */
  moveTo(table: CostTable, row: number): void {
    table.cells[2 * row + 1] = this.#staleAt
    this.#table = table
    this.#row = row
    this.#writeCost()
  }

  get outstanding(): number {
    return this.#outstanding
  }

  /** What the picker compares; lower is better. 0 for an idle replica of weight 1 that is like the others. */
  cost(now: Milliseconds): number {
    return this.#table.cost(this.#row, now)
  }

  started(attempt: Outstanding, now: Milliseconds): void {
    attempt.startedAt = now
    this.#open.add(attempt)
    this.#outstanding++
    this.#book.outstanding++
    this.#writeCost()
    this.#refreshSoon(now)
    this.statistics.started()
  }

  /** Settling twice has no effect. */
  settled(attempt: Outstanding, outcome: Outcome, now: Milliseconds): void {
    if (!this.#open.remove(attempt)) return
    this.#outstanding--
    this.#book.outstanding--
    this.#writeCost()
    this.#refreshSoon(now)
    const latency = now - attempt.startedAt
    const logLatency = Math.log(latency)
    const history = this.#book.of(attempt.kind)
    const { fruitless } = attempt
    const fruitful = outcome === 'ok' && !fruitless
    // Given up after waiting long: it goes on counting as slow, as it did while it was open.
    if (fruitful || (!attempt.waiting && latency > history.overdueAfter)) {
      const slowness = this.#book.learns ? slownessOf(logLatency, history) : 0
      this.#experience.took(slowness, history.telling, now)
      this.#book.spill?.took(this.far, slowness, now)
      this.#book.sampled(now)
    }
    if (!fruitful && !attempt.waiting) history.gaveUp(logLatency)
    if (fruitful || fruitless) {
      this.#experience.answered(fruitless, attempt.startedAt, history.fruitlessRatio, now)
      history.answered(fruitless, now)
      if (fruitless) this.#table.alarm(this.#row)
    }
    if (outcome === 'ignored') return
    const failed = outcome === 'failed'
    this.#experience.ended(failed, attempt.startedAt, history.failureRatio, now)
    history.ended(failed, now)
    this.statistics.ended(failed, latency, logLatency)
    if (failed) this.#table.alarm(this.#row)
    else if (fruitful) history.took(logLatency)
  }

  /**
   * It is fit again, or new: mostly another process than before on the same address, which did nothing wrong yet, and has everything to
   * load and to compile. Its share grows to the full one over `slowStartTime` (0: at once).
   */
  returned(now: Milliseconds = 0, slowStartTime: Milliseconds = 0): void {
    this.#experience = new Experience(this.#book.memory)
    this.#fitSince = now
    this.#slowStartTime = slowStartTime
    this.#table.alarm(this.#row)
  }

  /**
   * The part of the others' work that it should have: 1, after it returned a tenth, growing with time. Only the ratio between replicas counts:
   * where all are new at once it makes no difference.
   */
  readiness(now: Milliseconds): number {
    const fitFor = now - this.#fitSince
    return fitFor < this.#slowStartTime ? Math.max(LEAST_READY, fitFor / this.#slowStartTime) : 1
  }

  /** It mostly fails of late, twice at least: who has a choice should go elsewhere, also who would rather come back. */
  isFailing(now: Milliseconds): boolean {
    this.#experience.decay(now)
    return this.#experience.failing > FAILING
  }

  /** It stands in another zone than the pool. */
  get far(): boolean {
    return this.zone !== undefined && this.#book.zone !== undefined && this.zone !== this.#book.zone
  }

  /** What was said of it; another replaces it. */
  get report(): ReplicaReport {
    return this.#report
  }

  set report(report: ReplicaReport) {
    this.#report = soundReport(report)
    this.#reportedAt = undefined
    this.#table.alarm(this.#row)
  }

  /** Outstanding and elsewhere. */
  get activeRequests(): number {
    return this.#outstanding + this.#report.activeRequests
  }

  /** As reported, else as measured; 0 before the first answer. */
  get averageLatency(): Milliseconds {
    return this.#report.averageLatency ?? this.statistics.averageLatency
  }

  /** Looks at all terms anew. The table calls it, when a cost is asked for that is too old. */
  refresh(now: Milliseconds): void {
    this.#experience.decay(now)
    let openSlowness = 0
    let openWeight = 0
    let looks = MOST_LOOKED_AT
    for (let attempt = this.#open.oldest; attempt !== undefined && looks > 0; attempt = attempt.newer, looks--) {
      const age = now - attempt.startedAt
      // They stand in the order of their age: nothing younger can be overdue.
      if (age < FIRST_OVERDUE) break
      if (attempt.waiting) continue
      const history = this.#book.of(attempt.kind)
      if (age <= history.overdueAfter) continue
      const { telling } = history
      openSlowness += telling * slownessOf(Math.log(age), history)
      openWeight += telling
    }
    const slower = Math.max(0, this.#experience.slowness(openSlowness, openWeight))
    const crowd = Math.max(1, this.#book.outstanding / (CROWDED * this.#table.size))
    const slowness = SLOWNESS_WEIGHT * crowd * slower * slower
    const habit = clamp(this.#experience.habit, HABIT_BOUND)
    this.#reportedAt ??= now
    const told = this.#report.activeRequests + utilisation(this.#report, now - this.#reportedAt, this.#book.memory)
    const share = SHARE_WEIGHT * this.#book.shareOf(this.#experience.samples, now) ** 2
    this.#rest = 1 + told + slowness + habit + this.#experience.penalty + share
    this.#ready = this.readiness(now)
    this.#writeCost()
    this.#staleAt = now + (this.#outstanding > 0 || this.#ready < 1 ? REFRESH : REFRESH_IDLE)
  }

  #refreshSoon(now: Milliseconds): void {
    if (this.#staleAt > now + REFRESH) this.#staleAt = now + REFRESH
  }

  #writeCost(): void {
    this.#table.cells[2 * this.#row] = (this.#outstanding + this.#rest) / (this.#weight * this.#ready) - 1
  }

  get #staleAt(): Milliseconds {
    return this.#table.cells[2 * this.#row + 1]!
  }

  set #staleAt(time: Milliseconds) {
    this.#table.cells[2 * this.#row + 1] = time
  }
}

/** Logarithm of how many times longer than typical it took, within bounds. The first of its kind is typical. */
function slownessOf(logLatency: number, { typical }: KindHistory): number {
  return typical === undefined ? 0 : clamp(bounded(logLatency) - typical, UTMOST)
}

function clamp(value: number, bound: number): number {
  return Math.max(-bound, Math.min(bound, value))
}
