import {
  bootstrapMean,
  CLASSICS,
  compare,
  type Interval,
  pairedRatio,
  type PolicyResult,
  type Scenario,
  simulate,
  summarize,
  wilson,
} from 'mcp-client-pool/testing'
import { close, goalText } from './report.js'
import { overloadRows } from './simulation-overload.js'
import { BUOYANT, everythingOn, MODEL, REPORTED, REPORTED_LESS, ROBUST, ROLLING, SHORT, TAIL } from './simulation-scenarios.js'
import { atLeast, atMost, percent, shown, type SimulationRow, verdictOf } from './simulation-row.js'
import type { Verdict } from './statistics.js'

/** Calls over all seeds from which a failure in a hundred thousand can be told. */
const POOLED_CALLS = 2_000_000

const FEW_CALLS = 4_000

/** Of the rows that compare with all classics. */
const ROBUST_CALLS = 50_000

/** Some are nearer to their goals than ten seeds can tell: those rows are run on so many times the seeds, always. */
const MORE_SEEDS = 3

/** In the order of ANCHORS: what is published, what was there first, ours, and what nobody can beat. */
const COMPARED = [...CLASSICS, 'unlike-units', 'epsilon-greedy', 'pool', 'shortest-expected-delay', 'central-queue']

/** All goals of balancing and resilience, on the production code in virtual time; next to the classics on the same calls. */
export async function simulation({ smoke, rounds }: { smoke: boolean; rounds: number }): Promise<number> {
  const seeds = Array.from({ length: rounds }, (_, index) => index + 1)
  const run = new SimulationRun(seeds, smoke)
  run.classics()
  console.log(`\n| row | figure (95%, ${seeds.length} seeds) | goal | verdict |`)
  console.log('| --- | --- | --- | --- |')
  const verdicts: Verdict[] = []
  for (const row of run.rows()) {
    const { name, figure, unit, goal } = row
    const verdict = verdictOf(row)
    if (goal !== undefined) verdicts.push(verdict)
    console.log(`| ${name} | ${shown(figure)}${unit} | ${goal === undefined ? '' : `${goalText(goal)}${unit}`} | ${smoke ? 'smoke' : verdict} |`)
    await new Promise((resolve) => setImmediate(resolve))
  }
  return close('simulation', verdicts, smoke)
}

class SimulationRun {
  readonly #seeds: readonly number[]
  readonly #smoke: boolean
  /** Results on the model, which the table of classics and the judged rows share. */
  readonly #model = new Map<Scenario, readonly PolicyResult[]>()

  constructor(seeds: readonly number[], smoke: boolean) {
    this.#seeds = seeds
    this.#smoke = smoke
  }

  /** Mean ms / p99 s, and failed % where somebody fails; medians over the seeds. */
  classics(): void {
    const scenarios = Object.values(MODEL)
    for (const each of scenarios) this.#model.set(each, this.#compare(each, COMPARED))
    console.log(`| policy | ${scenarios.map(({ name }) => name).join(' | ')} |`)
    console.log(`| --- |${' --- |'.repeat(scenarios.length)}`)
    for (const policy of COMPARED) {
      const cells = scenarios.map((each) => {
        const { summary } = this.#of(each, policy)
        const failed = summary.failed > 0 ? `, ${summary.failed.toFixed(summary.failed < 1 ? 3 : 1)}%` : ''
        return `${summary.mean.toFixed(0)}/${(summary.p99 / 1_000).toFixed(1)}${failed}`
      })
      console.log(`| ${policy} | ${cells.join(' | ')} |`)
    }
  }

