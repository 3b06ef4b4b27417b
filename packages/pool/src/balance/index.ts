/** Which client serves the next attempt. */

// For the composition root
export { Affinity, type AffinityOptions } from './affinity.js'
export { Balancer, type BalancerOptions } from './balancer.js'
export { CallKinds, type CallKindsOptions } from './call-kinds.js'
export { LatencyBook } from './latency-book.js'
export { ReplicaLoad } from './load.js'
export type { Algorithm } from './policies/policy.js'
export type { ReplicaReport } from './replica-report.js'
export type { ReplicaTally } from './replica-tally.js'

// For benches and the simulator
export { Candidates } from './candidates.js'
export { leastLoad } from './policies/least-load.js'
export type { Policy } from './policies/policy.js'
export { uniformly } from './policies/random.js'
export { RoundRobin } from './policies/round-robin.js'
export { weighted, weightOf } from './policies/weighted.js'
export { rendezvous } from './rendezvous.js'
