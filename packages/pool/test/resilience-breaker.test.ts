import { type HttpServer, startLegacyServer, startModernServer } from '@mcp-client-pool/testbed'
import { describe, expect, it, onTestFinished } from 'vitest'
import { CircuitBreakerPool, type PoolError, type PoolOptions } from '../src/index.js'
import { next, running } from './pool-world.js'

/** A breaker was asked for, and is obeyed whatever it costs. */

const calls = (server: HttpServer): number => server.requests.all('tools/call').length

describe.each([
  ['modern', startModernServer],
  ['legacy', startLegacyServer],
] as const)('CircuitBreakerPool over a replica of the %s era', (_era, start) => {
  async function begin(options: Partial<PoolOptions> = {}) {
    const server = await running<HttpServer>(start())
    const pool = new CircuitBreakerPool({ endpoints: [{ url: server.url }], minSize: 1, maxSize: 1, ...options })
    onTestFinished(() => pool.shutdown({ timeout: 0 }))
    await pool.start()
    let n = 0
    const append = (): Promise<string> =>
      pool.callTool({ name: 'append', arguments: { key: `${n++}` } }).then(
        () => 'answered',
        (error: PoolError) => error.code,
      )
    return { server, pool, append }
  }

  it('fails fast on its only endpoint after five failures, without asking the server', async () => {
    const { server, pool, append } = await begin({ breakerResetTimeout: 600_000 })
    server.faults.next('500', Number.POSITIVE_INFINITY, 'tools/call')
    const opened = next(pool, 'circuit:opened')
    for (let i = 0; i < 5; i++) expect(await append()).toBe('HTTP_STATUS')
    const { clientId } = await opened
    expect(pool.circuitBreakers.get(clientId)).toMatchObject({ state: 'open' })
    expect(await Promise.all(Array.from({ length: 20 }, append))).toEqual(Array(20).fill('CIRCUIT_OPEN'))
    expect(calls(server)).toBe(5)
    await expect(pool.callTool({ name: 'echo', arguments: { text: 'x' } })).rejects.toMatchObject({
      code: 'CIRCUIT_OPEN',
      progress: 'not-sent',
      retryable: true,
    })
  })

  it('lets few trial calls through when its time is over, and opens again where they fail', async () => {
    const { server, pool, append } = await begin({ breakerResetTimeout: 50, breakerTrials: 2 })
    server.faults.next('500', Number.POSITIVE_INFINITY, 'tools/call')
    for (let i = 0; i < 5; i++) await append()
    const opened = next(pool, 'circuit:opened')
    await next(pool, 'circuit:half-open')
    const ends = await Promise.all(Array.from({ length: 10 }, append))
    await opened
    expect(ends.filter((end) => end === 'HTTP_STATUS')).toHaveLength(2)
    expect(ends.filter((end) => end === 'CIRCUIT_OPEN')).toHaveLength(8)
    expect(calls(server)).toBe(7)
  })

  it('closes once its trial calls went well', async () => {
    const { server, pool, append } = await begin({ breakerResetTimeout: 50 })
    server.faults.next('500', 5, 'tools/call')
    for (let i = 0; i < 5; i++) await append()
    await next(pool, 'circuit:half-open')
    const closed = next(pool, 'circuit:closed')
    for (let i = 0; i < 3; i++) expect(await append()).toBe('answered')
    const { clientId } = await closed
    expect(pool.circuitBreakers.get(clientId)).toMatchObject({ state: 'closed' })
    expect(await Promise.all(Array.from({ length: 20 }, append))).toEqual(Array(20).fill('answered'))
  })

  it('answers that say no, and tools that fail, leave it closed', async () => {
    const { server, pool, append } = await begin()
    server.faults.next({ kind: 'error', code: -32_603 }, 10, 'tools/call')
    for (let i = 0; i < 10; i++) await append()
    for (let i = 0; i < 10; i++) await pool.callTool({ name: 'fail', arguments: {} })
    expect(await append()).toBe('answered')
  })
})
