import { type HttpServer, MemoryLedger, startLegacyServer, startModernServer } from '@mcp-client-pool/testbed'
import { describe, expect, it } from 'vitest'
import type { MCPClientPool, PoolOptions } from '../src/index.js'
import { next, poolOver, running } from './pool-world.js'

/** Clients that are out for what their calls came to, and how they come back. Safe calls are answered all the while. */

/** Safe calls until it has happened. Rejects when one fails. */
async function callUntil<T>(pool: MCPClientPool, happened: Promise<T>): Promise<T> {
  let over = false
  const end = happened.finally(() => {
    over = true
  })
  while (!over) await pool.callTool({ name: 'echo', arguments: { text: 'x' } })
  return end
}

describe.each([
  ['modern', startModernServer],
  ['legacy', startLegacyServer],
] as const)('over three replicas of the %s era, of which one goes wrong', (_era, start) => {
  async function begin(options: Partial<PoolOptions> = {}) {
    const ledger = new MemoryLedger()
    const servers = await Promise.all(['good', 'fine', 'bad'].map((id) => running<HttpServer>(start({ id, ledger }))))
    const pool = await poolOver(
      servers.map(({ url }) => ({ url })),
      // In turns, for any better policy would leave a client that fails to itself; so a third of all attempts fails while proof is gathered.
      { loadBalancingAlgorithm: 'round-robin', retryBudget: { ratio: 1 }, ...options },
    )
    const bad = servers[2]!
    const idOfBad = [...pool.clients].find(([, { endpoint }]) => endpoint.id === bad.url)![0]
    return { pool, bad, idOfBad, ledger }
  }

  it('one that fails fast is ejected, gets no call while it is out, and its probes do not bring it back', async () => {
    const { pool, bad, idOfBad } = await begin({ baseEjectionTime: 600_000, maxEjectionTime: 600_000 })
    bad.faults.next('500', Number.POSITIVE_INFINITY, 'tools/call')
    expect(await callUntil(pool, next(pool, 'client:ejected'))).toMatchObject({ clientId: idOfBad, reason: 'failing' })
    bad.requests.clear()
    for (let i = 0; i < 3; i++) await pool.performHealthCheck(idOfBad)
    await Promise.all(Array.from({ length: 60 }, () => pool.callTool({ name: 'echo', arguments: { text: 'x' } })))
    expect(bad.requests.all('tools/call')).toEqual([])
    expect(pool.healthStatus.get(idOfBad)?.status).toBe('ejected')
    expect(pool.isHealthy(idOfBad)).toBe(false)
    expect(pool.getHealthyClients()).toHaveLength(2)
    expect(pool.getStatistics().clients.find(({ id }) => id === idOfBad)?.ejection).toMatchObject({ reason: 'failing' })
  })

  it('returns by trial calls once it is well, and stays out longer while it is not', async () => {
    const { pool, bad, idOfBad } = await begin({ baseEjectionTime: 50, maxEjectionTime: 2_000, slowStartTime: 0 })
    bad.faults.next('500', Number.POSITIVE_INFINITY, 'tools/call')
    const first = await callUntil(pool, next(pool, 'client:ejected'))
    // A trial call fails: out again.
    const again = await callUntil(pool, next(pool, 'client:ejected'))
    expect([first.clientId, again.clientId]).toEqual([idOfBad, idOfBad])
    expect(again.duration).toBeGreaterThan(first.duration)
    bad.faults.clear()
    expect(await callUntil(pool, next(pool, 'client:returned'))).toMatchObject({ clientId: idOfBad })
    expect(pool.getHealthyClients()).toHaveLength(3)
    // Waited for, and not counted: a server remembers its last 1,000 requests, and a slow proof may take more calls than that.
    expect(await callUntil(pool, bad.requests.next('tools/call'))).toMatchObject({ verb: 'POST' })
  })

  it('trial calls may fail without anybody noticing, and unsafe ones run once', async () => {
    const { pool, bad, ledger } = await begin({ baseEjectionTime: 50, maxEjectionTime: 50 })
    bad.faults.next('503', Number.POSITIVE_INFINITY, 'tools/call')
    for (let i = 0; i < 150; i++) await pool.callTool({ name: 'append', arguments: { key: `${i}` } })
    expect([ledger.count('append'), ledger.repeated('append')]).toEqual([150, []])
  })
})
