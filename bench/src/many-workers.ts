import { subsetOf } from 'mcp-client-pool/discovery'
import { bootstrapMean, type Interval, pairedRatio, type Scenario, seededRandom, simulate, type Summary, summarize } from 'mcp-client-pool/testing'
import { goalText } from './report.js'
import { scenario } from './simulation-scenarios.js'
import { atLeast, atMost, shown, type SimulationRow, verdictOf } from './simulation-row.js'
import type { Verdict } from './statistics.js'

/** Seeds at most: the spread over them is small. */
const MOST_SEEDS = 10

/** Changes of the set that are tried in each fleet. */
const CHANGES = 3

interface Server {
  readonly id: string
}

/** What many workers do together: who connects to whom, and which calls leave their zone. All of it computed or on virtual time. */
export function manyWorkers({ smoke, rounds }: { smoke: boolean; rounds: number }): Verdict[] {
  const seeds = Array.from({ length: Math.min(rounds, MOST_SEEDS) }, (_, index) => index + 1)
  console.log(`\n| row | figure (95%, ${seeds.length} fleets) | goal | verdict |`)
  console.log('| --- | --- | --- | --- |')
  const verdicts: Verdict[] = []
  for (const row of [...subsetRows(seeds, smoke), ...zoneRows(seeds, smoke)]) {
    const { name, figure, unit, goal } = row
    const verdict = verdictOf(row)
    if (goal !== undefined) verdicts.push(verdict)
    console.log(`| ${name} | ${shown(figure)}${unit} | ${goal === undefined ? '' : `${goalText(goal)}${unit}`} | ${smoke ? 'smoke' : verdict} |`)
  }
  return verdicts
}

/** A fleet of which ids and, where they are by chance, numbers of workers are different for each seed. */
class Fleet {
  readonly servers: readonly Server[]
  readonly size: number
  readonly #workers: readonly number[]

  constructor(workers: number, servers: number, size: number, seed: number, byChance = false) {
    const random = seededRandom(seed)
    this.servers = Array.from({ length: servers }, (_, index) => ({ id: `http://10.${seed}.${index >> 8}.${index & 255}:8080/mcp` }))
    this.size = size
    this.#workers = Array.from({ length: workers }, (_, index) => (byChance ? Math.floor(random() * 2 ** 32) : index))
  }

  subsets(servers: readonly Server[] = this.servers): Array<ReadonlySet<Server>> {
    return this.#workers.map((worker) => new Set(subsetOf(servers, this.size, worker)))
  }
}

/** The workers of each server. */
function populations(fleet: Fleet, subsets: ReadonlyArray<ReadonlySet<Server>>): number[] {
  const counts = new Map(fleet.servers.map((server) => [server, 0]))
  for (const subset of subsets) for (const server of subset) counts.set(server, counts.get(server)! + 1)
  return [...counts.values()]
}

function* subsetRows(seeds: readonly number[], smoke: boolean): Iterable<SimulationRow> {
  const [workers, servers] = smoke ? [100, 200] : [1_000, 1_000]
  const fleetOf = (size: number, seed: number, byChance = false): Fleet => new Fleet(workers, servers, size, seed, byChance)
  const named = `${workers} workers x ${servers} servers, 100 each`
  const fleets = seeds.map((seed) => fleetOf(100, seed))
  const subsets = fleets.map((fleet) => fleet.subsets())
  const sizes = subsets.flatMap((each) => each.map(({ size }) => size))
  const connections: Interval = { value: sizes.reduce((sum, size) => sum + size, 0) / sizes.length, low: Math.min(...sizes), high: Math.max(...sizes) }
  yield atMost(`${named}: connections of a worker, least and most`, connections, 100)
  yield atMost(`${named}: busiest server / mean`, evenness(fleets), 1.15, 'x')
  yield atMost('the same with 60 each', evenness(seeds.map((seed) => fleetOf(60, seed))), 1.15, 'x')
  yield shownOnly('the same with 20 each: more even only together with more moves', evenness(seeds.map((seed) => fleetOf(20, seed))))
  yield shownOnly('100 each, numbers of workers by chance', evenness(seeds.map((seed) => fleetOf(100, seed, true))))
  const moves = fleets.map((fleet, index) => movesOf(fleet, subsets[index]!))
  yield atMost(`${named}: moves for one server less / those who had it`, bootstrapMean(moves.map(({ less }) => less)), 1, 'x')
  yield atMost('moves for one server more / those who have it then', bootstrapMean(moves.map(({ more }) => more)), 1, 'x')
  yield atMost('most moves of one worker', bootstrapMean(moves.map(({ most }) => most)), 1)
}

