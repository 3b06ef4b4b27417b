import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { COUNTER_URI, everythingStdio, MemoryLedger, startLedgerServer, startSseServer, stdioServer, type StdioServerOptions } from '@mcp-client-pool/testbed'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type ChannelOptions, connectSse, connectStdio } from '../src/mcp/channel/index.js'
import { EraMemory } from '../src/mcp/era-memory.js'
import { PoolLogLevel } from '../src/mcp/pool-log-level.js'
import { OwnedSession } from '../src/mcp/session.js'
import { ToolCatalog } from '../src/mcp/tool-catalog.js'
import type { ConnectionListener, JsonObject, JsonRpcNotification, JsonRpcRequest, LiveConnection } from '../src/ports.js'
import { systemTimers } from '../src/system-timers.js'
import { eventually, Tried } from './attempts.js'
import { stdioEndpoint } from './stdio-endpoint.js'

class Listener implements ConnectionListener {
  readonly notifications: JsonRpcNotification[] = []
  readonly asked: JsonRpcRequest[] = []
  readonly errors: Error[] = []
  readonly lost: Error[] = []
  changes = 0
  onNotification(notification: JsonRpcNotification): void {
    this.notifications.push(notification)
  }
  onRequest(request: JsonRpcRequest): void {
    this.asked.push(request)
  }
  onServesChanged(): void {
    this.changes++
  }
  onMetrics(): void {}
  onSession(): void {}
  onError(error: Error): void {
    this.errors.push(error)
  }
  onLost(error: Error): void {
    this.lost.push(error)
  }
}

const timers = systemTimers()
let ids = 0

function options(listener: Listener, more: Partial<ChannelOptions> = {}): ChannelOptions {
  return {
    clientId: 'client-1',
    endpointId: 'e',
    label: 'a server',
    listener,
    timers,
    random: Math.random,
    nextId: () => ++ids,
    clientInfo: { name: 'pool', version: '1' },
    capabilities: { elicitation: {} },
    protocolVersion: undefined,
    eras: new EraMemory(timers, 1_000_000),
    logLevel: new PoolLogLevel(),
    catalog: new ToolCatalog({ trustAnnotations: true }),
    connectionTimeout: 10_000,
    healthCheckMethod: undefined,
    signal: undefined,
    ...more,
  }
}

async function stdio(server: StdioServerOptions = {}, more: Partial<ChannelOptions> = {}, maxMessageSize = 1_000_000) {
  const listener = new Listener()
  const { command, args } = stdioServer(server)
  const connection = await connectStdio(stdioEndpoint(command, args), maxMessageSize, options(listener, more))
  onTestFinished(() => connection.close())
  return { connection, listener }
}

async function sse(more: Partial<ChannelOptions> = {}, maxMessageSize = 1_000_000) {
  const listener = new Listener()
  const server = await startSseServer()
  onTestFinished(() => server.close())
  const transport = { url: server.url, label: 'a server', headers: {}, tokens: undefined, dispatcher: undefined, maxMessageSize }
  const connection = await connectSse(transport, options(listener, more))
  onTestFinished(() => connection.close())
  return { connection, listener, server }
}

async function ledger() {
  const counts = new MemoryLedger()
  const server = await startLedgerServer(counts)
  onTestFinished(() => server.close())
  return { counts, ledgerUrl: server.url }
}

const call = (connection: LiveConnection, name: string, args: JsonObject = {}, more: ConstructorParameters<typeof Tried>[3] = {}) =>
  new Tried(connection, 'tools/call', { name, arguments: args }, more)
const pidOf = async (connection: LiveConnection, more: ConstructorParameters<typeof Tried>[3] = {}) =>
  ((await call(connection, 'whoami', {}, more).result())['structuredContent'] as { pid: number }).pid

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

