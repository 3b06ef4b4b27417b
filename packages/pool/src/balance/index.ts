/** Which client serves the next attempt. */

export { Affinity, type AffinityOptions } from './affinity.js'
export { Balancer, type BalancerOptions } from './balancer.js'
export { CallKinds, type CallKindsOptions } from './call-kinds.js'
export { LatencyBook } from './latency-book.js'
export { ReplicaLoad } from './load.js'
export type { Algorithm } from './policies/policy.js'
export type { ReplicaReport } from './replica-report.js'
export type { ReplicaTally } from './replica-tally.js'
