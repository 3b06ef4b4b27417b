import { compare, type Comparison } from './paired.js'
import { close, printHeader, printRow } from './report.js'
import { startServers } from './servers.js'
import type { Verdict } from './statistics.js'

/** What it costs to be seen: CPU per `pool.request` with an observer, next to the same without. Eight endpoints, one client each. */
export async function observe({ smoke, rounds }: { smoke: boolean; rounds: number }): Promise<number> {
  const servers = await startServers('modern-json', 8)
  const common = { warmUp: smoke ? 0 : 12_000, urls: servers.urls, round: { calls: smoke ? 200 : 6_000, concurrency: 32 }, figure: 'cpu' } as const
  const rows: Comparison[] = [
    { ...common, name: 'tracing on and sampled out / off', subject: 'traced:sampledOut', peer: 'pool:request', goal: { kind: 'at most', value: 1.06 } },
    { ...common, name: 'the same, both within a span of the program', subject: 'traced:sampledOutWithin', peer: 'traced:offWithin' },
    { ...common, name: 'tracing on, every call recorded / off', subject: 'traced:recorded', peer: 'pool:request' },
    { ...common, name: 'metrics of OpenTelemetry alone / off', subject: 'traced:measured', peer: 'pool:request' },
  ]
  const verdicts: Verdict[] = []
  try {
    printHeader()
    for (const row of rows) {
      const result = await compare(row, rounds)
      verdicts.push(result.verdict)
      printRow(row, result, !smoke)
    }
  } finally {
    await servers.stop()
  }
  return close('observe', verdicts, smoke)
}
