import type { Milliseconds } from '../ports.js'

/** What was said of a replica's load, by itself or by the user. */
export interface ReplicaReport {
  /** Requests of others, which this pool cannot see. */
  readonly activeRequests: number
  /** Instead of what was measured; undefined: as measured. */
  readonly averageLatency: Milliseconds | undefined
  /** Percent. */
  readonly cpuUsage: number
  /** Percent. */
  readonly memoryUsage: number
}

export const NO_REPORT: ReplicaReport = { activeRequests: 0, averageLatency: undefined, cpuUsage: 0, memoryUsage: 0 }

/** Reports come from servers and users: what is no number counts as 0, or one NaN would end all comparing. */
export function soundReport(report: ReplicaReport): ReplicaReport {
  const { averageLatency } = report
  return {
    activeRequests: within(report.activeRequests, Number.MAX_SAFE_INTEGER),
    averageLatency: averageLatency === undefined ? undefined : within(averageLatency, Number.MAX_SAFE_INTEGER),
    cpuUsage: within(report.cpuUsage, 100),
    memoryUsage: within(report.memoryUsage, 100),
  }
}

/**
 * CPU and memory in requests, in the proportions `active × 100 + cpu + memory / 10`: at most 1.1.
 * They come seldom and late, and must never outweigh what is outstanding now.
 */
export function utilisation(report: ReplicaReport): number {
  return report.cpuUsage / 100 + report.memoryUsage / 1_000
}

function within(value: number, most: number): number {
  return value > 0 ? Math.min(value, most) : 0
}