const servers = {
  'stdio, SDK 2': () => stdio(),
  'stdio, SDK 2, modern only': () => stdio({ modernOnly: true }),
  'stdio, SDK 2, pinned to the legacy era': () => stdio({}, { protocolVersion: '2025-06-18' }),
  'stdio, SDK 1': () => stdio({ sdk: 1 }),
  'HTTP+SSE': () => sse(),
} as const

describe.each(Object.entries(servers))('%s', (name, connect) => {
  const legacy = name.includes('legacy') || name.includes('SDK 1') || name.includes('SSE')

  it('is met in its era, says what it can do and lists its tools', async () => {
    const { connection } = await connect()
    expect(connection.era).toBe(legacy ? 'legacy' : 'modern')
    if (name.includes('pinned')) expect(connection.facts.protocolVersion).toBe('2025-06-18')
    expect(connection.facts.capabilities).toHaveProperty('tools')
    expect(connection.facts.serverInfo).toHaveProperty('name')
    await eventually(() => connection.tool('echo'))
    expect(connection.tool('echo')).toEqual({ readOnly: true, idempotent: true })
    expect(connection.serves({ method: 'tools/call', tool: 'append', key: '' })).toBe('yes')
    expect(connection.serves({ method: 'tools/call', tool: 'nothing', key: '' })).toBe('no')
  })

  it.each(['modern', 'legacy'] as const)('answers a caller of the %s era under its own id', async (era) => {
    const { connection } = await connect()
    const response = await call(connection, 'echo', { text: 'hello' }, { era, id: 77 }).response
    expect(response).toMatchObject({ id: 77, result: { structuredContent: { text: 'hello' } } })
    expect('result' in response && response.result['resultType']).toBe(era === 'modern' ? 'complete' : undefined)
    const read = await new Tried(connection, 'resources/read', { uri: COUNTER_URI }, { era }).result()
    expect('ttlMs' in read).toBe(era === 'modern')
  })

  it('follows progress with the token of the caller', async () => {
    const { connection } = await connect()
    const slow = new Tried(connection, 'tools/call', { name: 'slow', arguments: { ms: 3, steps: 3 }, _meta: { progressToken: 'mine' } })
    await slow.result()
    expect(slow.notifications.map(({ method, params }) => [method, params?.['progressToken'], params?.['progress']])).toEqual([
      ['notifications/progress', 'mine', 1],
      ['notifications/progress', 'mine', 2],
      ['notifications/progress', 'mine', 3],
    ])
  })

  it('answers a probe, and many calls at once', async () => {
    const { connection } = await connect()
    await connection.probe(5_000)
    const texts = Array.from({ length: 50 }, (_, i) => `text ${i}`)
    const results = await Promise.all(texts.map((text, id) => call(connection, 'echo', { text }, { id }).response))
    expect(results.map((response) => [response.id, 'result' in response && response.result['structuredContent']])).toEqual(
      texts.map((text, id) => [id, { text }]),
    )
  })

  it('hears of list changes, and knows the new tool', async () => {
    const { connection, listener } = await connect()
    await eventually(() => connection.tool('echo'))
    await call(connection, 'mutate', { what: 'tool', action: 'add', name: 'later' }).result()
    await eventually(() => listener.notifications.some(({ method }) => method === 'notifications/tools/list_changed'))
    await eventually(() => connection.tool('later'))
    expect(listener.changes).toBeGreaterThan(0)
  })

  it('reports a resource to those who listen, under the id of their subscription', async () => {
    const { connection } = await connect()
    const listen = new Tried(
      connection,
      'subscriptions/listen',
      { notifications: { resourceSubscriptions: [COUNTER_URI] } },
      { era: 'modern', stream: true, id: 'sub' },
    )
    await eventually(() => listen.notifications.length > 0)
    expect(connection.held).toBe(1)
    expect(listen.notifications[0]).toMatchObject({
      method: 'notifications/subscriptions/acknowledged',
      params: { notifications: { resourceSubscriptions: [COUNTER_URI] }, _meta: { 'io.modelcontextprotocol/subscriptionId': 'sub' } },
    })
    await call(connection, 'touch').result()
    await eventually(() => listen.notifications.length > 1)
    expect(listen.notifications[1]).toMatchObject({
      method: 'notifications/resources/updated',
      params: { uri: COUNTER_URI, _meta: { 'io.modelcontextprotocol/subscriptionId': 'sub' } },
    })
    listen.exchange.cancel('enough')
    expect(connection.held).toBe(0)
  })

  it('sends log messages to a modern caller from the level that it asked for', async () => {
    const { connection } = await connect()
    const level = { 'io.modelcontextprotocol/logLevel': 'warning' }
    const logged = async (severity: string, meta: JsonObject) => {
      const tried = new Tried(connection, 'tools/call', { name: 'log', arguments: { level: severity }, _meta: meta }, { era: 'modern' })
      await tried.result()
      return tried.notifications.map(({ method }) => method)
    }
    expect(await logged('error', level)).toEqual(['notifications/message'])
    expect(await logged('info', level)).toEqual([])
    expect(await logged('error', {})).toEqual([])
  })
})

