export { type ClientMetrics, type ClientStatistics, type Observed, type ObservedClient, type PoolMetrics, type PoolStatistics, statisticsOf } from './statistics.js'
