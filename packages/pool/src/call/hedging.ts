import type { CallKind, Milliseconds } from '../ports.js'

/** After how long a second attempt is made: milliseconds, or the quantile of what such calls took of late. */
export type HedgeDelay = Milliseconds | `p${number}`

/** What a call, or the pool, wants of hedging. `true` is the pool's own terms, `false` never. */
export type HedgeWish = boolean | { readonly after?: HedgeDelay | undefined }

/** 95: of twenty calls one is hedged. Dean & Barroso, "The Tail at Scale", CACM 2013. */
const USUAL: HedgeDelay = 'p95'

/** Hedges that may be saved up while all is fast, for the moment in which one of many replicas is not. */
const MOST_SAVED = 100

export interface HedgingOptions {
  /** @default 'p95' */
  readonly after?: HedgeDelay | undefined
  /** Hedges per call, over all calls of the pool. Range over 0 … 1. @default 0.05 */
  readonly maxExtra?: number | undefined
}

/**
 * When to ask a second replica, and how often.
 *
 * The problem: a call is as slow as the one replica that it met at a bad moment. A second attempt elsewhere cuts that tail, but
 * when everything is slow every call is past its time, and hedging doubles the load in the very moment in which it hurts.
 * So hedges come out of a budget: `maxExtra` for each call, saved up to 100. Unlike a window in time that holds for any rate of
 * calls, also for three an hour.
 *
 *     hedges  ≤  maxExtra × calls
 */
export class Hedging {
  readonly #latency: (kind: CallKind, q: number) => Milliseconds | undefined
  readonly #byDefault: boolean
  readonly #after: Delay
  readonly #maxExtra: number
  #saved = 0

  /** `latency`: what the share `q` of such calls did not exceed of late. Without options only calls that ask for it are hedged. */
  constructor(latency: (kind: CallKind, q: number) => Milliseconds | undefined, options: HedgingOptions | undefined) {
    this.#latency = latency
    this.#byDefault = options !== undefined
    this.#after = delayOf(options?.after ?? USUAL)
    this.#maxExtra = options?.maxExtra ?? 0.05
  }

  /** A call is made. */
  deposit(): void {
    this.#saved = Math.min(MOST_SAVED, this.#saved + this.#maxExtra)
  }

  /** Takes one hedge out of the budget. `false`: nothing is left. */
  withdraw(): boolean {
    if (this.#saved < 1) return false
    this.#saved--
    return true
  }

  /** After how long a call is hedged. undefined: not at all, or too little is known yet. */
  after(kind: CallKind, wish: HedgeWish | undefined): Milliseconds | undefined {
    if (wish === undefined ? !this.#byDefault : wish === false) return undefined
    const own = typeof wish === 'object' ? wish.after : undefined
    const { quantile, time } = own === undefined ? this.#after : delayOf(own)
    return quantile === undefined ? time : this.#latency(kind, quantile)
  }
}

/** A `HedgeDelay`, read. */
type Delay = { readonly quantile: undefined; readonly time: Milliseconds } | { readonly quantile: number; readonly time: undefined }

function delayOf(after: HedgeDelay): Delay {
  return typeof after === 'number' ? { quantile: undefined, time: after } : { quantile: Number(after.slice(1)) / 100, time: undefined }
}