describe('a stdio server', () => {
  it('is told when a call is given up', async () => {
    const { counts, ledgerUrl } = await ledger()
    for (const server of [{ sdk: 1 }, { modernOnly: true }] as const) {
      const { connection } = await stdio({ ...server, ledgerUrl })
      const key = `given-up-${connection.era}`
      const slow = call(connection, 'slow', { ms: 60_000, key })
      await eventually(() => counts.count('slow', key) === 1)
      slow.exchange.cancel('enough')
      await eventually(() => counts.count('slow:cancelled', key) === 1)
      expect((await call(connection, 'echo', { text: 'still here' }).result())['structuredContent']).toEqual({ text: 'still here' })
    }
  })

  it('may ask the only call that is under way', async () => {
    const { connection, listener } = await stdio({ sdk: 1 })
    const asked = call(
      connection,
      'ask',
      {},
      { onRequest: (request, reply) => reply({ jsonrpc: '2.0', id: request.id, result: { action: 'accept', content: { name: 'Ada' } } }) },
    )
    expect(await asked.result()).toMatchObject({ structuredContent: { content: { name: 'Ada' } } })
    expect(listener.asked).toEqual([])
    void call(connection, 'ask')
    void call(connection, 'slow', { ms: 60_000 })
    await eventually(() => listener.asked.length === 1)
  })

  it('fails its calls when it dies, says so once, and what it said last', async () => {
    const { connection, listener } = await stdio({ sdk: 1 })
    const pid = await pidOf(connection)
    const slow = call(connection, 'slow', { ms: 60_000 })
    await new Promise((resolve) => setImmediate(resolve))
    process.kill(pid, 'SIGKILL')
    expect(await slow.failure()).toMatchObject({ code: 'CONNECTION_LOST', progress: 'sent' })
    expect(listener.lost).toMatchObject([{ code: 'CONNECTION_LOST' }])
    expect(await call(connection, 'echo', { text: 'x' }).failure()).toMatchObject({ code: 'CONNECTION_LOST', progress: 'not-sent' })
    expect(listener.lost).toHaveLength(1)
  })

  it('is not left behind: closing ends the child, and those of its sessions', async () => {
    const { connection } = await stdio({ sdk: 1 })
    const session = new OwnedSession(
      { protocolVersion: '2025-11-25', clientInfo: { name: 'app', version: '1' }, capabilities: {} },
      { onNotification() {}, onRequest() {} },
    )
    const pids = [await pidOf(connection), await pidOf(connection, { session })]
    expect(new Set(pids).size).toBe(2)
    expect(pids.map(isAlive)).toEqual([true, true])
    await connection.close()
    await eventually(() => !pids.some(isAlive))
    expect(session.client).toBeUndefined()
  })

  it('is not left behind when nobody waits for it any more', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'pool-'))
    onTestFinished(() => rm(directory, { recursive: true }))
    const file = join(directory, 'pid')
    const program = `require('node:fs').writeFileSync(${JSON.stringify(file)}, String(process.pid)); setInterval(() => {}, 1000)`
    const abort = new AbortController()
    const connecting = connectStdio(stdioEndpoint(process.execPath, ['-e', program]), 1_000, options(new Listener(), { signal: abort.signal }))
    const pid = await eventually(() => (existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0) || undefined)
    abort.abort()
    await expect(connecting).rejects.toMatchObject({ name: 'PoolError' })
    await eventually(() => !isAlive(pid))
  })

  it('may print what it likes before it speaks', async () => {
    const { connection } = await stdio({ noise: ['listening', '{"not": "a message"}'] })
    expect((await call(connection, 'echo', { text: 'x' }).result())['structuredContent']).toEqual({ text: 'x' })
  })

  it('breaks the connection with a message over the limit', async () => {
    const { connection, listener } = await stdio({}, {}, 100_000)
    expect(await call(connection, 'big', { bytes: 200_000 }).failure()).toMatchObject({ code: 'PROTOCOL', progress: 'sent' })
    await eventually(() => listener.lost.length === 1)
  })

  it.each([
    ['does not exist', ['/nonexistent/program'], 'ENOENT'],
    ['dies with a complaint', [process.execPath, '-e', 'console.error("no database"); process.exit(3)'], 'no database'],
  ])('that %s is a PoolError that says why', async (_what, [command = '', ...args], words) => {
    const connecting = connectStdio(stdioEndpoint(command, args), 1_000, options(new Listener()))
    await expect(connecting).rejects.toMatchObject({ name: 'PoolError', message: expect.stringContaining(words) })
  })

  it('keeps its secrets: neither its environment nor its arguments get into errors', async () => {
    const program = 'console.error(process.env.API, process.argv.join(" ")); process.exit(1)'
    const connecting = connectStdio(
      stdioEndpoint(process.execPath, ['-e', program, '--', '--token=hunter22'], { API: 'sesame-sesame' }),
      1_000,
      options(new Listener()),
    )
    const error = (await connecting.catch((reason: unknown) => reason)) as Error
    expect(error.message).toContain('last words')
    expect(error.message).not.toContain('sesame')
    expect(error.message).not.toContain('hunter22')
  })

  it.each([
    ['dies at a question before initialize', 'process.exit(1)'],
    ['says nothing to a question before initialize', ''],
    ['refuses to be initialized after such a question', 'spoilt = true; out({ jsonrpc: "2.0", id, error: { code: -32600, message: "not initialized" } })'],
    ['answers such a question with an error', 'out({ jsonrpc: "2.0", id, error: { code: -32601, message: "unknown" } })'],
  ])('that %s is of the legacy era, and remembered so', async (_what, reaction) => {
    const program = `
      let spoilt = false
      const out = (message) => process.stdout.write(JSON.stringify(message) + '\\n')
      require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
        const { id, method } = JSON.parse(line)
        if (method === 'server/discover') { ${reaction} }
        else if (method === 'initialize' && !spoilt) out({ jsonrpc: '2.0', id, result: { protocolVersion: '2024-11-05', capabilities: {}, serverInfo: { name: 'old', version: '1' } } })
        else if (method === 'ping') out({ jsonrpc: '2.0', id, result: { metrics: { cpuUsage: 12 } } })
      })`
    const eras = new EraMemory(timers, 1_000_000)
    const connection = await connectStdio(stdioEndpoint(process.execPath, ['-e', program]), 10_000, options(new Listener(), { eras, connectionTimeout: 2_000 }))
    onTestFinished(() => connection.close())
    expect(connection).toMatchObject({ era: 'legacy', facts: { protocolVersion: '2024-11-05', serverInfo: { name: 'old' } } })
    expect(eras.recall('e')).toBe('legacy')
    expect(await connection.probe(5_000)).toEqual({ cpuUsage: 12 })
  })
})

