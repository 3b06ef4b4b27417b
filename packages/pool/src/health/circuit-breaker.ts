import type { Clock, Milliseconds, Outcome, Outstanding } from '../ports.js'
import { SlidingSum } from '../sliding-sum.js'

/** The names are those of the pool's options. */
export interface CircuitBreakerOptions {
  /** Failures in a row, within `breakerTimeout`, that open it. Range 1 … 1,000,000. */
  readonly breakerThreshold: number
  /** How far back outcomes count. Range over 0 ms. */
  readonly breakerTimeout: Milliseconds
  /** How long it is open before it lets trial calls through. Range over 0 ms. */
  readonly breakerResetTimeout: Milliseconds
  /** Share of the calls within `breakerTimeout` whose failure opens it as well. Range over 0 … 1. */
  readonly breakerFailureRate: number
  /** Calls within `breakerTimeout` below which their rate says nothing. Range 1 … 1,000,000. */
  readonly breakerMinimumVolume: number
  /** Trial calls at once at most, and successes in a row that close it. Range 1 … 1,000. */
  readonly breakerTrials: number
}

export type BreakerStatus = 'closed' | 'open' | 'half-open'

type State =
  | { readonly is: 'closed'; readonly since: Milliseconds }
  | { readonly is: 'open'; readonly since: Milliseconds }
  /** Invariant: `trials` holds, after the first `hung`, at most `breakerTrials` attempts in the order of their start, and `succeeded` is less than that. */
  | { readonly is: 'half-open'; readonly since: Milliseconds; readonly trials: Outstanding[]; hung: number; succeeded: number }

/**
 *     closed ──── too many failures ───▶ open
 *       ▲                               ▲  │
 *       │                a trial failed │  │ breakerResetTimeout
 *       └── all trials succeeded ── half-open
 */
const NEXT: Readonly<Record<BreakerStatus, BreakerStatus>> = { closed: 'open', open: 'half-open', 'half-open': 'closed' }

/**
 * A circuit breaker: keeps calls from a client that fails, whatever that costs.
 *
 * The problem: a server that is down or drowning answers every call with an error after the longest time that a caller can bear, and
 * the calls are what keeps it from getting well. Nygard's breaker ("Release It!", 2007) fails them at once instead, and tries with a few
 * calls whether it is well again.
 *
 * It opens on failures in a row, which finds a server that is down within some calls, and also on a share of failures
 * once there are enough calls to speak of one, which finds a server that fails every second call and would never fail five in a row. Both count
 * over elapsed time: an idle client has nothing on it, and a breaker that is closed stays so.
 *
 * Attempts that started before the present state say nothing about it: they were made in the bad time that it ended.
 *
 * A trial call that has no end after `breakerResetTimeout` gives its place to another, or one that hangs, with no timeout, would keep the breaker half-open
 * for ever. It still counts when it ends: some tools take that long.
 */
export class CircuitBreaker {
  readonly #clock: Clock
  readonly #options: CircuitBreakerOptions
  readonly #onTransition: (to: BreakerStatus) => void
  readonly #moment = new Moment()
  #state: State
  #calls: SlidingSum
  #failures: SlidingSum
  /** Failures since the last success; undefined when that was the last. */
  #inARow: SlidingSum | undefined

  /** `onTransition` is told after each change of `state`. */
  constructor(clock: Clock, options: CircuitBreakerOptions, onTransition: (to: BreakerStatus) => void = () => {}) {
    this.#clock = clock
    this.#options = options
    this.#onTransition = onTransition
    const now = clock.now()
    this.#moment.time = now
    this.#calls = this.#window()
    this.#failures = this.#window()
    this.#state = { is: 'closed', since: now }
  }

  get state(): BreakerStatus {
    return this.#state.is
  }

