/** `mcp-client-pool/metrics`: a pool, as Prometheus sees it. */

export { type MeasuredPool, MetricsCollector } from './collector.js'
export type { CollectorOptions } from '../../config/index.js'
export type { ObservedRequest, ObservedResponse } from './handler.js'

// Shapes that the above are made of
export type { DiscoveryStatistics } from '../../discovery/index.js'
export type { BreakerStatus, HealthStatus } from '../../health/index.js'
export type { Era, Milliseconds, Priority } from '../../ports.js'
export type {
  CallStatistics,
  ClientMetrics,
  ClientStatistics,
  EjectionStatistics,
  ExtraAttempts,
  PoolMetrics,
  PoolStatistics,
  Quantiles,
  QueueStatistics,
} from '../statistics.js'
