import type { Milliseconds } from '../../ports.js'
import type { Tally } from './tally.js'

/** What happened in each of equal parts of a run, by the time at which calls arrived. */
export interface TimelinePoint {
  readonly at: Milliseconds
  readonly calls: number
  readonly p50: Milliseconds
  readonly p99: Milliseconds
  readonly queueing: Milliseconds
  readonly failed: number
}

export function timelineOf(tally: Tally, points: number): TimelinePoint[] {
  const { workload, latency, waited } = tally
  const end = (workload.at.at(-1) ?? 0) + 1
  const parts = Array.from({ length: points }, (): number[] => [])
  for (let call = 0; call < workload.size; call++) parts[Math.floor((workload.at[call]! / end) * points)]!.push(call)
  return parts.map((calls, index) => {
    const latencies = Float64Array.from(calls, (call) => latency[call]!).sort()
    const answered = calls.filter((call) => tally.isAnswered(call))
    return {
      at: ((index + 0.5) * end) / points,
      calls: calls.length,
      p50: latencies[Math.floor(0.5 * calls.length)] ?? 0,
      p99: latencies[Math.floor(0.99 * calls.length)] ?? 0,
      queueing: answered.reduce((sum, call) => sum + waited[call]!, 0) / Math.max(1, answered.length),
      failed: calls.length - answered.length,
    }
  })
}