  /** Failures in a row, within `breakerTimeout`. */
  get failures(): number {
    if (this.#inARow === undefined) return 0
    this.#moment.time = this.#clock.now()
    return this.#inARow.value
  }

  /** When it opened; undefined while it is not open. */
  get openedAt(): Milliseconds | undefined {
    return this.#state.is === 'open' ? this.#state.since : undefined
  }

  /** When time gives it a place for one more trial call; undefined: time alone changes nothing. */
  get changesAt(): Milliseconds | undefined {
    const state = this.#state
    const from = state.is === 'open' ? state.since : state.is === 'half-open' ? state.trials[state.hung]?.startedAt : undefined
    return from === undefined ? undefined : from + this.#options.breakerResetTimeout
  }

  /** Whether one more attempt may start. An open breaker whose time is over is half-open from then on. */
  admits(now: Milliseconds): boolean {
    if (this.#state.is === 'closed') return true
    this.pass(now)
    return this.hasPlace
  }

  /** The same, as of its last change. */
  get hasPlace(): boolean {
    const state = this.#state
    return state.is === 'closed' || (state.is === 'half-open' && state.trials.length - state.hung + state.succeeded < this.#options.breakerTrials)
  }

  /** Time has passed. */
  pass(now: Milliseconds): void {
    for (let at = this.changesAt; at !== undefined && now >= at; at = this.changesAt) {
      if (this.#state.is === 'half-open') this.#state.hung++
      else this.#transition('open', 'half-open', now)
    }
  }

  started(attempt: Outstanding, now: Milliseconds): void {
    if (this.#state.is === 'closed' || !this.admits(now)) return
    if (this.#state.is === 'half-open') this.#state.trials.push(attempt)
  }

  settled(attempt: Outstanding, outcome: Outcome, now: Milliseconds): void {
    const state = this.#state
    if (state.is === 'closed') {
      if (outcome !== 'ignored' && attempt.startedAt >= state.since) this.#count(outcome === 'failed', now)
      return
    }
    if (state.is === 'open') return
    const at = state.trials.indexOf(attempt)
    if (at < 0) return
    state.trials.splice(at, 1)
    if (at < state.hung) state.hung--
    if (outcome === 'failed') this.#transition('half-open', 'open', now)
    else if (outcome === 'ok' && ++state.succeeded >= this.#options.breakerTrials) this.#transition('half-open', 'closed', now)
  }

  /** A failure that belongs to no attempt. Half-open: a trial has failed. */
  recordFailure(): void {
    const now = this.#clock.now()
    if (this.#state.is === 'closed') this.#count(true, now)
    else this.#transition('half-open', 'open', now)
  }

  /** What a user says counts, whatever calls came to; what they come to from now on counts again. No effect where it is so already. */
  force(to: BreakerStatus): void {
    if (this.#state.is !== to) this.#become(to, this.#clock.now())
  }

  /** Closed, with nothing on it. */
  reset(): void {
    this.#become('closed', this.#clock.now())
  }

  #count(failed: boolean, now: Milliseconds): void {
    const { breakerThreshold, breakerFailureRate, breakerMinimumVolume } = this.#options
    this.#moment.time = now
    this.#calls.add(1)
    if (!failed) {
      this.#inARow = undefined
      return
    }
    this.#failures.add(1)
    this.#inARow ??= this.#window()
    this.#inARow.add(1)
    const calls = this.#calls.value
    const rate = calls >= breakerMinimumVolume && this.#failures.value >= breakerFailureRate * calls
    if (rate || this.#inARow.value >= breakerThreshold) this.#transition('closed', 'open', now)
  }

  /** The one way from state to state. `false`: it is not in `from` any more, or there is no such way. */
  #transition(from: BreakerStatus, to: BreakerStatus, now: Milliseconds): boolean {
    const allowed = NEXT[from] === to || (from === 'half-open' && to === 'open')
    if (this.#state.is !== from || !allowed) return false
    this.#become(to, now)
    return true
  }

  #become(to: BreakerStatus, now: Milliseconds): void {
    const same = this.#state.is === to
    if (to === 'half-open') this.#state = { is: to, since: now, trials: [], hung: 0, succeeded: 0 }
    else this.#state = { is: to, since: now }
    if (to === 'closed') {
      this.#moment.time = now
      this.#calls = this.#window()
      this.#failures = this.#window()
      this.#inARow = undefined
    }
    if (!same) this.#onTransition(to)
  }

  #window(): SlidingSum {
    return new SlidingSum(this.#moment, { window: this.#options.breakerTimeout })
  }
}

/** The time that the caller knows already: asking a clock costs more than all the counting. */
class Moment implements Clock {
  time: Milliseconds = 0
  now(): Milliseconds {
    return this.time
  }
}