describe("a caller's own session", () => {
  it('is a child of its own, with its own initialize, and asks its own client', async () => {
    const { connection } = await stdio({ sdk: 1 })
    const asked: string[] = []
    const session = new OwnedSession(
      { protocolVersion: '2025-06-18', clientInfo: { name: 'app', version: '1' }, capabilities: { elicitation: {} } },
      { onNotification() {}, onRequest: (request) => void asked.push(request.method) },
    )
    const first = pidOf(connection, { session })
    expect(session.client).toBe('client-1')
    const pid = await first
    expect(await pidOf(connection, { session })).toBe(pid)
    expect(await pidOf(connection)).not.toBe(pid)
    const question = call(
      connection,
      'ask',
      {},
      { session, onRequest: (request, reply) => reply({ jsonrpc: '2.0', id: request.id, result: { action: 'decline' } }) },
    )
    expect(await question.result()).toMatchObject({ structuredContent: { action: 'decline' } })
    expect(connection.held).toBe(1)
    await session.close()
    await eventually(() => !isAlive(pid))
    expect(connection.held).toBe(0)
  })

  it('is opened again after its child died, as it was', async () => {
    const { connection } = await stdio({ sdk: 1 })
    const heard: string[] = []
    const session = new OwnedSession(
      { protocolVersion: '2025-11-25', clientInfo: { name: 'app', version: '1' }, capabilities: {} },
      { onNotification: ({ method }) => void heard.push(method), onRequest() {} },
    )
    const pid = await pidOf(connection, { session })
    await new Tried(connection, 'resources/subscribe', { uri: COUNTER_URI }, { session }).result()
    const slow = call(connection, 'slow', { ms: 60_000 }, { session })
    await new Promise((resolve) => setImmediate(resolve))
    process.kill(pid, 'SIGKILL')
    expect(await slow.failure()).toMatchObject({ code: 'CONNECTION_LOST', progress: 'sent' })
    expect(session.client).toBeUndefined()
    await call(connection, 'touch', {}, { session }).result()
    await eventually(() => heard.includes('notifications/resources/updated'))
  })
})

