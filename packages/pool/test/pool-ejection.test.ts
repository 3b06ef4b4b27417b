import { type ModernServer, startModernServer } from '@mcp-client-pool/testbed'
import { describe, expect, it } from 'vitest'
import type { MCPClientPool } from '../src/index.js'
import { poolOver, running, whoAnswers } from './pool-world.js'

const FOREVER = Number.POSITIVE_INFINITY

/** By load, hardly any call would go to a replica that fails, and it would take long to prove anything. In turns a third of all fails meanwhile, and is repeated. */
const TURNS = { loadBalancingAlgorithm: 'round-robin', retryBudget: { ratio: 1 } } as const

/** Calls, four at a time, until something is so. All of them have to be answered. */
async function callingUntil(pool: MCPClientPool, isSo: () => boolean): Promise<void> {
  while (!isSo()) await whoAnswers(pool, 4)
}

async function three(): Promise<{ servers: ModernServer[]; urls: string[] }> {
  const servers = await Promise.all(['a', 'b', 'c'].map((id) => running(startModernServer({ id }))))
  return { servers, urls: servers.map(({ url }) => url) }
}

describe('a replica whose calls fail and whose probes pass', () => {
  it('is out for a while, for no caller to notice, and comes back when its calls go well', async () => {
    const { servers, urls } = await three()
    const pool = await poolOver(
      urls.map((url) => ({ url })),
      { ...TURNS, baseEjectionTime: 100, maxEjectionTime: 100, minSize: 3 },
    )
    const bad = [...pool.clients.values()].find(({ endpoint }) => endpoint.url === urls[0])!
    const heard: unknown[] = []
    pool.on('client:ejected', ({ clientId, reason }) =>
      heard.push(['ejected', clientId, reason, pool.isHealthy(clientId), pool.healthStatus.get(clientId)?.status]),
    )
    pool.on('client:returned', ({ clientId }) => heard.push(['returned', clientId, pool.isHealthy(clientId)]))

    servers[0]!.faults.next('500', FOREVER, 'tools/call')
    await callingUntil(pool, () => heard.length > 0)
    expect(heard[0]).toEqual(['ejected', bad.id, 'failing', false, 'ejected'])
    expect(pool.clients.get(bad.id)).toBe(bad)
    // Its probes pass all the same, which proves nothing.
    await pool.performHealthCheck(bad.id)
    await pool.performHealthCheck(bad.id)
    expect(pool.isHealthy(bad.id)).toBe(false)

    servers[0]!.faults.clear()
    await callingUntil(pool, () => pool.getHealthyClients().length === 3)
    expect(heard.at(-1)).toEqual(['returned', bad.id, true])
    expect(pool.getStatistics().pool).toMatchObject({ size: 3, healthy: 3 })
  })

  it('is put back by hand, and then given calls', async () => {
    const { servers, urls } = await three()
    const pool = await poolOver(
      urls.map((url) => ({ url })),
      { ...TURNS, baseEjectionTime: 3_600_000, maxEjectionTime: 3_600_000, minSize: 3 },
    )
    servers[0]!.faults.next('500', FOREVER, 'tools/call')
    await callingUntil(pool, () => pool.getHealthyClients().length === 2)
    const bad = [...pool.clients.values()].find(({ id }) => !pool.isHealthy(id))!
    expect(bad.endpoint.url).toBe(urls[0])
    servers[0]!.faults.clear()
    const servedBy = async (): Promise<string[]> => (await whoAnswers(pool, 30)).map(({ server }) => server)
    expect(await servedBy()).not.toContain('a')
    pool.healthStatus.set(bad.id, { status: 'healthy' })
    expect(pool.isHealthy(bad.id)).toBe(true)
    expect(await servedBy()).toContain('a')
  })

  it('is unhealthy after unhealthyThreshold calls where nobody is ejected', async () => {
    const { servers, urls } = await three()
    const pool = await poolOver(
      urls.map((url) => ({ url })),
      { ...TURNS, maxEjectionPercent: 0, unhealthyThreshold: 2, minSize: 3 },
    )
    const events: string[] = []
    for (const name of ['client:ejected', 'client:unhealthy', 'client:healthy'] as const) pool.on(name, () => events.push(name))
    servers[0]!.faults.next('500', FOREVER, 'tools/call')
    await callingUntil(pool, () => events.length > 0)
    servers[0]!.faults.clear()
    await callingUntil(pool, () => events.length > 1)
    expect(events).toEqual(['client:unhealthy', 'client:healthy'])
  })
})
