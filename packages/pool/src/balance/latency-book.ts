import type { CallKind, Milliseconds } from '../ports.js'
import { KindHistory, PRIOR, MOMENT } from './kind-history.js'
import { ZoneSpill } from './zone-spill.js'

/** Memory at a learning rate of 1. With the default of 0.1 it is ten times as long, 20 s: longer is better where nothing changes, and shorter where all does. */
const SHORTEST_MEMORY: Milliseconds = 2_000

export interface LatencyBookOptions {
  /**
   * How fast experience with latencies gives way to newer: a sample weighs 1/e of a new one after 2 s / `learningRate`, and a replica that
   * was slow and was not heard of since is as good as any other by then. Raise it where replicas turn slow and fast again within seconds;
   * lower it where they differ for good. 0: nothing is learned from latencies, only outstanding requests and failures count.
   * Range 0 … 1. @default 0.1
   */
  readonly learningRate?: number
  /** Where the pool stands; undefined: zones make no difference. */
  readonly zone?: string | undefined
}

/**
 * What is typical of each kind of request, over all replicas of a pool; one book is shared by their loads.
 *
 * A replica's latency means nothing by itself: it may have been asked for a report while another was pinged. It is
 * compared with what the same kind of request took elsewhere, and in logarithms, so that twice as slow is the same
 * distance for a tool of 2 ms and one of 2 minutes, and one outlier does not make a mean.
 */
export class LatencyBook {
  /** A sample weighs 1/e of a new one after this time. */
  readonly memory: Milliseconds
  /** Whether latencies make a difference between replicas. */
  readonly learns: boolean
  /** Bounded by the interner of kinds. */
  readonly #kinds = new Map<CallKind, KindHistory>()
  readonly zone: string | undefined
  /** How many calls leave the zone, where zones make a difference. */
  readonly spill: ZoneSpill | undefined
  /** Attempts of all replicas that have not ended. */
  outstanding = 0
  #samples = 0
  #at: Milliseconds = 0

  constructor({ learningRate = 0.1, zone }: LatencyBookOptions = {}) {
    if (!(learningRate >= 0 && learningRate <= 1)) throw new RangeError(`learningRate must be 0 … 1, got ${learningRate}`)
    this.learns = learningRate > 0
    // Failures are compared with what is usual of late, whatever is learned from latencies.
    this.memory = SHORTEST_MEMORY / (this.learns ? learningRate : 0.1)
    this.zone = zone
    this.spill = zone === undefined ? undefined : new ZoneSpill(this.memory)
  }

  of(kind: CallKind): KindHistory {
    let history = this.#kinds.get(kind)
    if (history === undefined) {
      history = new KindHistory(this.memory)
      this.#kinds.set(kind, history)
    }
    return history
  }

  /** A replica learned from one more attempt. */
  sampled(now: Milliseconds): void {
    if (now >= this.#at + MOMENT) {
      this.#samples = this.#samplesAt(now)
      this.#at = now
    }
    this.#samples++
  }

  /** The part of all attempts of late that made up `samples` of one replica, 0 … 1, and towards 0 when there are few. */
  shareOf(samples: number, now: Milliseconds): number {
    return samples / (this.#samplesAt(now) + PRIOR)
  }

  #samplesAt(now: Milliseconds): number {
    return this.#samples * Math.exp(Math.min(0, this.#at - now) / this.memory)
  }
}