describe('an HTTP+SSE server', () => {
  it('loses the connection with its stream', async () => {
    const { connection, listener, server } = await sse()
    const slow = call(connection, 'slow', { ms: 60_000 })
    await eventually(() => slow.exchange.written)
    await server.close()
    expect(await slow.failure()).toMatchObject({ name: 'PoolError', progress: 'sent' })
    await eventually(() => listener.lost.length === 1)
  })

  it('breaks the connection with a message over the limit', async () => {
    const { connection, listener } = await sse({}, 100_000)
    expect(await call(connection, 'big', { bytes: 200_000 }).failure()).toMatchObject({ code: 'PROTOCOL', progress: 'sent' })
    await eventually(() => listener.lost.length === 1)
  })

  it('that is not there is a PoolError', async () => {
    const transport = { url: 'http://127.0.0.1:9/sse', label: 'nobody', headers: {}, tokens: undefined, dispatcher: undefined, maxMessageSize: 1_000 }
    await expect(connectSse(transport, options(new Listener()))).rejects.toMatchObject({ code: 'CONNECT_FAILED', progress: 'not-sent' })
  })
})

it('speaks with the reference server of the MCP project', async () => {
  const { command, args } = everythingStdio()
  const listener = new Listener()
  const connection = await connectStdio(stdioEndpoint(command, args), 10_000_000, options(listener))
  onTestFinished(() => connection.close())
  expect(connection).toMatchObject({ era: 'legacy', facts: { protocolVersion: '2025-11-25' } })
  expect(await call(connection, 'echo', { message: 'hello' }).result()).toMatchObject({ content: [{ type: 'text', text: expect.stringContaining('hello') }] })
  await connection.probe(5_000)
})
