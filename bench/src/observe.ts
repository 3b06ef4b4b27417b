import { comparisonTable } from './comparison-table.js'
import type { Comparison } from './paired.js'
import { startPinned, stop, SUBJECT_CORE } from './processes.js'
import { close } from './report.js'
import { startServers } from './servers.js'
import type { Verdict } from './statistics.js'

/** In ms of CPU: one look at a pool of a thousand clients, which a dashboard takes every second. */
const LOOK = 5

/** Of a busy core, for a scrape and a look at the statistics each second, out of the 3% that all of it may cost. */
const LOOKS = 0.002

/**
 * What it costs to be seen: CPU per `pool.request` with an observer, or with all that looks from outside, next to the same without, on eight
 * endpoints with one client each; and what one look costs.
 */
export async function observe({ smoke, rounds }: { smoke: boolean; rounds: number }): Promise<number> {
  const servers = await startServers('modern-json', 8)
  const common = { warmUp: smoke ? 0 : 12_000, urls: servers.urls, round: { calls: smoke ? 200 : 600, concurrency: 32 }, figure: 'cpu' } as const
  const rows: Comparison[] = [
    {
      ...common,
      name: 'Prometheus, statistics and events / off',
      subject: 'pool:watched',
      peer: 'pool:request',
      goal: { kind: 'at most', value: round(1.03 - LOOKS) },
    },
    { ...common, name: 'tracing on and sampled out / off', subject: 'traced:sampledOut', peer: 'pool:request', goal: { kind: 'at most', value: 1.06 } },
    { ...common, name: 'the same, both within a span of the program', subject: 'traced:sampledOutWithin', peer: 'traced:offWithin' },
    { ...common, name: 'for comparison, the SDK’s span for each call, sampled out, and nothing else / off', subject: 'traced:spanAlone', peer: 'pool:request' },
    { ...common, name: 'for comparison, the leanest tracing that we could think of / off', subject: 'traced:lean', peer: 'pool:request' },
    { ...common, name: 'tracing on, every call recorded / off', subject: 'traced:recorded', peer: 'pool:request' },
    { ...common, name: 'metrics of OpenTelemetry alone / off', subject: 'traced:measured', peer: 'pool:request' },
  ]
  try {
    const verdicts = await comparisonTable(rows, rounds, smoke)
    return close('observe', [...verdicts, ...(await looks(smoke))], smoke)
  } finally {
    await servers.stop()
  }
}

async function looks(smoke: boolean): Promise<Verdict[]> {
  const clients = smoke ? 100 : 1_000
  const few = await look(8, 8)
  const many = await look(clients, 100)
  const share = (few.statistics + few.scrape) / 1_000
  const verdicts: Verdict[] = [share <= LOOKS ? 'ok' : 'missed', many.statistics < LOOK ? 'ok' : 'missed']
  console.log('\n| row | CPU | goal | verdict |')
  console.log('| --- | --- | --- | --- |')
  console.log(
    `| one scrape and getStatistics() each second of the eight clients above | ${percent(share)} | ${percent(LOOKS)} | ${smoke ? 'smoke' : verdicts[0]} |`,
  )
  console.log(
    `| getStatistics() with ${clients} clients on 100 endpoints | ${many.statistics.toFixed(2)} ms | < ${LOOK} ms | ${smoke ? 'smoke' : verdicts[1]} |`,
  )
  console.log(`| one scrape of the same | ${many.scrape.toFixed(2)} ms | | ${smoke ? 'smoke' : '-'} |`)
  return verdicts
}

const round = (value: number): number => Math.round(value * 1_000) / 1_000
const percent = (share: number): string => `${(100 * share).toFixed(1)}%`

async function look(clients: number, endpoints: number): Promise<{ readonly statistics: number; readonly scrape: number }> {
  const servers = await startServers('modern-json', endpoints)
  try {
    const { child, first } = await startPinned(SUBJECT_CORE, './observe-process.js', [String(clients), ...servers.urls])
    await stop(child)
    return first as { readonly statistics: number; readonly scrape: number }
  } finally {
    await servers.stop()
  }
}
