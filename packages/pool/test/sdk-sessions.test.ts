import {
  COUNTER_URI,
  type LegacyServer,
  MemoryLedger,
  type ModernServer,
  startLedgerServer,
  startLegacyServer,
  startModernServer,
  startSseServer,
  stdioServer,
} from '@mcp-client-pool/testbed'
import { Client as ClientV2 } from '@modelcontextprotocol/client'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  LoggingMessageNotificationSchema,
  ResourceUpdatedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type EndpointOptions, MCPClientPool, type PoolOptions } from '../src/index.js'
import { eventually } from './attempts.js'

const INFO = { name: 'app', version: '1.0.0' }

async function poolOver(endpoints: readonly EndpointOptions[], options: Partial<PoolOptions> = {}): Promise<MCPClientPool> {
  const pool = new MCPClientPool({ endpoints, retryDelay: 10, ...options })
  onTestFinished(() => pool.shutdown({ timeout: 0 }))
  await pool.start()
  return pool
}

async function modern(id: string, ledger = new MemoryLedger()): Promise<ModernServer> {
  const server = await startModernServer({ id, ledger })
  onTestFinished(() => server.close())
  return server
}

async function legacy(id: string, ledger = new MemoryLedger()): Promise<LegacyServer> {
  const server = await startLegacyServer({ id, ledger })
  onTestFinished(() => server.close())
  return server
}

const ADA = { action: 'accept' as const, content: { name: 'Ada' } }

async function v1(pool: MCPClientPool): Promise<ClientV1> {
  const client = new ClientV1(INFO, { capabilities: { elicitation: {}, sampling: {} } })
  client.setRequestHandler(ElicitRequestSchema, () => ADA)
  client.setRequestHandler(CreateMessageRequestSchema, () => ({ role: 'assistant' as const, model: 'm', content: { type: 'text' as const, text: 'Hi.' } }))
  await client.connect(pool.transport())
  onTestFinished(() => client.close())
  return client
}

async function v2(pool: MCPClientPool): Promise<ClientV2> {
  const client = new ClientV2(INFO, { capabilities: { elicitation: {}, sampling: {} }, versionNegotiation: { mode: 'auto' } })
  client.setRequestHandler('elicitation/create', () => ADA)
  await client.connect(pool.transport())
  onTestFinished(() => client.close())
  return client
}

const who = (result: unknown) => (result as { structuredContent: { server: string; session?: string; pid: number } }).structuredContent

describe('questions of servers', () => {
  it('reach the client in its own session, and go back to the server', async () => {
    const pool = await poolOver([{ url: (await legacy('a')).url }, { url: (await legacy('b')).url }])
    const client = await v1(pool)
    expect(await client.callTool({ name: 'ask', arguments: {} })).toMatchObject({ structuredContent: ADA })
    expect(await client.callTool({ name: 'sample', arguments: {} })).toMatchObject({ structuredContent: { content: { text: 'Hi.' } } })
  })

  it('come as results to a modern client, and the answer goes to the replica that asked', async () => {
    const pool = await poolOver([{ url: (await modern('a')).url }, { url: (await modern('b')).url }, { url: (await modern('c')).url }])
    const client = await v2(pool)
    const results = await Promise.all(Array.from({ length: 12 }, () => client.callTool({ name: 'ask', arguments: {} })))
    for (const result of results) expect(result).toMatchObject({ structuredContent: ADA })
  })

  it.each(['modern', 'legacy', 'mixed'] as const)('are answered by the handlers of the pool for its own verbs, over a %s fleet', async (fleet) => {
    const first = fleet === 'legacy' ? await legacy('a') : await modern('a')
    const second = fleet === 'modern' ? await modern('b') : await legacy('b')
    const pool = await poolOver([{ url: first.url }, { url: second.url }], { handlers: { elicitation: () => ADA } })
    const results = await Promise.all(Array.from({ length: 6 }, () => pool.callTool({ name: 'ask', arguments: {} })))
    for (const result of results) expect(result).toMatchObject({ structuredContent: ADA })
  })

  it('that cannot be brought to a legacy client are an error that says so', async () => {
    const ledger = new MemoryLedger()
    const servers = [await modern('a', ledger), await modern('b', ledger)]
    const pool = await poolOver(servers.map(({ url }) => ({ url })))
    const client = await v1(pool)
    await expect(client.callTool({ name: 'ask', arguments: { key: 'k' } })).rejects.toThrow(/elicitation.*it may have run/)
    expect(ledger.count('ask', 'k')).toBe(0)
    // It had begun when it asked: nobody knows what it did before.
    expect(servers.flatMap(({ requests }) => requests.all('tools/call'))).toHaveLength(1)
  })

  it.each(['legacy', 'modern'] as const)('keep the next call of a %s client on replicas of its era', async (era) => {
    const servers = [await legacy('a'), await modern('b')]
    const pool = await poolOver(servers.map(({ url }) => ({ url })))
    const client = era === 'legacy' ? await v1(pool) : await v2(pool)
    const answered = async (): Promise<boolean> => {
      const result = await client.callTool({ name: 'ask', arguments: {} }).catch(() => undefined)
      return result !== undefined && result.isError !== true
    }
    const answers: boolean[] = []
    for (let i = 0; i < 10; i++) answers.push(await answered())
    // By then nothing comes any more that makes the pool look anew, such as a list of tools.
    expect(answers.slice(5).filter((isGood) => !isGood).length).toBeLessThan(2)
  })
})

