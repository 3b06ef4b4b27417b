import type { Registry } from 'prom-client'
import type { Milliseconds } from '../ports.js'

/** Metrics that the pool collects by itself: `pool.metricsCollector`. */
export interface MetricsOptions {
  /** @default true */
  readonly enabled?: boolean | undefined
  /** Time between two pushes. Range 1 … 2,147,483,647 ms. @default 10_000 */
  readonly interval?: Milliseconds | undefined
  /** A Pushgateway to push to, for what lives too short to be scraped: its base URL, without user, password and query. @default none, it is scraped */
  readonly endpoint?: string | undefined
}

/** What a `MetricsCollector` may be told. */
export interface CollectorOptions {
  /** A registry of `prom-client` to put the metrics into, beside others. It can hold those of one pool. @default one of its own */
  readonly registry?: Registry | undefined
  /** Tools with labels of their own: those that were called first. All others share the label `other`. Range 0 … 1,000. @default 100 */
  readonly maxTools?: number | undefined
  /** Endpoints that are shown one by one. Range 0 … 10,000. @default 100 */
  readonly maxEndpoints?: number | undefined
}
