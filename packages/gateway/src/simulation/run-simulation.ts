import { writeFileSync } from 'node:fs'
import { comparing, POLICIES, type PolicyResult, type Scenario, timelineOf } from 'mcp-client-pool/testing'
import type { CommandContext } from '../command.js'
import { printable } from '../terminal/printable.js'
import { UsageError } from '../usage-error.js'
import { loadScenarios, shippedScenarios } from './load-scenarios.js'
import { htmlReport, type PlottedLine, svgPlot } from './plot.js'
import { resultsTable } from './results-table.js'

/** Points of a plot's lines. */
const POINTS = 120

export interface SimulationOptions {
  readonly scenario: string | undefined
  readonly policies: readonly string[] | undefined
  readonly seeds: readonly number[]
  readonly quick: boolean
  readonly json: boolean
  readonly plot: string | undefined
}

/** Resolves with the number of unsafe calls that ran more than once. Stops after the run that is under way when a signal comes. */
export async function runSimulation(options: SimulationOptions, context: CommandContext): Promise<number> {
  const { scenario: name, policies, seeds, quick, json, plot } = options
  const stranger = policies?.find((policy) => !POLICIES.includes(policy))
  if (stranger !== undefined) throw new UsageError(`--policy must be ${POLICIES.join(', ')}, got '${stranger}'`)
  if (name === undefined) throw new UsageError(`Name a scenario: a file, or one of ${shippedScenarios().join(', ')}`)
  const scenarios = loadScenarios(name).map((scenario) => (quick ? { ...scenario, calls: Math.min(scenario.calls, scenario.quickCalls) } : scenario))
  const reports = await runAll(scenarios, seeds, policies, context, !json)
  if (json)
    context.stdout.line(
      JSON.stringify(
        reports.map(({ scenario, results }) => ({ scenario: scenario.name, seeds, results })),
        undefined,
        2,
      ),
    )
  if (plot !== undefined) writePlot(plot, reports)
  return reports.flatMap(({ results }) => results).reduce((sum, { summary }) => sum + summary.unsafeRepeats, 0)
}

interface Report {
  readonly scenario: Scenario
  readonly results: readonly PolicyResult[]
  readonly lines: readonly PlottedLine[]
}

/** A simulation never waits: between two runs the process hears of signals. */
async function runAll(
  scenarios: readonly Scenario[],
  seeds: readonly number[],
  policies: readonly string[] | undefined,
  { stdout, interruption }: CommandContext,
  print: boolean,
): Promise<Report[]> {
  const reports: Report[] = []
  for (const scenario of scenarios) {
    const lines: PlottedLine[] = []
    const steps = comparing(scenario, {
      seeds,
      ...(policies !== undefined && { policies }),
      onRun: (policy, seed, tally) => {
        if (seed === seeds[0]) lines.push({ policy, points: timelineOf(tally, POINTS) })
      },
    })
    let step = steps.next()
    for (; step.done !== true && !interruption.signal.aborted; step = steps.next()) await new Promise((resolve) => setImmediate(resolve))
    if (step.done !== true) break
    const results = step.value
    reports.push({ scenario, results, lines })
    if (!print) continue
    stdout.line(`${printable(scenario.name)} (${printable(scenario.about)}; ${seeds.length} seed${seeds.length > 1 ? 's' : ''})`)
    for (const line of resultsTable(results, stdout.columns)) stdout.line(line)
    stdout.line('')
  }
  return reports
}

function writePlot(path: string, reports: readonly Report[]): void {
  const parts = reports.map(({ scenario, results, lines }) => ({
    plot: { title: scenario.name, lines },
    table: resultsTable(results, Number.POSITIVE_INFINITY),
  }))
  const text = path.endsWith('.html') || parts[0] === undefined ? htmlReport(parts) : svgPlot(parts[0].plot)
  try {
    writeFileSync(path, text)
  } catch (error) {
    throw new UsageError(`--plot cannot be written: ${error instanceof Error ? error.message : String(error)}`)
  }
}
