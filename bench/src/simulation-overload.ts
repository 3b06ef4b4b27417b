import { bootstrapMean, capacityOf, pairedRatio, type Scenario, simulate, summarize } from 'mcp-client-pool/testing'
import { atLeast, atMost, type SimulationRow } from './simulation-row.js'
import { OVERLOAD } from './simulation-scenarios.js'

/** Parts of the ramp that are looked at by themselves. */
const PARTS = 12

const HIGH = 1

/**
 * What comes back in time while the load rises beyond what the fleet can do, in the part of the ramp in which it is worst; and
 * how long calls with priority take there, next to a run that stays where the ramp begins.
 */
export function* overloadRows(seeds: readonly number[], smoke: boolean): Iterable<SimulationRow> {
  const { from, to, ramp, before } = OVERLOAD
  const sized = (scenario: Scenario): Scenario => (smoke ? { ...scenario, calls: 4_000 } : scenario)
  const capacity = capacityOf(ramp)
  const goodputs: number[][] = []
  const tails: number[][] = []
  const quiet: number[] = []
  for (const seed of seeds) {
    const tally = simulate(sized(ramp), 'pool', seed)
    const { at, priority } = tally.workload
    const end = at.at(-1)! + 1
    const partOf = (call: number): number => Math.floor((at[call]! / end) * PARTS)
    const goodput: number[] = []
    const tail: number[] = []
    for (let part = 0; part < PARTS; part++) {
      const all = summarize(tally, ramp, (call) => partOf(call) === part)
      // More than what came cannot be answered, nor more than the fleet can do.
      const possible = Math.min(all.calls, (capacity * end) / PARTS)
      goodput.push((all.success * all.calls) / possible)
      tail.push(summarize(tally, ramp, (call) => partOf(call) === part && priority[call] === HIGH).p99)
    }
    goodputs.push(goodput)
    tails.push(tail)
    const calm = simulate(sized(before), 'pool', seed)
    quiet.push(summarize(calm, before, (call) => calm.workload.priority[call] === HIGH).p99)
  }
  const meansOf = (samples: readonly number[][]): number[] => Array.from({ length: PARTS }, (_, part) => samples.reduce((sum, each) => sum + each[part]!, 0))
  const worstGoodput = placeOf(meansOf(goodputs), Math.min)
  const worstTail = placeOf(meansOf(tails), Math.max)
  const load = (part: number): string => (from + ((to - from) * (part + 0.5)) / PARTS).toFixed(2)
  const range = `${from} … ${to} of capacity`
  yield atLeast(`overload ${range}: goodput where it is worst, at ${load(worstGoodput)}`, bootstrapMean(goodputs.map((each) => each[worstGoodput]!)), 95, '%')
  yield atMost(
    `… high priority p99 at ${load(worstTail)} / at ${from}`,
    pairedRatio(
      tails.map((each) => each[worstTail]!),
      quiet,
    ),
    1.2,
    'x',
  )
}

function placeOf(values: readonly number[], extreme: (...values: number[]) => number): number {
  return values.indexOf(extreme(...values))
}
