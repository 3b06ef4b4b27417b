import type { LoadBalancingAlgorithm } from '../../config/index.js'
import { CentralQueue } from './central-queue.js'
import { epsilonGreedy, leastOutstanding, peakEwma, roundRobin, twoChoices, uniformly, unlikeUnits } from './classic-policies.js'
import type { Dispatcher, World } from './dispatcher.js'
import { shortestExpectedDelay } from './ideal-policies.js'
import { PoolDispatcher } from './pool-dispatcher.js'
import { prequal } from './prequal.js'
import { ReferenceDispatcher } from './reference-dispatcher.js'
import type { ReferencePolicyFactory } from './reference-policy.js'

/** What a balancer can be compared with. None of these runs in a pool. */
const REFERENCES: Readonly<Record<string, ReferencePolicyFactory>> = {
  'two-choices': twoChoices,
  'least-outstanding': leastOutstanding,
  'peak-ewma': peakEwma,
  prequal,
  'classic-round-robin': roundRobin,
  'classic-random': uniformly,
  'unlike-units': unlikeUnits,
  'epsilon-greedy': epsilonGreedy,
  'shortest-expected-delay': shortestExpectedDelay,
}

const ALGORITHMS: readonly LoadBalancingAlgorithm[] = ['least-load', 'adaptive', 'round-robin', 'weighted', 'random']

/**
 * Names of what can decide in a simulation: `pool` is the production code with the scenario's options, the pool's own algorithms are the same with
 * another `loadBalancingAlgorithm`; the others are references, which place each call once.
 */
export const POLICIES: readonly string[] = ['pool', 'zone-blind', ...ALGORITHMS, 'central-queue', ...Object.keys(REFERENCES)]

/** Published policies without knowledge that nobody has: the best of them is what is to be beaten. */
export const CLASSICS: readonly string[] = ['classic-round-robin', 'classic-random', 'two-choices', 'least-outstanding', 'peak-ewma', 'prequal']

export function dispatcherFor(policy: string, world: World): Dispatcher {
  if (policy === 'central-queue') return new CentralQueue(world)
  if (policy === 'pool') return new PoolDispatcher(world)
  if (policy === 'zone-blind') return new PoolDispatcher(world, {}, false)
  const algorithm = ALGORITHMS.find((each) => each === policy)
  if (algorithm !== undefined) return new PoolDispatcher(world, { loadBalancingAlgorithm: algorithm })
  const reference = REFERENCES[policy]
  if (reference === undefined) throw new RangeError(`policy must be ${POLICIES.join(', ')}, got ${policy}`)
  return new ReferenceDispatcher(world, reference)
}
