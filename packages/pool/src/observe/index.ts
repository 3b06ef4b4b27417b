/** What a pool counts, and what people are shown of it. */

export { logTo, type LogOptions, type LoggedPool, type PoolLogger } from './log/log-to.js'
export type { LogFields } from './log/log-line.js'
export { PoolTally, tallyOf } from './pool-tally.js'
export {
  type CallStatistics,
  type ClientMetrics,
  type ClientStatistics,
  type EjectionStatistics,
  type ExtraAttempts,
  type ObservedClient,
  type PoolMetrics,
  type PoolStatistics,
  type Quantiles,
  type QueueStatistics,
  statisticsOf,
} from './statistics.js'
