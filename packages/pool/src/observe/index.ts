export { type ClientMetrics, type ClientStatistics, type ObservedClient, type PoolMetrics, type PoolStatistics, statisticsOf } from './statistics.js'
