import { bootstrapMean, type Interval, medianOf, pairedRatio } from './paired.js'
import type { Scenario } from './scenario.js'
import { simulate } from './simulate.js'
import { type Summary, summarize } from './summary.js'
import type { Tally } from './tally.js'
import { workloadOf } from './workload.js'

/** How one policy did over all seeds. */
export interface PolicyResult {
  readonly policy: string
  /** One for each seed. */
  readonly runs: readonly Summary[]
  /** Medians over the seeds; sums of executions, retries, hedges and repeats. */
  readonly summary: Summary
  /** Mean latency over that of the reference, seed by seed. undefined: it is the reference, or there is none. */
  readonly meanRatio: Interval | undefined
  readonly p99Ratio: Interval | undefined
  /** Percent of calls. */
  readonly failed: Interval
}

export interface CompareOptions {
  readonly seeds: readonly number[]
  /** @default those of the scenario */
  readonly policies?: readonly string[]
  /** What ratios are to, if it is among the policies. @default 'central-queue' */
  readonly reference?: string
  /** Sees each run before it is forgotten. */
  readonly onRun?: (policy: string, seed: number, tally: Tally) => void
}

/** The same calls for every policy, seed by seed. */
export function compare(scenario: Scenario, options: CompareOptions): PolicyResult[] {
  const steps = comparing(scenario, options)
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}

/** The same in steps, a run each: between two of them a program can do something else, or give up. */
export function* comparing(scenario: Scenario, options: CompareOptions): Generator<void, PolicyResult[]> {
  const { seeds, policies = scenario.policies, reference = 'central-queue', onRun } = options
  const runs = policies.map((): Summary[] => [])
  for (const seed of seeds) {
    const workload = workloadOf(scenario, seed)
    for (const [index, policy] of policies.entries()) {
      const tally = simulate(scenario, policy, seed, workload)
      runs[index]!.push(summarize(tally, scenario))
      onRun?.(policy, seed, tally)
      yield
    }
  }
  const base = runs[policies.indexOf(reference)]
  const ratio = (own: readonly Summary[], of: (summary: Summary) => number): Interval | undefined =>
    base === undefined || own === base ? undefined : pairedRatio(own.map(of), base.map(of))
  return policies.map((policy, index) => {
    const own = runs[index]!
    return {
      policy,
      runs: own,
      summary: pooled(own),
      meanRatio: ratio(own, ({ mean }) => mean),
      p99Ratio: ratio(own, ({ p99 }) => p99),
      failed: bootstrapMean(own.map(({ failed }) => failed)),
    }
  })
}

function pooled(runs: readonly Summary[]): Summary {
  const median = (of: (summary: Summary) => number): number => medianOf(runs.map(of))
  const sum = (of: (summary: Summary) => number): number => runs.reduce((total, run) => total + of(run), 0)
  const codes: Record<string, number> = {}
  for (const run of runs) for (const [code, count] of Object.entries(run.codes)) codes[code] = (codes[code] ?? 0) + count
  const calls = sum((run) => run.calls)
  return {
    calls,
    mean: median(({ mean }) => mean),
    p50: median(({ p50 }) => p50),
    p99: median(({ p99 }) => p99),
    p999: median(({ p999 }) => p999),
    queueing: median(({ queueing }) => queueing),
    slowdown: median(({ slowdown }) => slowdown),
    // Not medians: what is rare happens in few runs.
    failed: sum((run) => run.failed * run.calls) / Math.max(1, calls),
    success: sum((run) => run.success * run.calls) / Math.max(1, calls),
    inZone: runs[0]?.inZone === undefined ? undefined : median(({ inZone }) => inZone ?? 0),
    executions: sum(({ executions }) => executions),
    retries: sum(({ retries }) => retries),
    hedges: sum(({ hedges }) => hedges),
    unsafeRepeats: sum(({ unsafeRepeats }) => unsafeRepeats),
    codes,
  }
}