  *rows(): Iterable<SimulationRow> {
    const { B, C, D, E, F, G, H } = MODEL
    yield this.#mean(B, 1.005)
    yield this.#mean(C, 1.1)
    yield this.#mean(D, 1.02)
    yield atMost(`${D.name}: p99 / central`, this.#of(D, 'pool').p99Ratio!, 1.02)
    yield this.#meanOfMore(E, 1.23)
    this.#model.set(SHORT, this.#compare(SHORT, ['pool', 'least-outstanding', 'prequal', 'central-queue']))
    for (const policy of ['pool', 'least-outstanding', 'prequal']) {
      yield { name: `${SHORT.name}: mean of ${policy} / central`, figure: this.#of(SHORT, policy).meanRatio!, unit: 'x', goal: undefined }
    }
    for (const each of [REPORTED, ...REPORTED_LESS]) this.#model.set(each, this.#compare(each, ['pool', 'central-queue']))
    yield this.#mean(REPORTED, 1.12)
    for (const each of REPORTED_LESS) yield { ...this.#mean(each, 1.12), goal: undefined }
    for (const [each, goal] of [
      [F, 0.15],
      [G, 0.15],
      [H, 0.08],
    ] as const) {
      yield atMost(`${each.name}: failed, no retries, no ejection`, this.#of(each, 'pool').failed, goal, '%')
    }
    for (const each of [F, G, H]) yield this.#pooledFailures(everythingOn(each))
    for (const each of ROBUST) yield this.#robust(each)
    yield this.#lost(ROLLING)
    yield* this.#buoyant()
    yield* this.#hedging()
    yield* overloadRows(this.#seeds, this.#smoke)
  }

  #mean(each: Scenario, goal: number): SimulationRow {
    return atMost(`${each.name}: mean / central`, this.#of(each, 'pool').meanRatio!, goal, 'x')
  }

  #meanOfMore(each: Scenario, goal: number): SimulationRow {
    const [pool] = this.#compareMore(each, ['pool', 'central-queue'])
    return atMost(`${each.name}: mean / central, ${pool!.runs.length} seeds`, pool!.meanRatio!, goal, 'x')
  }

  #pooledFailures(each: Scenario): SimulationRow {
    const calls = this.#smoke ? FEW_CALLS : Math.ceil(POOLED_CALLS / this.#seeds.length)
    const [{ summary }] = compare({ ...each, calls }, { seeds: this.#seeds, policies: ['pool'] }) as [PolicyResult]
    return atMost(`${each.name}: failed of ${summary.calls}`, percent(wilson(Math.round((summary.failed * summary.calls) / 100), summary.calls)), 0.001, '%')
  }

  /** Mean over that of the best classic for this very scenario: the first seeds say which that is, and more seeds how it compares. */
  #robust(each: Scenario): SimulationRow {
    const { policy } = this.#compare(each, CLASSICS, ROBUST_CALLS).reduce((a, b) => (b.summary.mean < a.summary.mean ? b : a))
    const [pool, best] = this.#compareMore(each, ['pool', policy], ROBUST_CALLS).map(({ runs }) => runs.map(({ mean }) => mean))
    return atMost(`${each.name}: mean / ${policy}, ${pool!.length} seeds`, pairedRatio(pool!, best!), 1.03, 'x')
  }

  #lost(each: Scenario): SimulationRow {
    const { runs } = this.#compare(each, ['pool'])[0]!
    const lost = runs.map(({ failed, calls, unsafeRepeats }) => (failed * calls) / 100 + unsafeRepeats)
    return atMost(`${each.name}: calls lost or run twice`, bootstrapMean(lost), 0)
  }

  *#buoyant(): Iterable<SimulationRow> {
    const { scenario, slowFrom, slowUntil } = BUOYANT
    const runs = this.#seeds.map((seed) => simulate(this.#sized(scenario), 'pool', seed))
    const success = (within: (at: number) => boolean): Interval =>
      bootstrapMean(runs.map((tally) => summarize(tally, scenario, (call) => within(tally.workload.at[call]!)).success))
    yield atLeast(
      'Buoyant 2016, success within 1 s, 60 s',
      success(() => true),
      99.95,
      '%',
    )
    yield atLeast(
      'Buoyant 2016, the slow 30 s',
      success((at) => at >= slowFrom && at < slowUntil),
      99.9,
      '%',
    )
  }

  *#hedging(): Iterable<SimulationRow> {
    const [without] = this.#compare(TAIL.without, ['pool'])
    const [hedged] = this.#compare(TAIL.hedged, ['pool'])
    const tails = ({ runs }: PolicyResult): number[] => runs.map(({ p999 }) => p999)
    yield atLeast('The Tail at Scale, hedge after 10 ms: p99.9 without / with', pairedRatio(tails(without!), tails(hedged!)), 20, 'x')
    yield atMost('… more requests', bootstrapMean(hedged!.runs.map(({ hedges, retries, calls }) => (100 * (hedges + retries)) / calls)), 3, '%')
  }

  #compare(each: Scenario, policies: readonly string[], calls: number = each.calls, seeds: readonly number[] = this.#seeds): PolicyResult[] {
    return compare(this.#sized({ ...each, calls: Math.min(calls, each.calls) }), { seeds, policies })
  }

  #compareMore(each: Scenario, policies: readonly string[], calls?: number): PolicyResult[] {
    const seeds = Array.from({ length: MORE_SEEDS * this.#seeds.length }, (_, index) => index + 1)
    return this.#compare(each, policies, calls, seeds)
  }

  #sized(each: Scenario): Scenario {
    return this.#smoke ? { ...each, calls: Math.min(FEW_CALLS, each.calls) } : each
  }

  #of(each: Scenario, policy: string): PolicyResult {
    return this.#model.get(each)!.find((result) => result.policy === policy)!
  }
}
