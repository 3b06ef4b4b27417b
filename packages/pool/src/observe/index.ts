export {
  type ClientMetrics,
  type ClientStatistics,
  type EjectionStatistics,
  type ExtraAttempts,
  type Observed,
  type ObservedClient,
  type PoolMetrics,
  type PoolStatistics,
  type QueueStatistics,
  statisticsOf,
} from './statistics.js'
