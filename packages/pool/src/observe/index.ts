export {
  type ClientMetrics,
  type ClientStatistics,
  type EjectionStatistics,
  type ExtraAttempts,
  type ObservedClient,
  type PoolMetrics,
  type PoolStatistics,
  type QueueStatistics,
  statisticsOf,
} from './statistics.js'
