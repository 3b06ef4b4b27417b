import type { CallEnd, CallObserver } from '../call/index.js'
import type { AttemptFailure, CallKind, Milliseconds, Outcome, Priority, Target } from '../ports.js'
import { Durations } from './durations.js'
import { EndpointTally } from './endpoint-tally.js'
import { KindTally } from './kind-tally.js'
import { type Quantiles, quantilesOf } from './statistics.js'

/** Endpoints that are remembered. Where they come and go, the oldest is forgotten, and counts from 0 should it be back. */
const MOST_ENDPOINTS = 10_000

/**
 * What happened in a pool since it was made, for statistics and collectors.
 *
 * Every call passes here, whoever looks. So it only counts: two lookups by identity or interned name, and a few additions. What labels,
 * text and JSON cost is paid by whoever asks for them, once every so many seconds and not once a call.
 */
export class PoolTally implements CallObserver {
  /** Bounded by the interner of kinds. */
  readonly kinds: Map<CallKind, KindTally> = new Map()
  /** By label. */
  readonly endpoints: Map<string, EndpointTally> = new Map()
  /** How long calls waited in the queue. */
  readonly waits: Readonly<Record<Priority, Durations>> = { high: new Durations(), normal: new Durations(), low: new Durations() }
  /** How long health checks took, whatever came of them. */
  readonly healthChecks: Durations = new Durations()
  failedHealthChecks = 0

  /** Of the queue. */
  get waitQuantiles(): Readonly<Record<Priority, Quantiles>> {
    const { high, normal, low } = this.waits
    return { high: quantilesOf(high), normal: quantilesOf(normal), low: quantilesOf(low) }
  }

  callEnded(kind: CallKind, end: CallEnd, elapsed: Milliseconds): void {
    let tally = this.kinds.get(kind)
    if (tally === undefined) {
      tally = new KindTally(kind)
      this.kinds.set(kind, tally)
    }
    tally.ended(end, elapsed)
  }

  attemptEnded({ endpointLabel }: Target, outcome: Outcome, failure: AttemptFailure | undefined, elapsed: Milliseconds): void {
    const tally = this.endpoints.get(endpointLabel) ?? this.#newEndpoint(endpointLabel)
    tally.ended(outcome, failure, elapsed)
  }

  waited(priority: Priority, time: Milliseconds): void {
    this.waits[priority].add(time)
  }

  /** A health check ended. */
  probed(ok: boolean, elapsed: Milliseconds): void {
    this.healthChecks.add(elapsed)
    if (!ok) this.failedHealthChecks++
  }

  #newEndpoint(label: string): EndpointTally {
    const [oldest] = this.endpoints.keys()
    if (oldest !== undefined && this.endpoints.size >= MOST_ENDPOINTS) this.endpoints.delete(oldest)
    const tally = new EndpointTally()
    this.endpoints.set(label, tally)
    return tally
  }
}