describe('a session of a client', () => {
  it('is its own, with its own parameters, and all its calls are made in it', async () => {
    const servers = [await legacy('a'), await legacy('b')]
    const pool = await poolOver(servers.map(({ url }) => ({ url })))
    const [one, two] = [await v1(pool), await v1(pool)]
    const sessions = async (client: ClientV1) => {
      const answers = await Promise.all(Array.from({ length: 8 }, () => client.callTool({ name: 'whoami', arguments: {} })))
      return new Set(answers.map((answer) => who(answer).session))
    }
    const [first, second] = [await sessions(one), await sessions(two)]
    expect([first.size, second.size]).toEqual([1, 1])
    expect([...first]).not.toEqual([...second])
    const spread = await Promise.all(Array.from({ length: 8 }, () => pool.callTool({ name: 'whoami', arguments: {} })))
    expect(spread.map((answer) => who(answer).session)).not.toContain([...first][0])
  })

  it('is opened again elsewhere when its replica is gone, with its log level and subscriptions, and the call goes on', async () => {
    const servers = new Map([
      ['a', await legacy('a')],
      ['b', await legacy('b')],
    ])
    const pool = await poolOver([...servers.values()].map(({ url }) => ({ url })))
    const client = await v1(pool)
    const updated: string[] = []
    const logged: string[] = []
    client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => void updated.push(params.uri))
    client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => void logged.push(params.level))
    const first = who(await client.callTool({ name: 'whoami', arguments: {} })).server
    await client.setLoggingLevel('warning')
    await client.subscribeResource({ uri: COUNTER_URI })
    await servers.get(first)?.close()
    const second = who(await client.callTool({ name: 'whoami', arguments: {} })).server
    expect(second).not.toBe(first)
    await client.callTool({ name: 'log', arguments: { level: 'info' } })
    await client.callTool({ name: 'log', arguments: { level: 'error' } })
    await client.callTool({ name: 'touch', arguments: {} })
    await eventually(() => updated.includes(COUNTER_URI) && logged.length > 0)
    expect(logged).toEqual(['error'])
  })

  it('is ended at the server when the client closes', async () => {
    const server = await legacy('a')
    const pool = await poolOver([{ url: server.url }])
    const client = await v1(pool)
    const { session } = who(await client.callTool({ name: 'whoami', arguments: {} }))
    await client.close()
    await eventually(() => server.deleted.includes(session ?? ''))
    expect(server.sessions.has(session ?? '')).toBe(false)
  })
})

