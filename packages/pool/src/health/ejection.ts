import type { Milliseconds, Outcome, Outstanding, Random } from '../ports.js'
import type { EjectionReason } from './evidence/suspicion.js'

/** The names are those of the pool's options. */
export interface EjectionTimes {
  /** How long a client is out the first time. Range over 0 ms. */
  readonly baseEjectionTime: Milliseconds
  /** How long it is out at most. */
  readonly maxEjectionTime: Milliseconds
}

type State =
  | { readonly is: 'in' }
  | { readonly is: 'out'; readonly reason: EjectionReason; readonly until: Milliseconds }
  /** Invariant: `succeeded` is less than `TRIALS`. */
  | { readonly is: 'trial'; readonly reason: EjectionReason; attempt: Outstanding | undefined; succeeded: number }

type StateName = State['is']

/** Calls in a row that have to succeed. By chance a client that fails every second one passes once in eight times, and is out for longer each time. */
const TRIALS = 3

/** Part of the time out that is left to chance: who went out together does not come back together. */
const JITTER = 0.2

/**
 * One doubling is forgotten in so many base times of being in. A client that fails once every now and then, further apart than that,
 * goes out for the base time; one that fails more often is out for longer than it is in.
 */
const FORGETTING = 10

/**
 *     in ─── evidence ──▶ out ─── its time ──▶ trial ─── calls succeed ──▶ in
 *                          ▲                    │
 *                          └──── one fails ─────┘
 *
 *     out, trial ──▶ in: it left those that are available, or too few of them are left
 */
const NEXT: Readonly<Record<StateName, readonly StateName[]>> = { in: ['out'], out: ['trial', 'in'], trial: ['out', 'in'] }

/**
 * Whether one client is out for what its calls came to, and for how long. It tells nobody and sets no alarm: that is for the
 * machine of all clients, which alone knows how many may be out.
 *
 *     time out = base × 2^(times − 1), at most max, less up to a fifth by chance
 */
export class Ejection {
  readonly #times: EjectionTimes
  readonly #random: Random
  #state: State = { is: 'in' }
  /** How often it went out, as far as that is remembered. */
  #level = 0
  /** Since when it is forgotten. */
  #wellSince: Milliseconds = 0

  constructor(times: EjectionTimes, random: Random) {
    this.#times = times
    this.#random = random
  }

  get state(): StateName {
    return this.#state.is
  }

  /** When its trial begins; undefined while it is not out. */
  get until(): Milliseconds | undefined {
    return this.#state.is === 'out' ? this.#state.until : undefined
  }

  /** Why it is, or was until its trial, out. */
  get reason(): EjectionReason | undefined {
    return this.#state.is === 'in' ? undefined : this.#state.reason
  }

  /** The trial call that is under way. */
  get trial(): Outstanding | undefined {
    return this.#state.is === 'trial' ? this.#state.attempt : undefined
  }

  /** It may be given a call. */
  get admits(): boolean {
    return this.#state.is === 'in' || (this.#state.is === 'trial' && this.#state.attempt === undefined)
  }

  /** It goes out; returns for how long. undefined: it is out already. */
  eject(reason: EjectionReason, now: Milliseconds): Milliseconds | undefined {
    if (this.#state.is === 'out') return undefined
    const { baseEjectionTime, maxEjectionTime } = this.#times
    if (this.#state.is === 'in') this.#level = Math.max(0, this.#level - (now - this.#wellSince) / (FORGETTING * baseEjectionTime))
    this.#level++
    const length = Math.min(maxEjectionTime, baseEjectionTime * 2 ** (this.#level - 1))
    // More would not make it longer, and would have to be forgotten.
    this.#level = Math.min(this.#level, 1 + Math.log2(maxEjectionTime / baseEjectionTime))
    const duration = length * (1 - JITTER * this.#random())
    this.#transition(this.#state.is, { is: 'out', reason, until: now + duration })
    return duration
  }

  /** Out, and from now on given one call at a time. */
  try(): boolean {
    return this.#state.is === 'out' && this.#transition('out', { is: 'trial', reason: this.#state.reason, attempt: undefined, succeeded: 0 })
  }

  /** Out as unresponsive, it has answered: it may be tried at once, and that it was out is not held against it. `false`: it is not out for that. */
  vindicate(): boolean {
    if (this.#state.is !== 'out' || this.#state.reason !== 'unresponsive') return false
    this.#level = Math.max(0, this.#level - 1)
    return this.try()
  }

  /** In again, in full. */
  restore(now: Milliseconds): boolean {
    if (!this.#transition('out', { is: 'in' }) && !this.#transition('trial', { is: 'in' })) return false
    this.#wellSince = now
    return true
  }

  /** `true`: this attempt is the trial call. */
  started(attempt: Outstanding): boolean {
    if (this.#state.is !== 'trial' || this.#state.attempt !== undefined) return false
    this.#state.attempt = attempt
    return true
  }

  /** What the trial call came to. `ignored` proves nothing, and gives its place back. undefined: that attempt is not it. */
  settled(attempt: Outstanding, outcome: Outcome): 'passed' | 'failed' | 'open' | undefined {
    const state = this.#state
    if (state.is !== 'trial' || state.attempt !== attempt) return undefined
    state.attempt = undefined
    if (outcome === 'failed') return 'failed'
    if (outcome === 'ok' && state.succeeded + 1 >= TRIALS) return 'passed'
    if (outcome === 'ok') state.succeeded++
    return 'open'
  }

  /** The one way from state to state. `false`: it is not in `from`, or there is no such way. */
  #transition(from: StateName, to: State): boolean {
    if (this.#state.is !== from || !NEXT[from].includes(to.is)) return false
    this.#state = to
    return true
  }
}
