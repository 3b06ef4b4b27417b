import type { Milliseconds } from '../../ports.js'
import type { Scenario } from './scenario.js'
import type { Tally } from './tally.js'
import { zoneOf } from './zones.js'

/** What people read of one run. Latencies are of all calls, failed ones too: a call that fails late has taken its caller's time. */
export interface Summary {
  readonly calls: number
  readonly mean: Milliseconds
  readonly p50: Milliseconds
  readonly p99: Milliseconds
  readonly p999: Milliseconds
  /** From arrival until the attempt that was answered began to be worked on: what a balancer is to blame for. */
  readonly queueing: Milliseconds
  /** Mean of latency over the work of a replica at full speed: a short call that waits weighs more than a long one. */
  readonly slowdown: number
  /** Percent. */
  readonly failed: number
  /** Percent of all calls that were answered, and within what the scenario allows. */
  readonly success: number
  /** Percent of the answers that came from the caller's own zone; undefined: nobody stands anywhere. */
  readonly inZone: number | undefined
  readonly executions: number
  readonly retries: number
  readonly hedges: number
  /** Unsafe calls that ran more than once. There must be none. */
  readonly unsafeRepeats: number
  readonly codes: Readonly<Record<string, number>>
}

/** Of the calls that `counts` is true of. @default all */
export function summarize(tally: Tally, scenario: Scenario, counts: (call: number) => boolean = () => true): Summary {
  const { workload, latency, waited, executions } = tally
  const latencies = new Float64Array(workload.size)
  let calls = 0
  let sum = 0
  let answered = 0
  let inTime = 0
  let waitedSum = 0
  let slowdown = 0
  let inZone = 0
  const zones = scenario.replicas.flatMap(({ count, zone }) => Array.from({ length: count }, () => zone))
  let executed = 0
  let unsafeRepeats = 0
  for (let call = 0; call < workload.size; call++) {
    if (!counts(call)) continue
    latencies[calls++] = latency[call]!
    sum += latency[call]!
    executed += executions[call]!
    if (executions[call]! > 1 && !scenario.tools[workload.tool[call]!]!.safe) unsafeRepeats++
    if (!tally.isAnswered(call)) continue
    answered++
    if (latency[call]! <= (scenario.within ?? Number.POSITIVE_INFINITY)) inTime++
    waitedSum += waited[call]!
    slowdown += latency[call]! / workload.work[call]!
    if (scenario.zones !== undefined && zones[tally.replica[call]!] === zoneOf(scenario.zones, workload.worker[call]!)) inZone++
  }
  const sorted = latencies.subarray(0, calls).sort()
  const quantile = (q: number): number => sorted[Math.min(calls - 1, Math.floor(q * calls))] ?? 0
  return {
    calls,
    mean: sum / Math.max(1, calls),
    p50: quantile(0.5),
    p99: quantile(0.99),
    p999: quantile(0.999),
    queueing: waitedSum / Math.max(1, answered),
    slowdown: slowdown / Math.max(1, answered),
    failed: (100 * (calls - answered)) / Math.max(1, calls),
    success: (100 * inTime) / Math.max(1, calls),
    inZone: scenario.zones && (100 * inZone) / Math.max(1, answered),
    executions: executed,
    retries: tally.retries,
    hedges: tally.hedges,
    unsafeRepeats,
    codes: Object.fromEntries([...tally.codes].sort(([a], [b]) => (a < b ? -1 : 1))),
  }
}