it('continues an answer at the replica that began it, from a token that the client kept', async () => {
  const ledger = new MemoryLedger()
  const servers = await Promise.all(['a', 'b', 'c'].map((id) => startLegacyServer({ id, ledger, resumable: true })))
  onTestFinished(async () => void (await Promise.all(servers.map((server) => server.close()))))
  const pool = await poolOver(servers.map(({ url }) => ({ url })))
  const client = await v1(pool)
  const tokens: string[] = []
  const params = { name: 'slow-append', arguments: { key: 'k', ms: 30, steps: 3 } }
  const { content } = await client.callTool(params, undefined, { onresumptiontoken: (token) => void tokens.push(token), onprogress: () => {} })
  expect(tokens.length).toBeGreaterThan(1)
  const again = await client.callTool(params, undefined, { resumptionToken: tokens[0] ?? '' })
  expect(again.content).toEqual(content)
  expect(ledger.count('slow-append', 'k')).toBe(1)
})

describe('a fleet of child processes', () => {
  it('serves clients of either era and SDK, and the verbs, and a child that dies is replaced', async () => {
    const ledger = new MemoryLedger()
    const counts = await startLedgerServer(ledger)
    onTestFinished(() => counts.close())
    const child = (id: string, sdk: 1 | 2) => ({ id, ...stdioServer({ id, sdk, ledgerUrl: counts.url }) })
    const pool = await poolOver([child('old', 1), child('new', 2)])
    const [old, recent] = [await v1(pool), await v2(pool)]
    for (const client of [old, recent]) {
      expect((await client.listTools()).tools.map(({ name }) => name)).toContain('echo')
      expect(await client.callTool({ name: 'echo', arguments: { text: 'x' } })).toMatchObject({ structuredContent: { text: 'x' } })
    }
    const answers = await Promise.all(Array.from({ length: 8 }, () => pool.callTool({ name: 'whoami', arguments: {} })))
    const pids = new Map(answers.map((answer) => [who(answer).server, who(answer).pid]))
    expect([...pids.keys()].sort()).toEqual(['new', 'old'])

    const healthy = new Set<string>()
    pool.on('client:healthy', ({ clientId }) => void healthy.add(clientId))
    for (const pid of pids.values()) process.kill(pid, 'SIGKILL')
    await eventually(() => healthy.size === 2)
    const again = await Promise.all(Array.from({ length: 8 }, () => pool.callTool({ name: 'whoami', arguments: {} })))
    for (const answer of again) expect([...pids.values()]).not.toContain(who(answer).pid)
  })
})

it('takes a server of HTTP+SSE into the fleet', async () => {
  const server = await startSseServer({ id: 'sse' })
  onTestFinished(() => server.close())
  const pool = await poolOver([{ url: server.url, transport: 'sse' }, { url: (await modern('m')).url }])
  const answers = await Promise.all(Array.from({ length: 8 }, () => pool.callTool({ name: 'whoami', arguments: {} })))
  expect(new Set(answers.map((answer) => who(answer).server))).toEqual(new Set(['sse', 'm']))
  const client = await v2(pool)
  expect(await client.callTool({ name: 'echo', arguments: { text: 'x' } })).toMatchObject({ structuredContent: { text: 'x' } })
})

it.each([
  ['v1', v1],
  ['v2', v2],
] as const)('clients hear that the pool was shut down, once their calls have an end: %s', async (_, connect) => {
  const [old, young] = [await legacy('old'), await modern('young')]
  const pool = await poolOver([{ url: old.url }, { url: young.url }])
  const client = await connect(pool)
  const told: string[] = []
  const closed = new Promise<void>((resolve) => {
    client.onclose = () => resolve(void told.push('closed'))
  })
  client.onerror = (error) => void told.push(error.message)
  await client.callTool({ name: 'whoami', arguments: {} })
  const seen = Promise.race([old, young].map((server) => server.requests.next('tools/call')))
  const call = client.callTool({ name: 'slow', arguments: { ms: 50 } }).then(() => told.push('answered'))
  await seen
  await pool.shutdown()
  await Promise.all([call, closed])
  expect(told).toEqual(['answered', 'closed'])
  await expect(pool.callTool({ name: 'whoami', arguments: {} })).rejects.toMatchObject({ code: 'SHUTTING_DOWN' })
})
