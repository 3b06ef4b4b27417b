import type { Milliseconds, Random } from '../../ports.js'
import type { Replica } from './replica.js'

/** What one worker's policy sees of the world. */
export interface ReferenceView {
  /** Those that may be sent to now; at least one when it is asked. It changes in place. */
  readonly available: readonly Replica[]
  /** Replicas of the fleet: their `index` is below. */
  readonly size: number
  readonly random: Random
  readonly worker: number
}

/** A published policy, to be compared with. It chooses, and hears of what it chose. */
export interface ReferencePolicy {
  pick(now: Milliseconds): Replica
  started?(replica: Replica, call: number): void
  settled?(replica: Replica, ok: boolean, latency: Milliseconds, now: Milliseconds, call: number): void
}

export type ReferencePolicyFactory = (view: ReferenceView) => ReferencePolicy

/** The one with the least of `cost`; ties fall at random. */
export function leastOf(replicas: readonly Replica[], random: Random, cost: (replica: Replica) => number): Replica {
  let best = replicas[0]!
  let least = Number.POSITIVE_INFINITY
  let ties = 1
  for (const replica of replicas) {
    const each = cost(replica)
    if (each < least) {
      best = replica
      least = each
      ties = 1
    } else if (each === least && random() * ++ties < 1) best = replica
  }
  return best
}

/** Two different ones at random, where there are two. */
export function twoOf(replicas: readonly Replica[], random: Random): [Replica, Replica] {
  const first = Math.floor(random() * replicas.length)
  if (replicas.length === 1) return [replicas[0]!, replicas[0]!]
  const other = Math.floor(random() * (replicas.length - 1))
  return [replicas[first]!, replicas[other < first ? other : other + 1]!]
}
