import { everythingStdio, MemoryLedger, startEverything, startLedgerServer, startModernServer, stdioServer } from '@mcp-client-pool/testbed'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { CreateMessageRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { EndpointOptions, MCPClientPool } from '../src/index.js'
import { eventually } from './attempts.js'
import { poolOver, running, type Who, whoAnswers } from './pool-world.js'

describe('the reference server of the MCP project', () => {
  it.each<[string, () => Promise<EndpointOptions>]>([
    ['stdio', () => Promise.resolve({ ...everythingStdio(), id: 'everything' })],
    ['Streamable HTTP', async () => ({ url: (await running(startEverything())).url })],
    ['HTTP+SSE', async () => ({ url: (await running(startEverything({ transport: 'sse' }))).url, transport: 'sse' })],
    ['HTTP+SSE, where nothing says so', async () => ({ url: (await running(startEverything({ transport: 'sse' }))).url })],
  ])('serves lists, calls and resources over %s', async (_way, begin) => {
    const pool = await poolOver([await begin()], { minSize: 2 })
    expect((await pool.listTools()).tools.map(({ name }) => name)).toContain('echo')
    for (let n = 0; n < 4; n++)
      expect(await pool.callTool({ name: 'echo', arguments: { message: `hello ${n}` } })).toMatchObject({ content: [{ text: `Echo: hello ${n}` }] })
    const { resources } = await pool.listResources()
    expect((await pool.readResource({ uri: resources[0]!.uri })).contents).toHaveLength(1)
    expect((await pool.listPrompts()).prompts.length).toBeGreaterThan(0)
    const progress: number[] = []
    await pool.callTool(
      { name: 'trigger-long-running-operation', arguments: { duration: 0.2, steps: 2 } },
      { onprogress: (step) => void progress.push(step.progress) },
    )
    expect(progress).toEqual([1, 2])
    await pool.ping()
    expect(pool.getStatistics().clients.map(({ era, health }) => [era, health])).toEqual([
      ['legacy', 'healthy'],
      ['legacy', 'healthy'],
    ])
  })
})

it('calls a tool that only the session of the SDK client has, and leaves it to the server to refuse one that nobody has', async () => {
  const pool = await poolOver([{ url: (await running(startEverything())).url }])
  const client = new Client({ name: 'host', version: '1' }, { capabilities: { sampling: {} } })
  client.setRequestHandler(CreateMessageRequestSchema, () => ({ role: 'assistant', model: 'm', content: { type: 'text', text: 'Hi.' } }))
  await client.connect(pool.transport())
  onTestFinished(() => client.close())
  // The pool's own session offers no sampling, and lists no tool that needs it.
  await pool.listTools()
  const sampled = await client.callTool({ name: 'trigger-sampling-request', arguments: { prompt: 'x', maxTokens: 5 } })
  expect(JSON.stringify(sampled)).toContain('Hi.')
  expect(await pool.callTool({ name: 'nobody-has-it', arguments: {} })).toMatchObject({
    isError: true,
    content: [{ text: expect.stringContaining('nobody-has-it') }],
  })
})

describe('children over stdio', () => {
  const alive = (pid: number): boolean => {
    try {
      return process.kill(pid, 0)
    } catch {
      return false
    }
  }
  const pidsOf = (who: readonly Who[]) => [...new Set(who.map(({ pid }) => pid))]
  async function allAnswer(pool: MCPClientPool, children: number): Promise<number[]> {
    await eventually(() => pool.getHealthyClients().length === children)
    for (;;) {
      const pids = pidsOf(await whoAnswers(pool, 4 * children))
      if (pids.length === children) return pids
    }
  }

  it.each([1, 2] as const)('that die are started again, and none is left when the pool shuts down (SDK v%d)', async (sdk) => {
    const pool = await poolOver([{ id: 'local', ...stdioServer({ sdk }) }], { minSize: 2 })
    const first = await allAnswer(pool, 2)
    for (const pid of first) process.kill(pid, 'SIGKILL')
    await eventually(() => pool.getHealthyClients().length === 0)
    const second = await allAnswer(pool, 2)
    for (const pid of second) expect(first).not.toContain(pid)
    await pool.shutdown()
    for (const pid of [...first, ...second]) expect(alive(pid)).toBe(false)
  })

  it('that die in the middle of an unsafe call run it once, and the error says that it may have run', async () => {
    const ledger = new MemoryLedger()
    const counts = await running(startLedgerServer(ledger))
    const pool = await poolOver([{ id: 'local', ...stdioServer({ ledgerUrl: counts.url }) }], { minSize: 2 })
    const pids = await allAnswer(pool, 2)
    const call = pool.callTool({ name: 'slow-append', arguments: { key: 'k', ms: 60_000 } }).catch((reason: unknown) => reason)
    await ledger.reached('slow-append', 'k')
    for (const pid of pids) process.kill(pid, 'SIGKILL')
    expect(await call).toMatchObject({ code: 'CONNECTION_LOST', progress: 'sent', retryable: false })
    await allAnswer(pool, 2)
    expect(ledger.count('slow-append', 'k')).toBe(1)
  })

  it('stand in one fleet with servers over HTTP', async () => {
    const server = await running(startModernServer({ id: 'http' }))
    const pool = await poolOver([{ id: 'local', ...stdioServer({ id: 'stdio' }) }, { url: server.url }])
    await eventually(() => pool.getHealthyClients().length === 2)
    expect(new Set((await whoAnswers(pool, 8)).map((who) => who.server))).toEqual(new Set(['stdio', 'http']))
  })
})