function shownOnly(name: string, figure: Interval): SimulationRow {
  return { name, figure, unit: 'x', goal: undefined }
}

function evenness(fleets: readonly Fleet[]): Interval {
  return bootstrapMean(
    fleets.map((fleet) => {
      const counts = populations(fleet, fleet.subsets())
      return (Math.max(...counts) * counts.length) / counts.reduce((sum, count) => sum + count, 0)
    }),
  )
}

/** Connections that workers open for a change of one, over those that they must. */
function movesOf(fleet: Fleet, all: ReadonlyArray<ReadonlySet<Server>>): { less: number; more: number; most: number } {
  let [lost, opened, reopened, most] = [0, 0, 0, 0]
  for (let change = 0; change < CHANGES; change++) {
    const changing = fleet.servers[Math.floor(((change + 0.5) / CHANGES) * fleet.servers.length)]!
    const without = fleet.subsets(fleet.servers.filter((server) => server !== changing))
    for (const [worker, subset] of all.entries()) {
      if (subset.has(changing)) lost++
      const less = [...without[worker]!].filter((server) => !subset.has(server)).length
      const more = [...subset].filter((server) => !without[worker]!.has(server)).length
      opened += less
      reopened += more
      most = Math.max(most, less, more)
    }
  }
  return { less: opened / lost, more: reopened / lost, most }
}

const zones = (name: string, calls: number, workers: number, utilisation: number, standing: readonly string[]): Scenario =>
  scenario({
    name,
    calls,
    workers,
    utilisation,
    zones: { workers: standing, latency: 2 },
    service: { lognormal: { median: 100, sigma: 1, min: 5, max: 20_000 } },
    replicas: ['a', 'b', 'c'].map((zone) => ({ name: zone, zone, count: 3, slots: 4 })),
    pool: { requestTimeout: 3_600_000 },
  })

function* zoneRows(seeds: readonly number[], smoke: boolean): Iterable<SimulationRow> {
  const calls = smoke ? 3_000 : 100_000
  const crowd = ['a', 'a', 'a', 'a', 'a', 'a', 'a', 'b', 'c']
  const run = (each: Scenario, policy: string): Summary[] => seeds.map((seed) => summarize(simulate(each, policy, seed), each))
  const means = (runs: readonly Summary[]): number[] => runs.map(({ mean }) => mean)
  const spread = zones('three zones that can bear their callers', calls, 9, 0.5, ['a', 'b', 'c'])
  const pool = run(spread, 'pool')
  yield atLeast(`${spread.name}: calls that stay`, bootstrapMean(pool.map(({ inZone }) => inZone ?? 0)), 95, '%')
  yield atMost('mean / that of a pool without zones', pairedRatio(means(pool), means(run(spread, 'zone-blind'))), 1, 'x')
  const crowded = zones('seven of nine callers in a zone that can bear half of that', calls, 9, 0.7, crowd)
  yield atMost(`${crowded.name}: mean / without zones`, pairedRatio(means(run(crowded, 'pool')), means(run(crowded, 'zone-blind'))), 1.08, 'x')
  const many = zones('the same with 90 callers', calls, 90, 0.7, crowd)
  yield shownOnly(`${many.name}: mean / without zones`, pairedRatio(means(run(many, 'pool')), means(run(many, 'zone-blind'))))
}
