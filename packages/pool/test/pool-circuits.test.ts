import { startModernServer } from '@mcp-client-pool/testbed'
import { describe, expect, it, onTestFinished } from 'vitest'
import { CircuitBreakerPool, MCPClientPool, type PoolOptions } from '../src/index.js'
import { running } from './pool-world.js'

async function started(Pool: typeof MCPClientPool, options: PoolOptions): Promise<MCPClientPool> {
  const pool = new Pool({ minSize: 1, retryAttempts: 0, ...options })
  onTestFinished(() => pool.shutdown({ timeout: 0 }))
  await pool.start()
  return pool
}

const call = (pool: MCPClientPool): Promise<unknown> =>
  pool.callTool({ name: 'whoami', arguments: {} }).then(
    () => 'answered',
    (error: { code: string }) => error.code,
  )

describe('a circuit breaker', () => {
  it('opens after failures in a row, is tried after its time, and closes when that went well', async () => {
    const server = await running(startModernServer())
    const pool = await started(CircuitBreakerPool, { endpoints: [{ url: server.url }], breakerThreshold: 3, breakerResetTimeout: 100, breakerTrials: 2 })
    const [id] = [...pool.clients.keys()]
    const events: string[] = []
    for (const name of ['circuit:opened', 'circuit:half-open', 'circuit:closed'] as const)
      pool.on(name, ({ clientId }) => events.push(`${name} ${clientId === id ? pool.circuitBreakers.get(clientId)?.state : '?'}`))

    server.faults.next('500', 3, 'tools/call')
    for (let n = 0; n < 3; n++) expect(await call(pool)).toBe('HTTP_STATUS')
    expect(pool.circuitBreakers.get(id!)).toMatchObject({ state: 'open', openedAt: expect.any(Number) })
    expect(pool.getStatistics().clients[0]).toMatchObject({ breaker: 'open' })
    expect(await call(pool)).toBe('CIRCUIT_OPEN')
    expect(events).toEqual(['circuit:opened open'])
    while (events.length < 3) await call(pool)
    expect(events).toEqual(['circuit:opened open', 'circuit:half-open half-open', 'circuit:closed closed'])
    expect(await call(pool)).toBe('answered')
  })

  it('counts errors that are reported of the client', async () => {
    const server = await running(startModernServer())
    const pool = await started(CircuitBreakerPool, { endpoints: [{ url: server.url }], unhealthyThreshold: 10 })
    const [id] = [...pool.clients.keys()]
    for (let n = 0; n < 4; n++) pool.handleClientError(id!, new Error('reported'))
    expect(pool.circuitBreakers.get(id!)).toMatchObject({ state: 'closed', failures: 4 })
    pool.clients.get(id!)!.emit('error', new Error('emitted'))
    expect(pool.circuitBreakers.get(id!)).toMatchObject({ state: 'open' })
    expect(await call(pool)).toBe('CIRCUIT_OPEN')
  })

  it('is opened and closed by hand', async () => {
    const server = await running(startModernServer())
    const pool = await started(CircuitBreakerPool, { endpoints: [{ url: server.url }] })
    const [id] = [...pool.clients.keys()]
    expect([...pool.circuitBreakers]).toEqual([[id, { state: 'closed', failures: 0, openedAt: undefined }]])
    pool.circuitBreakers.set(id!, { state: 'open' })
    expect(await call(pool)).toBe('CIRCUIT_OPEN')
    pool.circuitBreakers.delete(id!)
    expect(await call(pool)).toBe('answered')
  })

  it('is not there where nobody asked for one', async () => {
    const server = await running(startModernServer())
    const pool = await started(MCPClientPool, { endpoints: [{ url: server.url }] })
    server.faults.next('500', 20, 'tools/call')
    for (let n = 0; n < 20; n++) expect(await call(pool)).toBe('HTTP_STATUS')
    expect([pool.circuitBreakers.size, pool.getStatistics().clients[0]?.breaker]).toEqual([0, undefined])
    expect(await call(pool)).toBe('answered')
  })
})
