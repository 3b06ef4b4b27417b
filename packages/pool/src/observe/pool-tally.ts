import type { CallEnd, CallObserver } from '../call/index.js'
import type { AttemptFailure, CallKind, Milliseconds, Outcome, Priority, Target } from '../ports.js'
import { Durations } from './durations.js'
import { AttemptTally, EndpointTally } from './attempt-tally.js'
import { DurationBuckets } from './duration-buckets.js'
import { KindTally, nameOf } from './kind-tally.js'
import { type Quantiles, quantilesOf } from './statistics.js'

/** Endpoints that are remembered. Where they come and go, the oldest is forgotten, and counts from 0 should it be back. */
const MOST_ENDPOINTS = 10_000

/** Names that nobody serves have no tally of their own: models, and strangers behind a gateway, invent them. */
const UNSERVED_TOOLS: CallKind = { method: 'tools/call', tool: undefined, key: 'tools/call' }
const UNSERVED_METHODS: CallKind = { method: '*', tool: undefined, key: '*' }

function sharedBy({ method }: CallKind): CallKind {
  return method === 'tools/call' ? UNSERVED_TOOLS : UNSERVED_METHODS
}

/**
 * What happened in a pool since it was made, for statistics and collectors.
 *
 * Every call passes here, whoever looks. So it only counts: two lookups by identity or interned name, and a few additions. What labels,
 * text and JSON cost is paid by whoever asks for them, once every so many seconds and not once a call.
 */
export class PoolTally implements CallObserver {
  /** Bounded by the interner of kinds. */
  readonly kinds: Map<CallKind, KindTally> = new Map()
  readonly attempts: AttemptTally = new AttemptTally()
  /** By label. */
  readonly endpoints: Map<string, EndpointTally> = new Map()
  /** How long calls waited in the queue. */
  readonly waits: Readonly<Record<Priority, Durations>> = { high: new Durations(), normal: new Durations(), low: new Durations() }
  /** How long health checks took, whatever came of them. */
  readonly healthChecks: DurationBuckets = new DurationBuckets()
  failedHealthChecks = 0

  /** Of the queue. */
  get waitQuantiles(): Readonly<Record<Priority, Quantiles>> {
    const { high, normal, low } = this.waits
    return { high: quantilesOf(high), normal: quantilesOf(normal), low: quantilesOf(low) }
  }

  callEnded(kind: CallKind, end: CallEnd, elapsed: Milliseconds): void {
    const tally = this.kinds.get(kind) ?? this.#kind(end === 'NO_HEALTHY_CLIENTS' || nameOf(kind) === '*' ? sharedBy(kind) : kind)
    tally.ended(end, elapsed)
  }

  attemptEnded({ endpointLabel }: Target, outcome: Outcome, failure: AttemptFailure | undefined, elapsed: Milliseconds): void {
    const tally = this.endpoints.get(endpointLabel) ?? this.#newEndpoint(endpointLabel)
    tally.ended(outcome, failure)
    tally.took(outcome, elapsed)
    this.attempts.ended(outcome, failure)
  }

  waited(priority: Priority, time: Milliseconds): void {
    this.waits[priority].add(time)
  }

  /** A health check ended. */
  probed(ok: boolean, elapsed: Milliseconds): void {
    this.healthChecks.add(elapsed)
    if (!ok) this.failedHealthChecks++
  }

  #kind(kind: CallKind): KindTally {
    let tally = this.kinds.get(kind)
    if (tally === undefined) {
      tally = new KindTally(kind)
      this.kinds.set(kind, tally)
    }
    return tally
  }

  #newEndpoint(label: string): EndpointTally {
    const [oldest] = this.endpoints.keys()
    if (oldest !== undefined && this.endpoints.size >= MOST_ENDPOINTS) this.endpoints.delete(oldest)
    const tally = new EndpointTally()
    this.endpoints.set(label, tally)
    return tally
  }
}

const tallies = new WeakMap<object, PoolTally>()

/** The tally of a pool: known to it and to its collectors, and no part of what users see. */
export function tallyOf(pool: object): PoolTally {
  let tally = tallies.get(pool)
  if (tally === undefined) {
    tally = new PoolTally()
    tallies.set(pool, tally)
  }
  return tally
}
