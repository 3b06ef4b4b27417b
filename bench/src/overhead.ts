import { comparisonTable } from './comparison-table.js'
import type { Comparison } from './paired.js'
import { close } from './report.js'
import { startServers } from './servers.js'

/**
 * What a call costs: CPU per call next to bare `undici`, and calls a second of the SDK's `Client` over our transport next
 * to the same `Client` over its own. Eight endpoints, one client each.
 */
export async function overhead({ smoke, rounds }: { smoke: boolean; rounds: number }): Promise<number> {
  const [modern, streaming, legacy] = await Promise.all([startServers('modern-json', 8), startServers('modern-sse', 8), startServers('legacy-json', 8)])
  // Rounds of some twenty milliseconds: the machine is seldom another one between two of them.
  const calls = smoke ? 200 : 600
  const sdkCalls = smoke ? 100 : 150
  const busy = { calls, concurrency: 32 }
  // By then V8 has compiled what it will: ten thousand calls, for the SDK's part of them.
  const warmUp = smoke ? 0 : 12_000
  const rows: Comparison[] = [
    {
      name: 'pool.request / undici, 32 at once',
      subject: 'pool:request',
      peer: 'undici:json',
      warmUp,
      urls: modern.urls,
      round: busy,
      figure: 'cpu',
      goal: { kind: 'at most', value: 1 },
    },
    {
      name: 'pool.request / undici, one at a time',
      subject: 'pool:request',
      peer: 'undici:json',
      warmUp,
      urls: modern.urls,
      round: { calls: calls / 2, concurrency: 1 },
      figure: 'cpu',
      goal: { kind: 'at most', value: 1.25 },
    },
    {
      name: 'the same, 32 at once, with breaker, hedging, queue and adaptive limits',
      subject: 'pool:everything',
      peer: 'undici:json',
      warmUp,
      urls: modern.urls,
      round: busy,
      figure: 'cpu',
      goal: { kind: 'at most', value: 1.05 },
    },
    { name: 'the same, SSE answers', subject: 'pool:request', peer: 'undici:sse', warmUp, urls: streaming.urls, round: busy, figure: 'cpu' },
    { name: 'the same, legacy era', subject: 'pool:request', peer: 'undici:legacy', warmUp, urls: legacy.urls, round: busy, figure: 'cpu' },
    {
      name: 'SDK Client over pool.transport() / its own',
      subject: 'pool:transport',
      peer: 'sdk:client',
      warmUp,
      urls: modern.urls,
      round: { calls: sdkCalls, concurrency: 32 },
      figure: 'callsPerSecond',
      goal: { kind: 'at least', value: 6 },
    },
    {
      name: 'pool.callTool / SDK Client over its own',
      subject: 'pool:callTool',
      peer: 'sdk:client',
      warmUp,
      urls: modern.urls,
      round: { calls: sdkCalls, concurrency: 32 },
      figure: 'callsPerSecond',
      goal: { kind: 'at least', value: 6 },
    },
    {
      // What the two rows above can be compared with: see the contender.
      name: 'SDK Client over the leanest possible transport',
      subject: 'lean:client',
      peer: 'sdk:client',
      warmUp,
      urls: modern.urls,
      round: { calls: sdkCalls, concurrency: 32 },
      figure: 'callsPerSecond',
    },
  ]
  try {
    return close('overhead', await comparisonTable(rows, rounds, smoke), smoke)
  } finally {
    await Promise.all([modern.stop(), streaming.stop(), legacy.stop()])
  }
}
