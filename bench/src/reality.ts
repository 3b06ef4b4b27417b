import { simulate, type Summary, summarize } from 'mcp-client-pool/testing'
import { casesOf, type Contender, type RealityCase } from './reality-cases.js'
import { RealFleet } from './reality-fleet.js'
import { type RealResult, runOnServers, warmUp } from './reality-run.js'
import { close } from './report.js'
import type { Verdict } from './statistics.js'

const SEED = 1

interface Size {
  /** Of a run. */
  readonly seconds: number
  /** Replicas that are well, where one is not. */
  readonly well: number
  /** Calls before the first run. */
  readonly warmUp: number
}

const FULL: Size = { seconds: 10, well: 9, warmUp: 20_000 }
const SMOKE: Size = { seconds: 0.8, well: 2, warmUp: 200 }

interface Compared {
  readonly contender: Contender
  readonly simulated: Summary
  readonly real: RealResult
}

/**
 * The same scenarios on virtual time and on servers in processes of their own, with the same calls, at the same times, with the same
 * work to do: what the simulator says must hold there. Latencies in ms, of all calls, from the time at which they were due.
 */
export async function reality({ smoke }: { smoke: boolean }): Promise<number> {
  const verdicts: Verdict[] = []
  console.log('| scenario, and who decides | calls | mean: simulated, real | p50 | p99 | p99.9 | failed % | twice | more requests % | machine late ms |')
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |')
  const size = smoke ? SMOKE : FULL
  const cases = casesOf(size.seconds, size.well)
  for (const each of smoke ? cases.filter((one) => one.smoke) : cases) {
    const results = await runCase(smoke ? { ...each, contenders: each.contenders.slice(0, 1) } : each, size)
    for (const { what, holds, timed } of claims(each, results)) {
      const noisy = results.some(({ real, simulated }) => real.late > MOST_LATE * simulated.mean)
      const verdict = holds ? 'ok' : timed && noisy ? 'undecided' : 'missed'
      verdicts.push(verdict)
      if (!smoke) console.log(`| ${each.name}: ${what} | ${verdict} |`)
    }
  }
  return close('reality', verdicts, smoke)
}

async function runCase(each: RealityCase, { warmUp: calls }: Size): Promise<Compared[]> {
  const fleet = await RealFleet.start(each)
  const results: Compared[] = []
  try {
    await warmUp(fleet, calls)
    for (const [turn, contender] of each.contenders.entries()) {
      if (turn > 0) await fleet.recover()
      const real = await runOnServers(each, contender, fleet, SEED)
      results.push({ contender, simulated: predict(each, contender), real })
      console.log(row(each, results.at(-1)!))
    }
  } finally {
    await fleet.stop()
  }
  return results
}

function predict({ scenario }: RealityCase, { policy, options }: Contender): Summary {
  const told = { ...scenario, pool: { ...scenario.pool, ...options } }
  return summarize(simulate(told, policy, SEED), told)
}

function row(each: RealityCase, { contender, simulated, real }: Compared): string {
  const both = (pick: (summary: Summary) => number, digits: number): string => `${pick(simulated).toFixed(digits)}, ${pick(real).toFixed(digits)}`
  const times = ([(s) => s.mean, (s) => s.p50, (s) => s.p99, (s) => s.p999] satisfies Array<(summary: Summary) => number>).map((pick) => both(pick, 1))
  const twice = both((s) => s.unsafeRepeats, 0)
  const more = `${(((simulated.executions || 1) / simulated.calls - 1) * 100).toFixed(1)}, ${(real.extra * 100).toFixed(1)}`
  return `| ${[`${each.name}: ${contender.name}`, real.calls, ...times, failures(simulated, real), twice, more, real.late.toFixed(1)].join(' | ')} |`
}

/** In percent, and with what real calls failed. */
function failures(simulated: Summary, real: Summary): string {
  const codes = Object.entries(real.codes).map(([code, count]) => `${count} ${code}`)
  return `${simulated.failed.toFixed(2)}, ${real.failed.toFixed(2)}${codes.length > 0 ? ` (${codes.join(', ')})` : ''}`
}

/** Means that are this close are no order. */
const ALIKE = 1.15

/** Roughly the same size: processes that share two cores, timers of whole milliseconds and a network are not in the model. */
const ROUGHLY = 1.5

/** A machine that adds more than this share of a mean says nothing of times: where servers are well used, waiting grows by many times that. */
const MOST_LATE = 0.05

interface Claim {
  readonly what: string
  readonly holds: boolean
  /** Depends on how fast the machine is. */
  readonly timed: boolean
}

function claims(each: RealityCase, results: readonly Compared[]): Claim[] {
  const always = (what: string, holds: boolean): Claim => ({ what, holds, timed: false })
  const timed = (what: string, holds: boolean): Claim => ({ what, holds, timed: true })
  const list = [
    always(
      'nothing unsafe ran twice',
      results.every(({ real }) => real.unsafeRepeats === 0),
    ),
  ]
  if (each.lossless === true)
    list.push(
      always(
        'no call is lost',
        results.every(({ real }) => real.failed === 0),
      ),
    )
  if (results.length > 1)
    list.push(
      timed(
        'the same order as simulated',
        results.every((one) => results.every((other) => sameOrder(one, other))),
      ),
    )
  list.push(
    timed(
      `means within ${ROUGHLY}x of simulated`,
      results.every(({ real, simulated }) => near(real.mean, simulated.mean)),
    ),
  )
  const [hedged, unhedged] = results
  if (each.name.startsWith('hedging') && unhedged !== undefined) {
    list.push(timed('p99.9 at least 20x lower', hedged!.real.p999 * 20 <= unhedged.real.p999))
    list.push(timed('at most 3% more requests', hedged!.real.extra <= 0.03))
  }
  return list
}

function sameOrder(one: Compared, other: Compared): boolean {
  if (one.simulated.mean * ALIKE >= other.simulated.mean) return true
  return one.real.mean < other.real.mean
}

const near = (one: number, other: number): boolean => Math.max(one / other, other / one) <= ROUGHLY
