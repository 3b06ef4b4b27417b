import { Alarm, type Milliseconds, type Outcome, type Outstanding, type Random, type Target, type Timers } from '../ports.js'
import { type BreakerStatus, CircuitBreaker, type CircuitBreakerOptions } from './circuit-breaker.js'
import { Ejection, type EjectionTimes } from './ejection.js'
import { EvidenceBook } from './evidence/kind-evidence.js'
import { hangs } from './evidence/silence-evidence.js'
import { type EjectionReason, Suspicion } from './evidence/suspicion.js'
import { Seat, type SeatOwner } from './seat.js'

/** The names are those of the pool's options. */
export interface EjectionOptions extends EjectionTimes, Omit<CircuitBreakerOptions, 'breakerThreshold'> {
  /** undefined: there are no breakers. */
  readonly breakerThreshold: number | undefined
  /** Share of the clients, in percent, that may be out at once. 0: nobody is ejected. Range 0 … 100. */
  readonly maxEjectionPercent: number
  /** Share of the clients, in percent, beyond which ejections are distrusted. Range 0 … 100. */
  readonly panicThreshold: number
}

/** Something about one client that others may want to know. */
export type HealthChange =
  | { readonly what: 'ejected'; readonly target: Target; readonly reason: EjectionReason; readonly duration: Milliseconds }
  /** From an ejection, in full. */
  | { readonly what: 'returned'; readonly target: Target }
  /** Its breaker. */
  | { readonly what: 'opened' | 'half-open' | 'closed'; readonly target: Target }

export interface EjectionsPorts {
  readonly timers: Timers
  readonly random: Random
  readonly options: EjectionOptions
  /** The seat that was made for it. */
  seatOf(target: Target): Seat
  /** Those who may be given calls now; told when that changes. */
  onUsable(targets: readonly Target[]): void
  /** From now on so many are out that it is not believed, or not any more. */
  onPanic(panicking: boolean, ejected: number, clients: number): void
  onChange(change: HealthChange): void
  /** In use again after an ejection: it should get its share little by little. */
  onReturned(target: Target): void
}

/** How often the age of what is open is looked at, while something is. */
const WATCHED_EVERY: Milliseconds = 1_000

/**
 * Who of those that are available may be given calls: not those whose breaker is open, nor those that are out for what
 * their calls came to. The one machine for both, and for all clients of a pool.
 *
 *     fleet ── available ──▶ Ejections ── usable ──▶ balancer
 *                             ▲     │
 *        outcomes, by seat ───┘     └──▶ changes, for whoever wants to know
 *
 * Breaker and ejection are different promises. A breaker was asked for, and is obeyed whatever it costs: calls to it fail at once. An ejection is a
 * conclusion from statistics: it is bounded to a share of the clients, and not believed at all in a panic, when it says that most of them
 * are bad, for then it is rather the calls, or what all of them depend on. The only client is never ejected.
 *
 * A client that leaves those that are available and comes back is mostly another process: its ejection is over. How often it was out
 * is remembered for a while.
 */
export class Ejections implements SeatOwner {
  readonly #ports: EjectionsPorts
  readonly #book = new EvidenceBook()
  readonly #watch: Watch = new Watch((now) => this.#look(now))
  #available: readonly Target[] = []
  #seats: readonly Seat[] = []
  #usable: readonly Target[] = []
  /** Seats of those that are out or on trial. */
  readonly #outside = new Set<Seat>()
  #stopped = false
  panicking = false
  #panicTold = false
  watching = false

  constructor(ports: EjectionsPorts) {
    this.#ports = ports
  }

  /** Those who may be given calls now. */
  get usable(): readonly Target[] {
    return this.#usable
  }

