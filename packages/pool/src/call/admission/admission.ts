import { Alarm, type Milliseconds, type Priority, type Timers } from '../../ports.js'
import { Heap } from './heap.js'
import { goesBefore, Line } from './line.js'
import { Rank } from './rank.js'
import { endsEarlier, type Entry, Place, type Tenant, type Waiting } from './waiting.js'

/** Turns of each priority against the others', while all of them wait. */
export type PriorityWeights = Readonly<Record<Priority, number>>

/** High is in effect first: it has four turns for one of normal, and low has one of 21, and so is never starved. */
const WEIGHTS: PriorityWeights = { high: 16, normal: 4, low: 1 }

/** Highest first. */
const PRIORITIES: readonly Priority[] = ['high', 'normal', 'low']

/** Lines that are looked at in one round. Where there are more they take turns: it must not matter to the servers how many needs there are. */
const MOST_LOOKED_AT = 64

export interface AdmissionOptions {
  readonly timers: Timers
  /** Most that wait at a time. A whole number, at least 0. */
  readonly maxQueueSize: number
  /** @default { high: 16, normal: 4, low: 1 } */
  readonly weights?: PriorityWeights
  /** Somebody of that priority waited for so long, and was let in or sent away. */
  readonly onWaited?: (priority: Priority, time: Milliseconds) => void
}

/**
 * The queue in front of calls that find no place: bounded in size and in time, fair, and first for those who matter.
 *
 * The problem: when more comes than the servers can do, somebody has to wait and somebody has to be sent away. A queue in order of
 * coming lets the loudest caller decide who; one in order of priority starves the low for ever; one without a bound keeps
 * everyone until nobody wants the answer any more. Here:
 *
 *     who enters next   priorities share turns 16 : 4 : 1, tenants of one priority share them equally,
 *                       one tenant's waiters go by the end of their wait, then by arrival
 *     who is sent away  whose wait is over (QUEUE_TIMEOUT); when full, somebody of the lowest priority, of the tenant that waits
 *                       with most, who could wait longest (QUEUE_FULL), if the newcomer is of a higher priority or of a
 *                       tenant with less; else the newcomer
 *
 * Who cannot be placed now though others can, is passed over without losing its turn (see `Line`).
 *
 * To wait, to leave and to enter are O(log n). A pump is O(1) while nobody waits, and asks at most one in vain for each of 64 needs.
 * There is one alarm, for the wait that ends first.
 */
