import type { Milliseconds, Random, Requirements } from '../../ports.js'
import type { Candidates } from '../candidates.js'

/** The names of `loadBalancingAlgorithm` that stand for a policy of their own. */
export type Algorithm = 'least-load' | 'round-robin' | 'weighted' | 'random'

/** `adaptive` is another name of `least-load`: that has learned all that helped, and nothing simpler was better anywhere. */
export type PolicyName = Algorithm | 'adaptive'

/** Chooses one of `candidates`, of whom there is at least one, and returns its index. */
export type Policy = (candidates: Candidates, now: Milliseconds, random: Random, requirements?: Requirements) => number

/** Up to so many a policy looks at all of them; of more it looks at a few, so that a pick takes no longer in a large fleet. */
export const FEW = 16