  /** For a client that is made: the part of its guard that is asked here. */
  newSeat(): Seat {
    const { timers, random, options } = this.#ports
    const seat: Seat = new Seat(
      this,
      options.breakerThreshold === undefined
        ? undefined
        : new CircuitBreaker(timers, { ...options, breakerThreshold: options.breakerThreshold }, (to) => this.#breakerChanged(seat, to)),
      new Ejection(options, random),
      options.maxEjectionPercent > 0 ? new Suspicion(this.#book) : undefined,
    )
    return seat
  }

  /** These are connected, and healthy or ejected. */
  update(available: readonly Target[]): void {
    if (this.#stopped) return
    const now = this.#ports.timers.now()
    const seats = available.map((target) => this.#ports.seatOf(target))
    const here = new Set(seats)
    for (const seat of this.#seats) if (!here.has(seat)) this.#leave(seat, now)
    this.#available = available
    this.#seats = seats
    for (const [i, seat] of seats.entries()) {
      if (seat.target !== undefined) continue
      seat.target = available[i]
      seat.suspicion?.forget(now)
      seat.breaker?.pass(now)
      this.#wind(seat)
    }
    const released = this.#release(now)
    this.#publish()
    for (const target of released) this.#returned(target)
    this.#tellPanic()
  }

  /** Ends all alarms. Nobody is told anything any more. */
  stop(): void {
    this.#stopped = true
    this.#ports.timers.clear(this.#watch)
    this.watching = false
    for (const seat of this.#seats) this.#ports.timers.clear(seat)
  }

  // ── What seats tell ──────────────────────────────────────────────────────────────────────────────────────────────

  watch(): void {
    if (this.#stopped) return
    this.watching = true
    this.#ports.timers.set(this.#watch, WATCHED_EVERY)
  }

  ended(seat: Seat, attempt: Outstanding, outcome: Outcome, now: Milliseconds): void {
    const reason = seat.suspicion?.judge(attempt, outcome, now)
    if (reason !== undefined) this.#eject(seat, reason, now)
  }

  endedOutside(seat: Seat, attempt: Outstanding, outcome: Outcome, now: Milliseconds): void {
    const { ejection } = seat
    const slow = outcome === 'ok' && ejection.reason === 'slow' && seat.suspicion?.isSlow(attempt, now) === true
    const pointless = outcome === 'failed' && seat.suspicion?.failsAnywhere(attempt) === true
    switch (ejection.settled(attempt, slow ? 'failed' : pointless ? 'ignored' : outcome)) {
      case 'passed':
        return this.#restore(seat, now)
      case 'failed':
        return this.#eject(seat, slow ? 'slow' : 'failing', now)
      case 'open':
        return this.#publish()
      case undefined:
        // It was taken for dead, and answers.
        if (outcome === 'ok' && ejection.vindicate()) this.#afterwards(seat)
    }
  }

  placesChanged(seat: Seat): void {
    this.#afterwards(seat)
  }

  timePassed(seat: Seat, now: Milliseconds): void {
    seat.breaker?.pass(now)
    const { until } = seat.ejection
    if (until !== undefined && now >= until) seat.ejection.try()
    this.#afterwards(seat)
  }

  // ── Ways in and out ──────────────────────────────────────────────────────────────────────────────────────────────

  #eject(seat: Seat, reason: EjectionReason, now: Milliseconds): void {
    const { target } = seat
    if (target === undefined) return
    if (!this.#outside.has(seat) && this.#outside.size >= this.#limit) return
    const duration = seat.ejection.eject(reason, now)
    if (duration === undefined) return
    this.#outside.add(seat)
    this.#wind(seat)
    this.#publish()
    this.#tell({ what: 'ejected', target, reason, duration })
    this.#tellPanic()
  }

  #afterwards(seat: Seat): void {
    this.#wind(seat)
    this.#publish()
  }

  #restore(seat: Seat, now: Milliseconds): void {
    const { target } = seat
    this.#reinstate(seat, now)
    this.#publish()
    if (target !== undefined) this.#returned(target)
    this.#tellPanic()
  }

  #reinstate(seat: Seat, now: Milliseconds): void {
    if (!seat.ejection.restore(now)) return
    this.#outside.delete(seat)
    seat.suspicion?.forget(now)
    this.#wind(seat)
  }

  #leave(seat: Seat, now: Milliseconds): void {
    seat.target = undefined
    this.#reinstate(seat, now)
    this.#ports.timers.clear(seat)
  }

  /** Fewer are available, and so fewer may be out: those go first whose time is over first. */
  #release(now: Milliseconds): Target[] {
    const released: Target[] = []
    if (this.#outside.size <= this.#limit) return released
    const byTime = [...this.#outside].sort((a, b) => (a.ejection.until ?? 0) - (b.ejection.until ?? 0))
    for (const seat of byTime.slice(0, this.#outside.size - this.#limit)) {
      this.#reinstate(seat, now)
      released.push(seat.target!)
    }
    return released
  }

  #breakerChanged(seat: Seat, to: BreakerStatus): void {
    const { target } = seat
    if (target === undefined) return
    this.#wind(seat)
    this.#publish()
    this.#tell({ what: to === 'open' ? 'opened' : to, target })
  }

  // ── All together ─────────────────────────────────────────────────────────────────────────────────────────────────

  /** So many may be out at once. */
  get #limit(): number {
    const { length } = this.#available
    const { maxEjectionPercent } = this.#ports.options
    if (length <= 1 || maxEjectionPercent === 0) return 0
    return Math.max(1, Math.floor((length * maxEjectionPercent) / 100))
  }

  /** Tells who is usable, where that is not what it was. */
  #publish(): void {
    if (this.#stopped) return
    this.panicking = this.#outside.size * 100 > this.#ports.options.panicThreshold * this.#available.length
    const usable = this.#available.filter((_, i) => this.#seats[i]!.usable)
    if (sameMembers(usable, this.#usable)) return
    this.#usable = usable
    this.#ports.onUsable(usable)
  }

  /** Sets the alarm of a seat to what ends next. */
  #wind(seat: Seat): void {
    const { timers } = this.#ports
    const due = Math.min(seat.breaker?.changesAt ?? Number.POSITIVE_INFINITY, seat.ejection.until ?? Number.POSITIVE_INFINITY)
    if (this.#stopped || seat.target === undefined || due === Number.POSITIVE_INFINITY) timers.clear(seat)
    else timers.set(seat, due - timers.now())
  }

  #look(now: Milliseconds): void {
    let open = false
    // They may change meanwhile.
    for (const seat of this.#seats) {
      if (seat.suspicion?.open !== true) continue
      open = true
      const { ejection, suspicion } = seat
      if (ejection.state === 'in') {
        const reason = suspicion.watch(now)
        if (reason !== undefined) this.#eject(seat, reason, now)
      } else if (ejection.trial !== undefined && hangs(ejection.trial, now, this.#book)) this.#eject(seat, 'unresponsive', now)
    }
    this.watching = false
    if (open) this.watch()
  }

  #returned(target: Target): void {
    if (this.#stopped) return
    this.#ports.onReturned(target)
    this.#tell({ what: 'returned', target })
  }

  /** After the client who was one too many, or one less. */
  #tellPanic(): void {
    if (this.panicking === this.#panicTold || this.#stopped) return
    this.#panicTold = this.panicking
    this.#ports.onPanic(this.panicking, this.#outside.size, this.#available.length)
  }

  #tell(change: HealthChange): void {
    if (!this.#stopped) this.#ports.onChange(change)
  }
}

class Watch extends Alarm {
  readonly #look: (now: Milliseconds) => void
  constructor(look: (now: Milliseconds) => void) {
    super()
    this.#look = look
  }
  override fire(now: Milliseconds): void {
    this.#look(now)
  }
}

function sameMembers(a: readonly Target[], b: readonly Target[]): boolean {
  return a.length === b.length && a.every((target, i) => target === b[i])
}