export class Admission extends Alarm {
  readonly #timers: Timers
  readonly #maxQueueSize: number
  readonly #onWaited: AdmissionOptions['onWaited']
  readonly #ranks: readonly Rank[]
  readonly #lines = new Map<unknown, Line>()
  /** Everyone, by the end of their wait. Invariant: each stands with its tenant and in its lane as well. */
  readonly #all: Heap<Place> = new Heap<Place>(endsEarlier, (place, index) => {
    place.inAll = index
  })
  /** Tag of the last priority that had its turn. */
  #virtualTime = 0
  #arrivals = 0
  #rounds = 0
  #pumping = false
  /** Somebody pumped in the middle of a pump. */
  #again = false
  /** End of the wait for which the alarm is set; Infinity: it is not. */
  #alarmFor: Milliseconds = Number.POSITIVE_INFINITY

  constructor({ timers, maxQueueSize, weights = WEIGHTS, onWaited }: AdmissionOptions) {
    super()
    if (!Number.isInteger(maxQueueSize) || maxQueueSize < 0) throw new RangeError(`maxQueueSize must be a whole number of at least 0, got ${maxQueueSize}`)
    this.#timers = timers
    this.#maxQueueSize = maxQueueSize
    this.#onWaited = onWaited
    this.#ranks = PRIORITIES.map((priority, order) => {
      const weight = weights[priority]
      if (!(weight > 0 && weight < Number.POSITIVE_INFINITY)) throw new RangeError(`weights.${priority} must be over 0, got ${weight}`)
      return new Rank(priority, order, weight)
    })
  }

  /** How many wait. */
  get waiting(): number {
    return this.#all.size
  }

  waitingOf(priority: Priority): number {
    return this.#rank(priority).waiting
  }

  /**
   * Somebody waits for the same. Who comes now has to wait behind, and must not try by itself; for any other need, a place that is
   * free is one that nobody in the queue could take.
   */
  hasWaitingFor(need: unknown): boolean {
    return this.#lines.has(need)
  }

  /** It waits from now on, or is shed before this returns. Has no effect on one that waits already. */
  wait(waiter: Waiting, now: Milliseconds): void {
    if (waiter.place !== undefined) return
    if (waiter.waitsUntil <= now) return waiter.shed('QUEUE_TIMEOUT', now)
    if (this.waiting >= this.#maxQueueSize) this.#expire(now, now)
    if (this.waiting < this.#maxQueueSize) return this.#join(waiter, now)
    const victim = this.#victimFor(waiter)
    if (victim === undefined) return waiter.shed('QUEUE_FULL', now)
    this.#leave(victim)
    this.#waited(victim, now)
    // Before the victim hears of it, who may come again at once and take the room.
    this.#join(waiter, now)
    victim.waiter.shed('QUEUE_FULL', now)
  }

  /** It does not want to wait any more, and hears nothing. `false`: it did not wait. */
  remove(waiter: Waiting): boolean {
    const { place } = waiter
    if (place === undefined) return false
    this.#leave(place)
    return true
  }

  /**
   * A place may be free: an attempt ended, or the fleet or a limit changed. Lets in, in order, all who find one. May be called in the
   * middle of `enter` and `shed`; then those are let in when they return.
   */
  pump(now: Milliseconds): void {
    if (this.#all.size === 0) return
    this.#again = true
    if (this.#pumping) return
    this.#pumping = true
    try {
      // Each round but the last lets somebody go.
      while (this.#again) {
        this.#again = false
        this.#expire(now, now)
        if (!this.#round(now)) break
      }
    } finally {
      this.#pumping = false
    }
  }

  /** The first wait is over. */
  override fire(now: Milliseconds): void {
    const due = Math.max(now, this.#alarmFor)
    this.#alarmFor = Number.POSITIVE_INFINITY
    this.#expire(due, now)
    this.#setAlarm(now)
  }

  // ── Entering ─────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Asks one of each line until all have been told that there is no place. `true`: somebody left. */
  #round(now: Milliseconds): boolean {
    const round = ++this.#rounds
    let anyLeft = false
    for (let place = this.#next(round); place !== undefined; place = this.#next(round)) {
      const entry = this.#enter(place, now)
      if (entry === 'full') break
      const line = this.#lines.get(place.lane.need)
      if (entry !== 'no-place') anyLeft = true
      if (line === undefined) continue
      if (entry === 'no-place') line.refusedIn = round
      else this.#moveBack(line)
    }
    this.#takeTurns(round)
    return anyLeft
  }

  /** Those that were looked at in vain let others be looked at next time. */
  #takeTurns(round: number): void {
    for (let left = Math.min(MOST_LOOKED_AT, this.#lines.size - MOST_LOOKED_AT); left > 0; left--) {
      const line: Line = this.#lines.values().next().value!
      if (line.refusedIn !== round) return
      this.#moveBack(line)
    }
  }

  /** Where there are too many lines to look at, this one is looked at again after all others. A map keeps its order. */
  #moveBack(line: Line): void {
    if (this.#lines.size <= MOST_LOOKED_AT) return
    this.#lines.delete(line.need)
    this.#lines.set(line.need, line)
  }

  /** Whose turn it is, of those in lines that were not refused in this round. */
  #next(round: number): Place | undefined {
    let next: Place | undefined
    let tag = Number.POSITIVE_INFINITY
    // Highest first: it goes before others with the same tag.
    for (const rank of this.#ranks) {
      if (rank.waiting === 0 || rank.tag >= tag) continue
      const place = this.#nextOf(rank, round)
      if (place === undefined) continue
      next = place
      tag = rank.tag
    }
    return next
  }

  #nextOf(rank: Rank, round: number): Place | undefined {
    let next: Place | undefined
    let left = MOST_LOOKED_AT
    for (const line of this.#lines.values()) {
      if (left-- === 0) break
      if (line.refusedIn === round) continue
      const place = line.first(rank.order)
      if (place === undefined) continue
      if (next === undefined || entersBefore(place, next)) next = place
    }
    return next
  }

  #enter(place: Place, now: Milliseconds): Entry {
    const { waiter } = place
    // It keeps its room meanwhile, and is nobody's to settle but its own.
    place.entering = true
    waiter.place = undefined
    let entry: Entry = 'ended'
    try {
      entry = waiter.enter(now)
      // Unless it waits again already.
      if ((entry === 'no-place' || entry === 'full') && waiter.place === undefined) waiter.place = place
    } finally {
      place.entering = false
      // Also where it throws: one that cannot even be asked must not stand in the way for ever.
      if (waiter.place !== place) this.#takeOut(place)
    }
    if (entry === 'started') {
      this.#served(place.lane.tenant)
      this.#waited(place, now)
    }
    return entry
  }

  #served(tenant: Tenant): void {
    const rank = this.#ranks[tenant.order]!
    this.#virtualTime = Math.max(this.#virtualTime, rank.tag)
    rank.queueUpAt(this.#virtualTime)
    rank.served(tenant)
  }

  // ── Coming and leaving ───────────────────────────────────────────────────────────────────────────────────────────

  #rank(priority: Priority): Rank {
    return this.#ranks[PRIORITIES.indexOf(priority)]!
  }

  #join(waiter: Waiting, now: Milliseconds): void {
    const rank = this.#rank(waiter.priority)
    if (rank.waiting === 0) rank.queueUpAt(this.#virtualTime)
    const tenant = rank.tenant(waiter.tenant)
    const line = this.#line(waiter.need)
    const place = new Place(waiter, this.#arrivals++, line.lane(tenant), now)
    waiter.place = place
    rank.joined(place)
    line.joined(place)
    this.#all.add(place)
    if (waiter.waitsUntil < this.#alarmFor) this.#setAlarm(now)
  }

  #line(need: unknown): Line {
    let line = this.#lines.get(need)
    if (line === undefined) {
      line = new Line(need)
      this.#lines.set(need, line)
    }
    return line
  }

  #leave(place: Place): void {
    place.waiter.place = undefined
    this.#takeOut(place)
  }

  #waited({ waiter, since }: Place, now: Milliseconds): void {
    this.#onWaited?.(waiter.priority, now - since)
  }

  #takeOut(place: Place): void {
    const { need, tenant } = place.lane
    this.#ranks[tenant.order]!.left(place)
    const line = this.#lines.get(need)!
    line.left(place)
    if (line.waiting === 0) this.#lines.delete(need)
    this.#all.removeAt(place.inAll)
    if (this.#all.size > 0 || this.#alarmFor === Number.POSITIVE_INFINITY) return
    this.#alarmFor = Number.POSITIVE_INFINITY
    this.#timers.clear(this)
  }

  // ── Sending away ─────────────────────────────────────────────────────────────────────────────────────────────────

  #expire(until: Milliseconds, now: Milliseconds): void {
    for (;;) {
      const { first } = this.#all
      if (first === undefined || first.entering || first.waitsUntil > until) return
      this.#leave(first)
      this.#waited(first, now)
      first.waiter.shed('QUEUE_TIMEOUT', now)
    }
  }

  /** Who has to make room for the newcomer; undefined: nobody. */
  #victimFor(newcomer: Waiting): Place | undefined {
    const rank = this.#ranks.findLast(({ waiting }) => waiting > 0)
    const own = this.#rank(newcomer.priority)
    if (rank === undefined || rank.order < own.order) return undefined
    const tenant = rank.mostCrowded!
    // With one more and one less, the newcomer's tenant must not be the one with more: they would push each other out in turns.
    if (rank === own && own.waitingOf(newcomer.tenant) + 1 >= tenant.places.size) return undefined
    const victim = tenant.places.first!
    return victim.entering ? undefined : victim
  }

  #setAlarm(now: Milliseconds): void {
    const until = this.#all.first?.waitsUntil ?? Number.POSITIVE_INFINITY
    if (until === Number.POSITIVE_INFINITY || until === this.#alarmFor) return
    this.#alarmFor = until
    this.#timers.set(this, until - now)
  }
}

/** The order of entering within one priority. */
function entersBefore(a: Place, b: Place): boolean {
  return a.lane.tenant === b.lane.tenant ? endsEarlier(a, b) : goesBefore(a.lane.tenant, b.lane.tenant)
}
