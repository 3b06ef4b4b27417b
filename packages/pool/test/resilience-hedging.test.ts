import { type HttpServer, MemoryLedger, startLegacyServer, startModernServer } from '@mcp-client-pool/testbed'
import { describe, expect, it } from 'vitest'
import type { PoolOptions } from '../src/index.js'
import { poolOver, running } from './pool-world.js'

/** Second attempts of slow calls. Where somebody had to wait for `requestTimeout` a test would not end. */

const calls = (server: HttpServer): number => server.requests.all('tools/call').length

describe.each([
  ['modern', startModernServer],
  ['legacy', startLegacyServer],
] as const)('over replicas of the %s era', (_era, start) => {
  async function begin(count: number, options: Partial<PoolOptions> = {}) {
    const ledger = new MemoryLedger()
    const servers = await Promise.all(Array.from({ length: count }, (_, id) => running<HttpServer>(start({ id: `server-${id}`, ledger }))))
    const pool = await poolOver(
      servers.map(({ url }) => ({ url })),
      { requestTimeout: 600_000, hedge: { after: 20, maxExtra: 1 }, ...options },
    )
    return { pool, servers, ledger }
  }

  it('one of three is a black hole: nobody waits', async () => {
    const { pool, servers } = await begin(3)
    servers[0]!.faults.next('silence', Number.POSITIVE_INFINITY, 'tools/call')
    for (let round = 0; round < 10; round++) {
      const answers = await Promise.all(Array.from({ length: 6 }, (_, n) => pool.callTool({ name: 'echo', arguments: { text: `${n}` } }, { idempotent: true })))
      expect(answers.map(({ structuredContent }) => structuredContent)).toEqual(Array.from({ length: 6 }, (_, n) => ({ text: `${n}` })))
    }
    expect(calls(servers[0]!)).toBeGreaterThan(0)
    expect(pool.getStatistics()).toMatchObject({ metrics: { failedRequests: 0 } })
    expect(pool.getStatistics().hedges).toBeGreaterThan(0)
  })

  it('the loser is cancelled, and its server hears of it', async () => {
    const { pool, servers, ledger } = await begin(2)
    // The first to be asked takes for ever, the second answers.
    servers[0]!.faults.next('silence', 1, 'tools/call')
    const [lost] = await Promise.all([
      servers[0]!.requests.next('tools/call'),
      pool.callTool({ name: 'echo', arguments: { text: 'x', key: 'k' } }, { affinity: await boundTo(pool, servers[0]!), idempotent: true }),
    ])
    expect(await lost.outcome).toBe('aborted')
    expect([ledger.count('echo', 'k'), calls(servers[1]!)]).toEqual([1, 1])
  })

  it('unsafe calls are never hedged, however slow they are', async () => {
    const { pool, ledger } = await begin(3, { hedge: { after: 1, maxExtra: 1 } })
    await Promise.all(Array.from({ length: 30 }, (_, n) => pool.callTool({ name: 'slow-append', arguments: { key: `${n}`, ms: 60 } })))
    expect([ledger.count('slow-append'), ledger.repeated('slow-append')]).toEqual([30, []])
    expect(pool.getStatistics().hedges).toBe(0)
  })

  it('unsafe calls that meet a black hole fail and are not repeated', async () => {
    const { pool, servers, ledger } = await begin(3, { requestTimeout: 200, hedge: { after: 1, maxExtra: 1 } })
    servers[0]!.faults.next('silence-after', Number.POSITIVE_INFINITY, 'tools/call')
    const ends = await Promise.allSettled(Array.from({ length: 30 }, (_, n) => pool.callTool({ name: 'append', arguments: { key: `${n}` } })))
    expect(ends.some(({ status }) => status === 'rejected')).toBe(true)
    for (const [n, end] of ends.entries()) {
      if (end.status === 'fulfilled') expect(ledger.count('append', `${n}`)).toBe(1)
      else expect(end.reason).toMatchObject({ code: 'REQUEST_TIMEOUT', progress: 'sent', retryable: false })
    }
    expect(ledger.repeated('append')).toEqual([])
    expect(pool.getStatistics().hedges).toBe(0)
  })

  it('a tool that says that it only reads is hedged without a word of the caller', async () => {
    const { pool } = await begin(2, { hedge: { after: 1, maxExtra: 1 } })
    // Not before the lists of tools are there.
    while (pool.getStatistics().hedges === 0) await pool.callTool({ name: 'slow', arguments: { ms: 30 } })
    expect(pool.getStatistics().metrics.failedRequests).toBe(0)
  })

  it('hedges stay within their budget, and a call may do without', async () => {
    const { pool, ledger } = await begin(2, { hedge: { after: 1, maxExtra: 0.1 } })
    await Promise.all(Array.from({ length: 40 }, (_, n) => pool.callTool({ name: 'slow', arguments: { key: `${n}`, ms: 60 } }, { idempotent: true })))
    const { hedges } = pool.getStatistics()
    expect(hedges).toBeGreaterThan(0)
    expect(hedges).toBeLessThanOrEqual(4)
    // One that is cancelled soon enough does not run.
    expect(ledger.count('slow')).toBeGreaterThanOrEqual(40)
    expect(ledger.count('slow')).toBeLessThanOrEqual(40 + hedges)
    await Promise.all(Array.from({ length: 40 }, () => pool.callTool({ name: 'slow', arguments: { ms: 30 } }, { idempotent: true, hedge: false })))
    expect(pool.getStatistics().hedges).toBe(hedges)
  })
})

async function boundTo(pool: Awaited<ReturnType<typeof poolOver>>, server: HttpServer): Promise<string> {
  for (let n = 0; ; n++) {
    const affinity = `key-${n}`
    if ((await pool.getClient({ affinity })).endpoint.id === server.url) return affinity
  }
}
