import { startModernServer } from '@mcp-client-pool/testbed'
import { Client } from '@modelcontextprotocol/client'
import { describe, expect, it, onTestFinished } from 'vitest'
import { MCPClientPool, withCallOptions } from '../src/index.js'
import { poolOver, running } from './pool-world.js'

/** What only a program without types can write. */
const wrong = (value: unknown): never => value as never

const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' } as const
const tool = { name: 'echo', arguments: { text: 'x' } }

/** Every door that takes options of a call. */
async function doors(): Promise<{ pool: MCPClientPool; calls: ReadonlyArray<(options: unknown) => Promise<unknown>> }> {
  const { url } = await running(startModernServer())
  const pool = await poolOver([{ url }])
  const client = new Client({ name: 'test', version: '1' })
  await client.connect(pool.transport())
  const calls = [
    (options: unknown) => pool.request(list, wrong(options)),
    (options: unknown) => pool.callTool(tool, wrong(options)),
    (options: unknown) => pool.listTools({}, wrong(options)),
    (options: unknown) => pool.listPrompts(undefined, wrong(options)),
    (options: unknown) => pool.ping(wrong(options)),
    (options: unknown) => pool.getClient(wrong(options)),
    (options: unknown) => client.callTool(withCallOptions(tool, wrong(options))),
  ]
  return { pool, calls }
}

it.each([
  ['an object', { 'X-Tenant': 'q' }],
  ['a Headers', new Headers({ 'X-Tenant': 'q' })],
  ['a Map', new Map([['X-Tenant', 'q']])],
])('headers reach the server at every door as %s', async (_, headers) => {
  const server = await running(startModernServer())
  const pool = await poolOver([{ url: server.url, headers }])
  const without = await poolOver([{ url: server.url }])
  const client = new Client({ name: 'test', version: '1' })
  await client.connect(without.transport())
  const calls = [
    () => pool.callTool(tool),
    () => without.callTool(tool, { headers }),
    () => without.request({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: tool }, { headers }),
    () => client.callTool(withCallOptions(tool, { headers })),
  ]
  for (const call of calls) {
    const request = server.requests.next(({ message }) => message?.method === 'tools/call')
    await call()
    expect((await request).headers).toMatchObject({ 'x-tenant': 'q' })
  }
})

describe('a wrong argument', () => {
  it.each([
    ['a signal that is none', { signal: {} }],
    ['no signal', { signal: null }],
    ['a controller in place of its signal', { signal: new AbortController() }],
    ['an unknown option', { affinitty: 'x' }],
    ['null', null],
    ['a number', 5],
    ['an array', []],
  ])('rejects at every door, and leaves no call behind: %s', async (_, options) => {
    const { pool, calls } = await doors()
    for (const call of calls) await expect(call(options)).rejects.toMatchObject({ code: 'CONFIG', progress: 'not-sent', retryable: false })
    expect(pool.getStatistics().inFlight).toBe(0)
    await pool.shutdown()
  })

  it('in place of parameters rejects, and nothing is sent', async () => {
    const { url } = await running(startModernServer())
    const pool = await poolOver([{ url }])
    for (const params of [undefined, null, 'x', []]) {
      const calls = [pool.callTool(wrong(params)), pool.getPrompt(wrong(params)), pool.readResource(wrong(params)), pool.complete(wrong(params))]
      for (const call of calls) await expect(call).rejects.toMatchObject({ code: 'CONFIG', message: expect.stringContaining('params must be an object, got') })
    }
    await expect(pool.listTools(wrong(5))).rejects.toMatchObject({ code: 'CONFIG' })
    expect(pool.metrics.totalRequests).toBe(0)
  })

  it('of transport throws', async () => {
    const { url } = await running(startModernServer())
    const pool = await poolOver([{ url }])
    for (const options of [null, 'x', { foo: 1 }, { signal: new AbortController().signal }])
      expect(() => pool.transport(wrong(options))).toThrow(expect.objectContaining({ code: 'CONFIG' }))
  })

  it('of shutdown rejects, and the pool goes on', async () => {
    const { url } = await running(startModernServer())
    const pool = new MCPClientPool({ endpoints: [{ url }] })
    onTestFinished(() => pool.shutdown())
    await pool.start()
    for (const options of [{ timeout: -1 }, { timeout: 'x' }, { timeOut: 5 }, null])
      await expect(pool.shutdown(wrong(options))).rejects.toMatchObject({ code: 'CONFIG' })
    expect(await pool.callTool(tool)).toMatchObject({ content: [{ type: 'text' }] })
  })
})
