import type { Era, Milliseconds, Picker, PickQuery, Random, Requirements, Target } from '../ports.js'
import type { Affinity } from './affinity.js'
import { Candidates, loadOf } from './candidates.js'
import { leastLoad } from './policies/least-load.js'
import type { Policy, PolicyName } from './policies/policy.js'
import { uniformly } from './policies/random.js'
import { RoundRobin } from './policies/round-robin.js'
import { weighted } from './policies/weighted.js'
import { rendezvous } from './rendezvous.js'
import { Snapshot } from './snapshot.js'
import type { ZoneSpill } from './zone-spill.js'

export interface BalancerOptions {
  readonly random: Random
  readonly affinity: Affinity
  /** Asked at every pick: it may change while the pool runs. */
  readonly algorithm: () => PolicyName
  /** How many calls leave their zone; undefined: zones make no difference. */
  readonly spill?: ZoneSpill | undefined
}

/**
 * Who serves the next attempt.
 *
 *     snapshot of the fit ─▶ may serve it ─▶ session ─▶ least tried ─▶ affinity, else zone and policy ─▶ target
 *                            └── remembered by kind ──┘
 *
 * The snapshot is never changed, only replaced: a pick reads plain arrays, and what changes while it runs cannot change under it.
 */
export class Balancer implements Picker {
  readonly #random: Random
  readonly #affinity: Affinity
  readonly #algorithm: () => PolicyName
  readonly #spill: ZoneSpill | undefined
  readonly #roundRobin = new RoundRobin()
  readonly #policies: Readonly<Record<PolicyName, Policy>>
  /** The algorithm that was asked for last, and its policy. */
  #name: PolicyName | undefined
  #chosen: Policy = leastLoad
  #snapshot: Snapshot

  constructor(options: BalancerOptions) {
    this.#random = options.random
    this.#affinity = options.affinity
    this.#algorithm = options.algorithm
    this.#spill = options.spill
    this.#policies = {
      adaptive: leastLoad,
      'least-load': leastLoad,
      'round-robin': (candidates) => this.#roundRobin.next(candidates),
      weighted,
      random: uniformly,
    }
    this.#snapshot = new Snapshot([], this.#random)
  }

  /** These are fit now. */
  update(targets: readonly Target[]): void {
    this.#snapshot = new Snapshot([...targets], this.#random)
  }

  /** One of them serves other things than before. */
  servesChanged(): void {
    this.#snapshot = new Snapshot(this.#snapshot.targets, this.#random)
  }

  /**
   * `takes`: who of those that may serve it takes it at the moment. `prefers`: who of those that come first of these goes before the others.
   * @default all
   */
  pick(query: PickQuery, now: Milliseconds, takes?: (target: Target) => boolean, prefers?: (target: Target) => boolean): Target | undefined {
    const { session, tried, only, affinity } = query
    let candidates = this.#snapshot.for(query.kind, query.onlyEra)
    if (session?.client !== undefined) candidates = this.#forSession(session.client, query.onlyEra, candidates)
    if (takes !== undefined) candidates = candidates.filter(takes)
    if (only !== undefined) return candidates.includes(only) ? only : undefined
    if (tried.length > 0) candidates = leastTried(candidates, tried)
    if (prefers !== undefined) candidates = preferred(candidates, prefers)
    if (candidates.size === 0) return undefined
    if (affinity !== undefined) return this.#byAffinity(affinity, candidates, now)
    if (this.#spill !== undefined) return this.#inZone(this.#spill, candidates, now, query.requirements)
    return candidates.targets[this.#policy()(candidates, now, this.#random, query.requirements)]
  }

  /** The policy alone, among any targets. */
  choose<T extends Target>(targets: readonly T[], requirements: Requirements | undefined, now: Milliseconds): T | undefined {
    if (targets.length === 0) return undefined
    const candidates = Candidates.of(targets, now)
    if (this.#algorithm() === 'round-robin') return targets[this.#roundRobin.next(candidates, targets.length)]
    return targets[this.#policy()(candidates, now, this.#random, requirements)]
  }

  /** The policy among those of the own zone, and among the others where that comes out much better or it is their turn. */
  #inZone(spill: ZoneSpill, candidates: Candidates, now: Milliseconds, requirements: Requirements | undefined): Target {
    const policy = this.#policy()
    const { near, far } = candidates
    if (near.size === 0 || far.size === 0 || spill.next()) return candidates.targets[policy(candidates, now, this.#random, requirements)]!
    const here = policy(near, now, this.#random, requirements)
    const load = near.loads[here]!
    const cost = load.cost(now)
    const allowance = spill.allowance(load.outstanding, now)
    if (cost <= allowance) return near.targets[here]!
    const there = policy(far, now, this.#random, requirements)
    return cost <= far.loads[there]!.cost(now) + allowance ? near.targets[here]! : far.targets[there]!
  }

  /** Where the session is open, and all that need none. One whose client is not fit is opened again wherever the attempt goes. */
  #forSession(client: string, onlyEra: Era | undefined, candidates: Candidates): Candidates {
    const home = this.#snapshot.byId(client)
    return home === undefined || onlyEra === 'modern' ? candidates : this.#snapshot.pinnedTo(home, candidates)
  }

  #policy(): Policy {
    const name = this.#algorithm()
    if (name !== this.#name) {
      this.#name = name
      this.#chosen = this.#policies[name]
    }
    return this.#chosen
  }

  /** The client that the key is bound to; without one, or when that is not fit any more, the first in the key's ranking, and bound to it. */
  #byAffinity(key: string, candidates: Candidates, now: Milliseconds): Target | undefined {
    const client = this.#affinity.use(key, now)
    const bound = client === undefined ? undefined : this.#snapshot.byId(client)
    const own = bound !== undefined && candidates.includes(bound) ? bound : ranked(key, candidates)
    // Calls of one key would else all fail there until the replica is ejected, and be repeated at the cost of everyone's retries.
    if (own !== undefined && loadOf(own).isFailing(now)) {
      const well = candidates.filter((target) => !loadOf(target).isFailing(now))
      if (well.size > 0) return ranked(key, well)
    }
    // Where the bound client is fit and only cannot serve this request, or failed it a moment ago, the key stays with it.
    if (bound === undefined && own !== undefined) this.#affinity.set(key, own.id, now)
    return own
  }
}

/** The first in the key's ranking. */
function ranked(key: string, { targets, hashes }: Candidates): Target | undefined {
  return targets[rendezvous(key, targets, hashes)]
}

/** Those not tried yet; when nobody else is left, those tried least: one that hangs is not waited for twice while others were asked once. */
function leastTried(candidates: Candidates, tried: readonly Target[]): Candidates {
  const rest = candidates.without(tried)
  if (rest.size > 0 || candidates.size === 0) return rest
  const times = (target: Target): number => tried.reduce((count, each) => count + (each === target ? 1 : 0), 0)
  const least = Math.min(...candidates.targets.map(times))
  return candidates.filter((target) => times(target) === least)
}

function preferred(candidates: Candidates, prefers: (target: Target) => boolean): Candidates {
  const first = candidates.filter(prefers)
  return first.size > 0 ? first : candidates
}
