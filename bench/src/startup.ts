import { MCPClientPool } from 'mcp-client-pool'
import { close } from './report.js'
import { startServers } from './servers.js'
import { median, type Verdict } from './statistics.js'

/**
 * How long `start` takes with a hundred endpoints that answer after 0 … 400 ms, next to how long it takes with the slowest
 * of them alone: connecting must be parallel.
 */
export async function startup({ smoke, rounds }: { smoke: boolean; rounds: number }): Promise<number> {
  const count = smoke ? 10 : 100
  const servers = await startServers('modern-json', count, 400)
  const verdicts: Verdict[] = []
  try {
    const alone: number[] = []
    const together: number[] = []
    for (let i = 0; i < rounds; i++) {
      alone.push(await timeToStart([servers.urls.at(-1)!]))
      together.push(await timeToStart(servers.urls))
    }
    const [slowest, all] = [median(alone), median(together)]
    const limit = 1.25 * slowest + 100
    verdicts.push(all <= limit ? 'ok' : 'missed')
    console.log('| row | figure | goal | verdict |')
    console.log('| --- | --- | --- | --- |')
    console.log(
      `| start with minSize ${count} on ${count} endpoints (slowest alone: ${slowest.toFixed(0)} ms) | ${all.toFixed(0)} ms | <= ${limit.toFixed(0)} ms | ${smoke ? 'smoke' : verdicts[0]} |`,
    )
  } finally {
    await servers.stop()
  }
  return close('startup', verdicts, smoke)
}

async function timeToStart(urls: readonly string[]): Promise<number> {
  const pool = new MCPClientPool({ endpoints: urls.map((url) => ({ url })), minSize: urls.length, maxSize: urls.length })
  const started = performance.now()
  await pool.start()
  const elapsed = performance.now() - started
  await pool.shutdown()
  return elapsed
}
