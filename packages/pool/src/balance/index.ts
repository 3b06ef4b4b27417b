/** Which client serves the next attempt. */

export { Affinity } from './affinity.js'
export { Balancer } from './balancer.js'
export { CallKinds } from './call-kinds.js'
export { LatencyBook } from './latency-book.js'
export { LatencyHistogram } from './latency-histogram.js'
export { ReplicaLoad } from './load.js'
export type { PolicyName } from './policies/policy.js'
