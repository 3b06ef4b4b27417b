import { type Fault, type FaultName, type HttpServer, startLegacyServer, startModernServer } from '@mcp-client-pool/testbed'
import { afterEach, describe, expect, it } from 'vitest'
import { MCPClientPool, type PoolError } from '../src/index.js'

/**
 * Servers that answer with anything but an answer. An unsafe call shows how far it got and is never repeated; the pool stays
 * healthy and bounded, and serves the next call.
 */
const stops: Array<() => Promise<unknown>> = []
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()))
})

const append = (key: string) => ({ jsonrpc: '2.0', id: key, method: 'tools/call', params: { name: 'append', arguments: { key } } }) as const

describe.each([
  ['modern', startModernServer],
  ['legacy', startLegacyServer],
] as const)('a server of the %s era that', (_era, start) => {
  async function poolOver(fault: Fault | FaultName): Promise<{ server: HttpServer; pool: MCPClientPool }> {
    const server = await start()
    stops.push(() => server.close())
    const pool = new MCPClientPool({
      endpoints: [{ url: server.url }],
      minSize: 1,
      requestTimeout: 500,
      maxMessageSize: 1_000_000,
      maxStreamSize: 2_000_000,
      retryDelay: 10,
      unhealthyThreshold: 100,
    })
    stops.push(() => pool.shutdown({ timeout: 0 }))
    await pool.start()
    server.faults.next(fault, 1, 'tools/call')
    return { server, pool }
  }

  it.each<[string, Fault | FaultName, { code: string; progress: string }]>([
    ['answers with no JSON', 'garbage', { code: 'PROTOCOL', progress: 'sent' }],
    ['answers with JSON that is no JSON-RPC', { kind: 'garbage', body: '{"hello":1}' }, { code: 'PROTOCOL', progress: 'sent' }],
    ['answers with another content type', 'wrong-type', { code: 'PROTOCOL', progress: 'sent' }],
    ['answers with somebody else’s id', 'foreign-id', { code: 'PROTOCOL', progress: 'sent' }],
    ['never answers', 'silence', { code: 'REQUEST_TIMEOUT', progress: 'sent' }],
    ['sends headers for ever', 'slow-header', { code: 'REQUEST_TIMEOUT', progress: 'sent' }],
    ['resets the connection', 'reset-before', { code: 'CONNECTION_LOST', progress: 'sent' }],
    ['resets the connection after it ran', 'reset-after', { code: 'CONNECTION_LOST', progress: 'sent' }],
    ['fails', '500', { code: 'HTTP_STATUS', progress: 'sent' }],
    ['fails for a while', '503-bare', { code: 'HTTP_STATUS', progress: 'sent' }],
    ['denies', '403', { code: 'HTTP_STATUS', progress: 'answered' }],
    ['sends one JSON text without end', { kind: 'endless', as: 'json' }, { code: 'PROTOCOL', progress: 'sent' }],
    ['sends one event without end', { kind: 'endless', as: 'sse-line' }, { code: 'PROTOCOL', progress: 'sent' }],
    ['sends events without end', { kind: 'endless', as: 'sse-events' }, { code: 'PROTOCOL', progress: 'sent' }],
    ['redirects to another origin', { kind: 'redirect', to: 'http://127.0.0.1:9/mcp' }, { code: 'PROTOCOL', progress: 'sent' }],
    ['wants a token that nobody has', '401', { code: 'AUTH_FAILED', progress: 'refused' }],
  ])('%s', async (_what, fault, expected) => {
    const { server, pool } = await poolOver(fault)
    const error = (await pool.request(append('once')).catch((reason: unknown) => reason)) as PoolError
    expect(error).toMatchObject({ name: 'PoolError', attempts: 1, endpoint: server.url, ...expected })
    expect(error.retryable).toBe(expected.progress === 'refused')
    expect(server.requests.all((request) => request.message?.id !== undefined && request.message.method === 'tools/call')).toHaveLength(1)
    expect(await pool.request(append('next'))).toHaveProperty('result')
    expect(pool.getHealthyClients()).toHaveLength(1)
  })

  it.each<FaultName>(['503', '429'])('says with %s that it did not run it, and is asked again', async (fault) => {
    const { server, pool } = await poolOver(fault)
    expect(await pool.request(append('twice'), { timeout: 10_000 })).toHaveProperty('result')
    expect(server.requests.all('tools/call')).toHaveLength(2)
  })

  it('cuts its answer', async () => {
    const { pool } = await poolOver('cut')
    const error = await pool.request(append('cut')).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ progress: 'sent' })
    expect(['PROTOCOL', 'CONNECTION_LOST']).toContain((error as PoolError).code)
  })

  it('redirects within its origin is followed', async () => {
    const server = await start()
    stops.push(() => server.close())
    const pool = new MCPClientPool({ endpoints: [{ url: server.url }] })
    stops.push(() => pool.shutdown({ timeout: 0 }))
    await pool.start()
    server.faults.next({ kind: 'redirect', to: server.url }, 1, 'tools/call')
    expect(await pool.request(append('moved'))).toHaveProperty('result')
  })

  it('sends gigabytes costs the pool no more than it allows', async () => {
    const { pool } = await poolOver({ kind: 'endless', as: 'json' })
    globalThis.gc?.()
    const before = process.memoryUsage().arrayBuffers
    await pool.request(append('big')).catch(() => {})
    // The limit is 1 MB; what the sockets had read besides is a few of their buffers.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50_000_000)
  })
})
