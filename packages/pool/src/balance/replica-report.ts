import type { Milliseconds } from '../ports.js'

/** What was said of a replica's load, by itself or by the user. */
export interface ReplicaReport {
  /** Requests of others, which this pool cannot see. */
  readonly activeRequests: number
  /** Instead of what was measured; undefined: as measured. */
  readonly averageLatency: Milliseconds | undefined
  /** Percent. Of the machine, where `applicationUsage` is said too. */
  readonly cpuUsage: number
  /** The part of `cpuUsage` that is the server's own: the rest is its neighbours'. Percent; undefined: nobody knows whose it is. */
  readonly applicationUsage?: number | undefined
  /** Percent. */
  readonly memoryUsage: number
}

export const NO_REPORT: ReplicaReport = { activeRequests: 0, averageLatency: undefined, cpuUsage: 0, memoryUsage: 0 }

/** Reports come from servers and users: what is no number counts as 0, or one NaN would end all comparing. */
export function soundReport(report: ReplicaReport): ReplicaReport {
  const { averageLatency, applicationUsage } = report
  return {
    activeRequests: within(report.activeRequests, Number.MAX_SAFE_INTEGER),
    averageLatency: averageLatency === undefined ? undefined : within(averageLatency, Number.MAX_SAFE_INTEGER),
    cpuUsage: within(report.cpuUsage, 100),
    applicationUsage: applicationUsage !== undefined && applicationUsage >= 0 ? Math.min(applicationUsage, 100) : undefined,
    memoryUsage: within(report.memoryUsage, 100),
  }
}

/**
 * What it weighs, in requests, that neighbours have all of a replica's CPU. With more, a fleet of which half has neighbours sends too much to the other
 * half: with 2.5 one run in eight was worse by a twentieth, and with 4 by a tenth (simulated).
 */
const NEIGHBOURS_WEIGHT = 1.5

/**
 * CPU and memory in requests, in the proportions `active × 100 + cpu + memory / 10`, and what neighbours take of the CPU: at most 2.6.
 * They come seldom and late, and must never outweigh what is outstanding now.
 *
 * Of CPU that others have, no more is known than that a replica was slow when it spoke: neighbours come and go. It weighs 1/e after `memory`; else one that
 * was given nothing since would never be heard of again.
 */
export function utilisation({ cpuUsage, applicationUsage, memoryUsage }: ReplicaReport, age: Milliseconds, memory: Milliseconds): number {
  const used = cpuUsage / 100 + memoryUsage / 1_000
  if (applicationUsage === undefined || cpuUsage <= applicationUsage) return used
  return used + NEIGHBOURS_WEIGHT * ((cpuUsage - applicationUsage) / 100) * Math.exp(-age / memory)
}

function within(value: number, most: number): number {
  return value > 0 ? Math.min(value, most) : 0
}
