import { COUNTER_URI, MemoryLedger, type ModernServer, type ModernServerOptions, startModernServer } from '@mcp-client-pool/testbed'
import { afterEach, describe, expect, it } from 'vitest'
import type { JsonObject } from '../src/ports.js'
import { ListedTokens, Worlds } from './http-world.js'

const worlds = new Worlds()
const servers: ModernServer[] = []
const VERSION = 'io.modelcontextprotocol/protocolVersion'
const CLIENT = 'io.modelcontextprotocol/clientInfo'
const CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities'
const SUBSCRIPTION = 'io.modelcontextprotocol/subscriptionId'
/** What an SDK client of the modern era says of itself. */
const META: JsonObject = { [VERSION]: '2026-07-28', [CLIENT]: { name: 'app', version: '9' }, [CAPABILITIES]: {} }

async function serve(options?: ModernServerOptions): Promise<ModernServer> {
  const server = await startModernServer(options)
  servers.push(server)
  return server
}

afterEach(async () => {
  await worlds.close()
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

describe('modern: connecting', () => {
  it('finds the era, and what the server says of itself', async () => {
    const { connection } = await worlds.connect((await serve()).url)
    expect(connection.era).toBe('modern')
    expect(connection.facts).toMatchObject({ protocolVersion: '2026-07-28', serverInfo: { name: expect.any(String) }, capabilities: { tools: {} } })
  })

  it('needs no server/discover where the revision is pinned', async () => {
    const server = await serve()
    server.faults.next({ kind: 'error', code: -32_601, status: 404 }, 1, 'server/discover')
    const { connection, call } = await worlds.connect(server.url, { endpoint: { protocolVersion: '2026-07-28' } })
    expect(connection.era).toBe('modern')
    expect(await call('add', { a: 1, b: 2 }).result).toMatchObject({ result: { structuredContent: { sum: 3 } } })
  })

  it.each(['500', '503', '403', '401', 'garbage'] as const)('fails to connect on %s, and reads no era from it', async (fault) => {
    const server = await serve({ legacy: true })
    server.faults.next(fault, Number.POSITIVE_INFINITY, 'server/discover')
    await expect(worlds.connect(server.url)).rejects.toMatchObject({ name: 'PoolError' })
    expect(server.requests.all('initialize')).toEqual([])
  })

  it('says when nobody is there, and when it was given up', async () => {
    const server = await serve()
    await server.close()
    await expect(worlds.connect(server.url)).rejects.toMatchObject({ code: 'CONNECT_FAILED', progress: 'not-sent' })
    const other = await serve()
    other.faults.next('silence', 1, 'server/discover')
    const abort = new AbortController()
    const connecting = worlds.connect(other.url, { signal: abort.signal })
    await other.requests.next('server/discover')
    abort.abort()
    await expect(connecting).rejects.toMatchObject({ name: 'PoolError' })
  })
})

describe.each([true, false])('modern: a call, with JSON answers: %s', (jsonResponse) => {
  it('carries id, envelope and headers as the specification wants them', async () => {
    const server = await serve({ jsonResponse })
    const { ask } = await worlds.connect(server.url, { endpoint: { headers: { 'x-team': 'a' } } })
    const response = await ask(
      'tools/call',
      { name: 'echo', arguments: { text: 'hi' } },
      { headers: { traceparent: '00-1', authorization: 'stolen', 'x-team': 'b' } },
    )
    expect(response).toMatchObject({ jsonrpc: '2.0', id: 'callers-own', result: { structuredContent: { text: 'hi' } } })
    const { headers, message } = server.requests.last('tools/call')!
    expect(headers).toMatchObject({ 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'echo', traceparent: '00-1', 'x-team': 'b' })
    expect(headers).not.toHaveProperty('authorization')
    expect(message).toMatchObject({ id: expect.any(Number), params: { _meta: { [VERSION]: '2026-07-28', [CLIENT]: { name: 'test', version: '1' } } } })
  })

  it('lets a modern caller say who it is, and never touches its request', async () => {
    const server = await serve({ jsonResponse })
    const { begin } = await worlds.connect(server.url)
    const params = Object.freeze({ name: 'add', arguments: { a: 1, b: 2 }, _meta: Object.freeze({ ...META, [VERSION]: '2027-01-01' }) })
    expect(await begin('tools/call', params, { era: 'modern' }).result).toMatchObject({ result: { resultType: 'complete', structuredContent: { sum: 3 } } })
    expect(server.requests.last('tools/call')?.message).toMatchObject({ params: { _meta: { ...META } } })
  })

  it('hands a JSON-RPC error on as an answer, whatever the status', async () => {
    const { ask } = await worlds.connect((await serve({ jsonResponse })).url)
    expect(await ask('tools/call', { name: 'no-such-tool' })).toMatchObject({ id: 'callers-own', error: { code: -32_602 } })
    expect(await ask('acme/unknown')).toMatchObject({ id: 'callers-own', error: { code: -32_601 } })
  })
})

describe('modern: on the way', () => {
  it('maps progress to the caller’s token, and drops what nobody asked for', async () => {
    const { begin } = await worlds.connect((await serve({ jsonResponse: false })).url)
    const params = { name: 'slow', arguments: { ms: 30, steps: 3 } }
    const wanted = begin('tools/call', { ...params, _meta: { progressToken: 'mine' } })
    const unwanted = begin('tools/call', params)
    await Promise.all([wanted.result, unwanted.result])
    expect(wanted.notifications.map(({ method, params }) => [method, params?.['progressToken'], params?.['progress']])).toEqual([
      ['notifications/progress', 'mine', 1],
      ['notifications/progress', 'mine', 2],
      ['notifications/progress', 'mine', 3],
    ])
    expect(unwanted.notifications).toEqual([])
  })

  it('ends the stream when a call is given up, which the server takes for a cancel', async () => {
    const ledger = new MemoryLedger()
    const server = await serve({ jsonResponse: false, ledger })
    const { call } = await worlds.connect(server.url)
    const attempt = call('slow', { ms: 60_000, key: 'k' })
    expect(attempt.exchange?.written).toBe(false)
    await ledger.reached('slow', 'k')
    expect(attempt.exchange?.written).toBe(true)
    attempt.exchange?.cancel('changed my mind')
    attempt.exchange?.cancel('twice')
    await ledger.reached('slow:cancelled', 'k')
    expect(attempt.settled).toBe(0)
  })

  it('sends nothing of a call that was given up while it waited for a socket, and keeps the socket', async () => {
    const ledger = new MemoryLedger()
    const server = await serve({ ledger })
    const { call } = await worlds.connect(server.url, { config: { connectionsPerClient: 1 } })
    const first = call('slow', { ms: 100, key: 'first' })
    const second = call('append', { key: 'second' })
    second.exchange?.cancel('not needed')
    const third = call('append', { key: 'third' })
    await Promise.all([first.result, third.result])
    expect([ledger.count('append', 'second'), ledger.count('append', 'third'), second.settled]).toEqual([0, 1, 0])
    expect(second.exchange?.written).toBe(false)
    const calls = server.requests.all('tools/call')
    expect(calls.map(({ connection }) => connection)).toEqual([calls[0]?.connection, calls[0]?.connection])
  })

  it('reports what the server says of its load', async () => {
    const server = await serve({ headers: { 'endpoint-load-metrics': 'TEXT cpu_utilization=0.25,mem_utilization=0.5' } })
    const { heard, call } = await worlds.connect(server.url)
    await call('add', { a: 1, b: 1 }).result
    expect(heard.metrics.at(-1)).toEqual({ cpuUsage: 25, memoryUsage: 50 })
  })
})

describe('modern: what goes wrong', () => {
  it.each([
    ['reset-before', { code: 'CONNECTION_LOST', progress: 'sent' }],
    ['reset-after', { code: 'CONNECTION_LOST', progress: 'sent' }],
    ['500', { code: 'HTTP_STATUS', progress: 'sent', status: 500 }],
    ['503', { code: 'HTTP_STATUS', progress: 'refused', status: 503, retryAfter: 1_000 }],
    ['503-bare', { code: 'HTTP_STATUS', progress: 'sent', status: 503, retryAfter: undefined }],
    ['429', { code: 'HTTP_STATUS', progress: 'refused', status: 429, retryAfter: 1_000 }],
    ['404', { code: 'HTTP_STATUS', progress: 'sent', status: 404 }],
    ['403', { code: 'HTTP_STATUS', progress: 'answered', status: 403 }],
    ['401', { code: 'AUTH_FAILED', progress: 'refused', status: 401 }],
    ['garbage', { code: 'PROTOCOL', progress: 'sent' }],
    ['wrong-type', { code: 'PROTOCOL', progress: 'sent' }],
    ['foreign-id', { code: 'PROTOCOL', progress: 'sent' }],
    ['cut', { code: 'CONNECTION_LOST', progress: 'sent' }],
  ] as const)('%s', async (fault, expected) => {
    const server = await serve()
    const { call, connection, heard } = await worlds.connect(server.url)
    server.faults.next(fault, 1, 'tools/call')
    const attempt = call('add', { a: 1, b: 1 })
    expect(await attempt.failure).toMatchObject({ ...expected, endpoint: server.url })
    expect(await call('add', { a: 1, b: 1 }).result).toMatchObject({ result: { structuredContent: { sum: 2 } } })
    expect(attempt.settled).toBe(1)
    expect(heard.lost).toEqual([])
    expect(connection.era).toBe('modern')
  })

  it.each([
    ['json', { kind: 'endless', as: 'json' }],
    ['one event', { kind: 'endless', as: 'sse-line' }],
    ['a stream of events', { kind: 'endless', as: 'sse-events' }],
  ] as const)('gives up on an answer without end: %s', async (_, fault) => {
    const server = await serve()
    const { call } = await worlds.connect(server.url, { config: { maxMessageSize: 100_000, maxStreamSize: 400_000 } })
    server.faults.next(fault, 1, 'tools/call')
    expect(await call('add', { a: 1, b: 1 }).failure).toMatchObject({ code: 'PROTOCOL', progress: 'sent' })
    expect(await server.requests.last('tools/call')?.outcome).toBe('aborted')
    expect(await call('big', { bytes: 50_000 }).result).toHaveProperty('result')
    expect(await call('big', { bytes: 120_000 }).failure).toMatchObject({ code: 'PROTOCOL' })
  })

  it('refuses headers that are too large', async () => {
    const server = await serve()
    const { call } = await worlds.connect(server.url, { config: { maxHeaderSize: 2_048 } })
    server.faults.next({ kind: 'redirect', to: `/mcp?${'x'.repeat(4_000)}` }, 1, 'tools/call')
    expect(await call('add', { a: 1, b: 1 }).failure).toMatchObject({ code: 'PROTOCOL' })
  })

  it('tells once that nobody is there any more', async () => {
    const server = await serve()
    const { call, heard, connection } = await worlds.connect(server.url)
    await server.close()
    expect(await call('add', { a: 1, b: 1 }).failure).toMatchObject({ code: 'CONNECT_FAILED', progress: 'not-sent' })
    await call('add', { a: 1, b: 1 }).failure
    await expect(connection.probe(1_000)).rejects.toMatchObject({ code: 'CONNECT_FAILED' })
    expect(heard.lost).toHaveLength(1)
  })

  it('fails what is under way when it is closed, and says nothing more', async () => {
    const ledger = new MemoryLedger()
    const server = await serve({ ledger })
    const { call, heard, connection } = await worlds.connect(server.url)
    const attempt = call('slow', { ms: 60_000, key: 'k' })
    await ledger.reached('slow', 'k')
    await connection.close()
    expect(await attempt.failure).toMatchObject({ code: 'CONNECTION_LOST', progress: 'sent' })
    expect(await call('add', { a: 1, b: 1 }).failure).toMatchObject({ progress: 'not-sent' })
    expect(heard.lost).toEqual([])
  })
})

describe('modern: redirects', () => {
  it('follows within the origin, with method and body', async () => {
    const server = await serve()
    const { call } = await worlds.connect(server.url)
    server.faults.next({ kind: 'redirect', to: '/mcp?moved' }, 2, 'tools/call')
    expect(await call('add', { a: 2, b: 3 }).result).toMatchObject({ result: { structuredContent: { sum: 5 } } })
    expect(server.requests.all('tools/call').map(({ path }) => path)).toEqual(['/mcp', '/mcp?moved', '/mcp?moved'])
  })

  it.each([
    ['another origin', { kind: 'redirect', to: 'http://127.0.0.1:1/mcp' }],
    ['another method', { kind: 'redirect', to: '/mcp', status: 303 }],
  ] as const)('does not follow to %s', async (_, fault) => {
    const server = await serve()
    const { call } = await worlds.connect(server.url)
    server.faults.next(fault, 1, 'tools/call')
    expect(await call('add', { a: 2, b: 3 }).failure).toMatchObject({ code: 'PROTOCOL', message: expect.stringContaining('redirect') })
  })

  it('does not follow in circles', async () => {
    const server = await serve()
    const { call } = await worlds.connect(server.url)
    server.faults.next({ kind: 'redirect', to: '/mcp' }, Number.POSITIVE_INFINITY, 'tools/call')
    expect(await call('add', { a: 2, b: 3 }).failure).toMatchObject({ code: 'PROTOCOL' })
    expect(server.requests.all('tools/call')).toHaveLength(4)
  })
})

describe('modern: tokens', () => {
  it('renews a refused token once, and repeats on the same connection', async () => {
    const server = await serve()
    const tokens = new ListedTokens('first', 'second')
    const { call } = await worlds.connect(server.url, { tokens })
    server.faults.next('401', 1, 'tools/call')
    expect(await call('add', { a: 2, b: 3 }).result).toMatchObject({ result: { structuredContent: { sum: 5 } } })
    expect(server.requests.all('tools/call').map(({ headers }) => headers.authorization)).toEqual(['Bearer first', 'Bearer second'])
    expect(tokens.renewals).toBe(1)
  })

  it.each([
    ['the new token is refused too', new ListedTokens('first', 'second', 'third'), 2],
    ['there is no other', new ListedTokens('first'), 1],
  ])('fails where %s', async (_, tokens, sent) => {
    const server = await serve()
    const { call } = await worlds.connect(server.url, { tokens })
    server.faults.next('401', Number.POSITIVE_INFINITY, 'tools/call')
    expect(await call('add', { a: 2, b: 3 }).failure).toMatchObject({ code: 'AUTH_FAILED', progress: 'refused' })
    expect(server.requests.all('tools/call')).toHaveLength(sent)
  })
})

describe('modern: tools', () => {
  it('knows hints, and which tools there are, soon after connecting', async () => {
    const { connection, heard } = await worlds.connect((await serve()).url)
    await heard.until(() => connection.tool('echo') !== undefined)
    expect([connection.tool('echo'), connection.tool('append'), connection.tool('nothing')]).toEqual([
      { readOnly: true, idempotent: true },
      { readOnly: false, idempotent: false },
      undefined,
    ])
    const kind = (tool: string) => ({ method: 'tools/call', tool, key: tool })
    expect([connection.serves(kind('echo')), connection.serves(kind('nothing'))]).toEqual(['yes', 'no'])
  })

  it('mirrors annotated arguments once it knows the tool, and asks again where it did not', async () => {
    const server = await serve()
    server.faults.next({ kind: 'error', code: -32_603 }, 1, 'tools/list')
    const { call, heard } = await worlds.connect(server.url)
    await heard.until(() => heard.errors.length > 0)
    // Not known yet: the server refuses, the list is fetched, and the call repeated.
    expect(await call('region', { region: 'größe' }).result).toMatchObject({ result: { content: [{ text: 'größe' }] } })
    expect(server.requests.all('tools/call').map(({ headers }) => headers['mcp-param-region'])).toEqual([undefined, '=?base64?Z3LDtsOfZQ==?='])
    await call('region', { region: 'eu' }).result
    expect(server.requests.last('tools/call')?.headers['mcp-param-region']).toBe('eu')
  })

  it('repeats once and no more', async () => {
    const server = await serve()
    const { call } = await worlds.connect(server.url)
    server.faults.next({ kind: 'error', code: -32_020, status: 400 }, Number.POSITIVE_INFINITY, 'tools/call')
    expect(await call('echo', { text: 'x' }).failure).toMatchObject({ code: 'HTTP_STATUS', status: 400, progress: 'refused' })
    expect(server.requests.all('tools/call')).toHaveLength(2)
  })
})

describe('modern: listening', () => {
  it('hears of list changes, and offers the new tool', async () => {
    const server = await serve()
    const { connection, heard } = await worlds.connect(server.url)
    await heard.until(() => connection.tool('echo') !== undefined)
    await listening(server)
    server.catalogue.mutate('tool', 'add', 'new-tool')
    await heard.until(() => connection.tool('new-tool') !== undefined)
    expect(heard.notifications.map(({ method }) => method)).toContain('notifications/tools/list_changed')
    expect(JSON.stringify(heard.notifications)).not.toContain(SUBSCRIPTION)
  })

  it('listens again when the stream is lost, and looks what it missed', async () => {
    const server = await serve()
    const { connection, heard } = await worlds.connect(server.url)
    await heard.until(() => connection.tool('echo') !== undefined)
    await listening(server)
    const again = server.requests.next('subscriptions/listen')
    server.dropConnections()
    server.catalogue.mutate('tool', 'add', 'meanwhile')
    await again
    await heard.until(() => connection.tool('meanwhile') !== undefined)
    expect(heard.lost).toEqual([])
  })

  it('has one stream for an endpoint, and another connection takes over', async () => {
    const server = await serve()
    const first = await worlds.connect(server.url, { clientId: 'a' })
    await listening(server)
    const second = await worlds.connect(server.url, { clientId: 'b' })
    expect(server.requests.all('subscriptions/listen')).toHaveLength(1)
    const next = server.requests.next('subscriptions/listen')
    await first.connection.close()
    await next
    await listening(server)
    server.catalogue.mutate('prompt', 'add', 'p')
    await second.heard.until(() => second.heard.notifications.length > 0)
  })

  it('delivers a caller’s own stream under the caller’s id', async () => {
    const server = await serve()
    const { begin, connection } = await worlds.connect(server.url)
    const params = { _meta: META, notifications: { promptsListChanged: true } }
    const attempt = begin('subscriptions/listen', params, { era: 'modern', stream: true, id: 'sub-1' })
    await attempt.until(() => attempt.notifications.length === 1)
    server.catalogue.mutate('prompt', 'add', 'p')
    await attempt.until(() => attempt.notifications.length === 2)
    expect(attempt.notifications).toMatchObject([
      { method: 'notifications/subscriptions/acknowledged', params: { _meta: { [SUBSCRIPTION]: 'sub-1' } } },
      { method: 'notifications/prompts/list_changed', params: { _meta: { [SUBSCRIPTION]: 'sub-1' } } },
    ])
    expect(connection.held).toBe(1)
    attempt.exchange?.cancel('enough')
    expect(connection.held).toBe(0)
    const listens = server.requests.all('subscriptions/listen').filter(({ message }) => message?.id === attempt.wireId)
    expect(await listens[0]?.outcome).toBe('aborted')
  })
})

it('modern: a stream that cannot be written as JSON is not held', async () => {
  const { begin, connection } = await worlds.connect((await serve()).url)
  const listen = begin('subscriptions/listen', { notifications: { n: 1n } }, { era: 'modern', stream: true })
  expect(await listen.failure).toMatchObject({ code: 'CONFIG' })
  expect(connection.held).toBe(0)
})

describe('modern: callers of the legacy era', () => {
  it('answers what the modern era does not have', async () => {
    const { ask } = await worlds.connect((await serve()).url)
    expect(await ask('ping')).toEqual({ jsonrpc: '2.0', id: 'callers-own', result: {} })
    expect(await ask('logging/setLevel', { level: 'debug' })).toEqual({ jsonrpc: '2.0', id: 'callers-own', result: {} })
  })

  it('sends the level with every request once it is set', async () => {
    const { ask, call } = await worlds.connect((await serve({ jsonResponse: false })).url)
    const before = call('log', { level: 'warning', text: 'one' })
    await before.result
    expect(before.notifications).toEqual([])
    await ask('logging/setLevel', { level: 'info' })
    const after = call('log', { level: 'warning', text: 'two' })
    await after.result
    expect(after.notifications).toMatchObject([{ method: 'notifications/message', params: { level: 'warning' } }])
  })

  it('subscribes to a resource over a stream of its own', async () => {
    const server = await serve()
    const { ask, heard, call } = await worlds.connect(server.url)
    expect(await ask('resources/subscribe', { uri: COUNTER_URI })).toMatchObject({ result: {} })
    await call('touch').result
    await heard.until(() => heard.notifications.some(({ method }) => method === 'notifications/resources/updated'))
    expect(await ask('resources/unsubscribe', { uri: COUNTER_URI })).toMatchObject({ result: {} })
  })

  it('turns a question of the server into an error that says why', async () => {
    const { call } = await worlds.connect((await serve()).url)
    const failure = await call('ask').result.catch((error: unknown) => error)
    expect(JSON.stringify(failure) + String(failure)).toMatch(/elicitation/)
  })
})

describe('modern: probes', () => {
  it('takes any JSON-RPC answer for alive, and hands reported metrics on', async () => {
    const server = await serve()
    const { connection } = await worlds.connect(server.url, { config: { healthCheckMethod: 'health' } })
    await expect(connection.probe(1_000)).resolves.toBeUndefined()
    expect(server.requests.last('health')?.message).toMatchObject({ method: 'health' })
  })

  it.each(['silence', '500', 'garbage', 'reset-before'] as const)('fails on %s', async (fault) => {
    const server = await serve()
    const { connection, heard } = await worlds.connect(server.url)
    server.faults.next(fault, 1, 'server/discover')
    await expect(connection.probe(200)).rejects.toMatchObject({ name: 'PoolError' })
    await expect(connection.probe(2_000)).resolves.toBeUndefined()
    expect(heard.lost).toEqual([])
  })
})

/** Resolves once the connection's own stream is open on the server. */
async function listening(server: ModernServer): Promise<void> {
  const request = server.requests.last('subscriptions/listen') ?? (await server.requests.next('subscriptions/listen'))
  expect(request.message).toMatchObject({ params: { notifications: { toolsListChanged: true } } })
  // The acknowledgment is written in the turn in which the request is read.
  await new Promise((resolve) => setImmediate(resolve))
  await new Promise((resolve) => setImmediate(resolve))
}
