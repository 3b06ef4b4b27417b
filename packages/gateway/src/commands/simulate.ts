import type { Command } from '../command.js'
import { ExitCode } from '../exit-code.js'
import { atMost, parseOptions } from '../parse-options.js'
import { UsageError } from '../usage-error.js'

const MOST_SEEDS = 1_000
const SEEDS = 3
const LARGEST_SEED = 2 ** 32 - 1

export const simulate: Command = {
  name: 'simulate',
  summary: "the pool's own decisions on a fleet that you describe, in virtual time",
  help: `Usage: mcp-pool simulate SCENARIO [options]

Runs the code that decides in a pool (who gets a call, what is retried, hedged, queued, ejected) on simulated replicas, next to
published policies and to one central queue, which no balancer can beat. The same seed gives the same result on every machine.

SCENARIO is a YAML or JSON file of your own, or one that comes with the command (s2 is enough for s2-one-slow):
  s1-alike, s2-one-slow, s3-failing, s4-black-hole, s5-antagonists, s6-service-times, s7-cold, s8-rolling-restart,
  s9-overload, s10-replays, s11-zones

Options:
  --quick                fewer calls and one seed: seconds
  --seed N               the first seed, 0 … ${LARGEST_SEED}. Default 1
  --seeds N              so many seeds, 1 … ${MOST_SEEDS}. Default ${SEEDS}, with --quick 1
  --policy NAME          who decides, instead of the scenario's policies; may be given several times. The pool as the scenario
                         configures it, without its zones, or with another algorithm: pool, zone-blind, least-load, adaptive,
                         round-robin, weighted, random. References:
                         central-queue, two-choices, least-outstanding, peak-ewma, prequal, classic-round-robin, classic-random,
                         unlike-units, epsilon-greedy, shortest-expected-delay
  --json                 print every run as JSON
  --plot FILE            latency, queueing and failures over time; .svg draws the first of several variants, .html all
  --help

Exit codes: 0 ok · 1 an unsafe call ran twice · 2 usage, or a mistake in the scenario · 130 interrupted (SIGTERM: 143, SIGHUP: 129)`,

  async run(args, context) {
    const { values, positionals } = parseOptions(args, {
      quick: { type: 'boolean', default: false },
      seed: { type: 'string', default: '1' },
      seeds: { type: 'string' },
      policy: { type: 'string', multiple: true },
      json: { type: 'boolean', default: false },
      plot: { type: 'string' },
    })
    atMost(1, positionals, 'SCENARIO')
    const first = wholeNumber('--seed', values.seed, 0, LARGEST_SEED)
    const count = wholeNumber('--seeds', values.seeds ?? (values.quick ? '1' : String(SEEDS)), 1, MOST_SEEDS)
    if (values.plot !== undefined && !/\.(svg|html)$/.test(values.plot)) throw new UsageError(`--plot must end with .svg or .html, got '${values.plot}'`)
    // Only this command needs the simulator; the others start without it.
    const { runSimulation } = await import('../simulation/run-simulation.js')
    const seeds = Array.from({ length: count }, (_, index) => first + index)
    const repeats = await runSimulation(
      { scenario: positionals[0], policies: values.policy, seeds, quick: values.quick, json: values.json, plot: values.plot },
      context,
    )
    if (repeats > 0) context.stderr.line(`mcp-pool simulate: ${repeats} unsafe calls ran more than once`)
    return context.interruption.code ?? (repeats > 0 ? ExitCode.toolError : ExitCode.ok)
  },
}

function wholeNumber(option: string, text: string, min: number, max: number): number {
  const value = text === '' ? Number.NaN : Number(text)
  if (!Number.isInteger(value) || value < min || value > max) throw new UsageError(`${option} must be a whole number, ${min} … ${max}, got '${text}'`)
  return value
}
