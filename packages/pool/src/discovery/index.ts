// For the pool; what users have of this room is in public.ts
export { Discovery } from './discovery.js'
export { resolverOf } from './create-resolver.js'
export { Subset, subsetOf } from './subset.js'
export { thisWorker } from './this-worker.js'
export type { DiscoveryStatistics } from './statistics.js'
