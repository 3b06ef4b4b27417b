import { setTimeout as sleep } from 'node:timers/promises'
import { COUNTER_URI, type LegacyServer, type LegacyServerOptions, MemoryLedger, type RequestFilter, startLegacyServer } from '@mcp-client-pool/testbed'
import { afterEach, describe, expect, it } from 'vitest'
import { NotStreamableHttp } from '../src/mcp/index.js'
import type { JsonObject } from '../src/ports.js'
import { Heard, ListedTokens, ownedSession, PARAMETERS, Worlds } from './http-world.js'

const worlds = new Worlds()
const servers: LegacyServer[] = []
const META: JsonObject = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'app', version: '9' },
  'io.modelcontextprotocol/clientCapabilities': {},
}

async function serve(options?: LegacyServerOptions): Promise<LegacyServer> {
  const server = await startLegacyServer(options)
  servers.push(server)
  return server
}

const sessionOf = (response: unknown): unknown => (response as { result?: { structuredContent?: JsonObject } }).result?.structuredContent?.['session']

afterEach(async () => {
  await worlds.close()
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

describe('legacy: connecting', () => {
  it('finds the era, makes the handshake, and remembers', async () => {
    const server = await serve()
    const { connection, heard } = await worlds.connect(server.url)
    expect(connection.era).toBe('legacy')
    expect(connection.facts).toMatchObject({ protocolVersion: '2025-11-25', serverInfo: { name: expect.any(String) }, capabilities: { tools: {} } })
    const methods = server.requests.all('POST').map(({ message }) => message?.method)
    expect(methods.slice(0, 3)).toEqual(['server/discover', 'initialize', 'notifications/initialized'])
    expect(server.requests.last('initialize')?.headers).not.toHaveProperty('mcp-session-id')
    expect(server.requests.last('initialize')?.headers).not.toHaveProperty('mcp-protocol-version')
    const { headers } = server.requests.last('notifications/initialized')!
    expect(headers).toMatchObject({ 'mcp-protocol-version': '2025-11-25', 'mcp-session-id': [...server.sessions.keys()][0] })
    await worlds.connect(server.url, { clientId: 'b' })
    expect(server.requests.all('server/discover')).toHaveLength(1)
    expect(heard.errors).toEqual([])
  })

  it('asks for the revision that is pinned, without a probe', async () => {
    const server = await serve()
    const { connection } = await worlds.connect(server.url, { endpoint: { protocolVersion: '2025-06-18' } })
    expect(connection.facts.protocolVersion).toBe('2025-06-18')
    expect(server.requests.all('server/discover')).toEqual([])
  })

  it('says where it may be worth trying HTTP+SSE', async () => {
    const server = await serve()
    server.faults.next({ kind: 'status', status: 405 }, Number.POSITIVE_INFINITY)
    await expect(worlds.connect(server.url)).rejects.toBeInstanceOf(NotStreamableHttp)
  })

  it('ends its session when it is closed', async () => {
    const server = await serve()
    const { connection } = await worlds.connect(server.url)
    const [id] = server.sessions.keys()
    await connection.close()
    expect(server.deleted).toEqual([id])
  })

  it('does without sessions where the server has none', async () => {
    const server = await serve({ sessions: false })
    const { call, connection } = await worlds.connect(server.url)
    expect(await call('add', { a: 1, b: 2 }).result).toMatchObject({ result: { structuredContent: { sum: 3 } } })
    await connection.close()
    expect(server.requests.all('DELETE')).toEqual([])
  })
})

describe.each([true, false])('legacy: calls, with JSON answers: %s', (jsonResponse) => {
  it('spreads calls over one session, with ids of their own', async () => {
    const server = await serve({ jsonResponse })
    const { call, ask } = await worlds.connect(server.url)
    const answers = await Promise.all([call('whoami').result, call('whoami').result, call('add', { a: 1, b: 2 }, { id: 7 }).result])
    expect(sessionOf(answers[0])).toBe(sessionOf(answers[1]))
    expect(answers[2]).toMatchObject({ id: 7, result: { structuredContent: { sum: 3 } } })
    const ids = server.requests.all('tools/call').map(({ message }) => message?.id)
    expect(new Set(ids).size).toBe(3)
    expect(await ask('tools/call', { name: 'nothing' })).toHaveProperty('id', 'callers-own')
  })

  it('serves callers of the modern era', async () => {
    const server = await serve({ jsonResponse })
    const { begin, ask } = await worlds.connect(server.url)
    const params = { name: 'add', arguments: { a: 1, b: 2 }, _meta: META }
    expect(await begin('tools/call', params, { era: 'modern' }).result).toMatchObject({ result: { resultType: 'complete', structuredContent: { sum: 3 } } })
    expect(server.requests.last('tools/call')?.message?.params).not.toHaveProperty('_meta')
    expect(await ask('server/discover', { _meta: META }, { era: 'modern' })).toMatchObject({
      result: { supportedVersions: ['2026-07-28'], capabilities: { tools: {} } },
    })
  })
})

describe('legacy: on the way', () => {
  it('maps progress, and brings the server’s questions to the caller and back', async () => {
    const { begin, call } = await worlds.connect((await serve()).url, { config: { capabilities: { elicitation: {} } } })
    const slow = begin('tools/call', { name: 'slow', arguments: { ms: 20, steps: 2 }, _meta: { progressToken: 'mine' } })
    await slow.result
    expect(slow.notifications.map(({ params }) => params?.['progressToken'])).toEqual(['mine', 'mine'])
    const asking = call('ask', {}, { reply: () => ({ action: 'accept', content: { name: 'Ada' } }) })
    expect(await asking.result).toMatchObject({ result: { structuredContent: { action: 'accept', content: { name: 'Ada' } } } })
    expect(asking.questions.map(({ method }) => method)).toEqual(['elicitation/create'])
  })

  it('answers questions also while every socket waits for such an answer', async () => {
    const { call } = await worlds.connect((await serve()).url, { config: { connectionsPerClient: 2, capabilities: { elicitation: {} } } })
    const reply = () => ({ action: 'decline' })
    const answers = await Promise.all([call('ask', {}, { reply }).result, call('ask', {}, { reply }).result, call('ask', {}, { reply }).result])
    expect(answers).toMatchObject([1, 2, 3].map(() => ({ result: { structuredContent: { action: 'decline' } } })))
  })

  it('tells the server when a call is given up, for a broken stream does not', async () => {
    const ledger = new MemoryLedger()
    const server = await serve({ ledger })
    const { call } = await worlds.connect(server.url)
    const attempt = call('slow', { ms: 60_000, key: 'k' })
    await ledger.reached('slow', 'k')
    attempt.exchange?.cancel('changed my mind')
    await ledger.reached('slow:cancelled', 'k')
    expect(server.requests.last('notifications/cancelled')?.message?.params).toEqual({ requestId: attempt.wireId, reason: 'changed my mind' })
    expect(attempt.settled).toBe(0)
  })
})

describe('legacy: what the server says outside of calls', () => {
  it('hears list changes and fetches the tools again', async () => {
    const server = await serve()
    const { connection, heard } = await worlds.connect(server.url)
    await heard.until(() => connection.tool('echo') !== undefined)
    await stream(server)
    server.catalogue.mutate('tool', 'add', 'new-tool')
    await heard.until(() => connection.tool('new-tool') !== undefined)
    expect(heard.notifications.map(({ method }) => method)).toContain('notifications/tools/list_changed')
  })

  it('comes back to the stream after what it had', async () => {
    const server = await serve({ resumable: true, retry: 10 })
    const { heard } = await worlds.connect(server.url)
    await stream(server)
    server.catalogue.mutate('prompt', 'add', 'one')
    await heard.until(() => heard.notifications.length === 1)
    const again = server.requests.next('GET')
    server.closeStreams()
    server.catalogue.mutate('prompt', 'add', 'two')
    expect((await again).headers).toHaveProperty('last-event-id')
    await heard.until(() => heard.notifications.length === 2)
  })

  it('takes 405 for an answer', async () => {
    const server = await serve({ getStream: false })
    const { call, heard } = await worlds.connect(server.url)
    await call('add', { a: 1, b: 1 }).result
    expect(server.requests.all('GET')).toHaveLength(1)
    expect([heard.errors, heard.lost]).toEqual([[], []])
  })

  it('takes a 409 for no loss, and tries again', async () => {
    const server = await serve()
    server.faults.next({ kind: 'status', status: 409 }, 1, 'GET')
    const { call } = await worlds.connect(server.url)
    const before = sessionOf(await call('whoami').result)
    await stream(server, 2)
    expect(sessionOf(await call('whoami').result)).toBe(before)
    expect(server.requests.all('GET')).toHaveLength(2)
  })

  it('makes a listen stream of subscriptions for callers of the modern era', async () => {
    const server = await serve()
    const { begin, call } = await worlds.connect(server.url)
    const params = { _meta: META, notifications: { resourceSubscriptions: [COUNTER_URI] } }
    const listen = begin('subscriptions/listen', params, { era: 'modern', stream: true, id: 'sub' })
    await listen.until(() => listen.notifications.length === 1)
    await stream(server)
    await call('touch').result
    await listen.until(() => listen.notifications.length === 2)
    expect(listen.notifications.map(({ method }) => method)).toEqual(['notifications/subscriptions/acknowledged', 'notifications/resources/updated'])
    const ended = server.requests.next('resources/unsubscribe')
    listen.exchange?.cancel('enough')
    await ended
  })
})

describe('legacy: broken streams', () => {
  it('continues where the server broke off, and runs nothing twice', async () => {
    const ledger = new MemoryLedger()
    const server = await serve({ resumable: true, retry: 10, ledger })
    const { begin } = await worlds.connect(server.url)
    const attempt = begin('tools/call', { name: 'slow-append', arguments: { ms: 200, steps: 4, key: 'k', closeStream: true }, _meta: { progressToken: 1 } })
    expect(await attempt.result).toMatchObject({ result: { content: [{ text: 'appended k' }] } })
    expect(ledger.count('slow-append', 'k')).toBe(1)
    expect(attempt.notifications.map(({ params }) => params?.['progress'])).toEqual([1, 2, 3, 4])
    expect(attempt.eventIds.length).toBeGreaterThan(0)
    const resumed = server.requests.all('GET').filter(({ headers }) => headers['last-event-id'] !== undefined)
    expect(resumed.length).toBeGreaterThan(0)
  })

  it('continues also when the socket broke', async () => {
    const ledger = new MemoryLedger()
    const server = await serve({ resumable: true, ledger })
    const { begin } = await worlds.connect(server.url)
    const attempt = begin('tools/call', { name: 'slow-append', arguments: { ms: 200, steps: 4, key: 'k' }, _meta: { progressToken: 1 } })
    await attempt.until(() => attempt.notifications.length === 2)
    server.dropConnections()
    expect(await attempt.result).toMatchObject({ result: { content: [{ text: 'appended k' }] } })
    expect(ledger.count('slow-append', 'k')).toBe(1)
  })

  it('counts as sent where there is nothing to continue from', async () => {
    const ledger = new MemoryLedger()
    const server = await serve({ ledger })
    const { call } = await worlds.connect(server.url)
    const attempt = call('slow', { ms: 60_000, key: 'k' })
    await ledger.reached('slow', 'k')
    server.dropConnections()
    expect(await attempt.failure).toMatchObject({ code: 'CONNECTION_LOST', progress: 'sent' })
  })

  it('gives up after some tries that bring nothing, and the answer can be fetched by who knows the event', async () => {
    const ledger = new MemoryLedger()
    const server = await serve({ resumable: true, ledger })
    const { begin } = await worlds.connect(server.url)
    const params = { name: 'slow-append', arguments: { ms: 100, steps: 2, key: 'k' }, _meta: { progressToken: 'p' } }
    const first = begin('tools/call', params)
    await first.until(() => first.eventIds.length > 0)
    const resumes: RequestFilter = ({ headers }) => String(headers['last-event-id']).startsWith(first.eventIds[0]!.slice(0, 8))
    server.faults.next('500', Number.POSITIVE_INFINITY, resumes)
    server.dropConnections()
    expect(await first.failure).toMatchObject({ code: 'CONNECTION_LOST', progress: 'sent' })
    expect(server.requests.all(resumes).length).toBeGreaterThan(1)
    expect(server.requests.all(resumes).length).toBeLessThan(10)
    server.faults.clear()
    const second = begin('tools/call', params, { resumeFrom: first.eventIds[0]!, id: 'resumed' })
    expect(second.exchange?.written).toBe(true)
    expect(await second.result).toMatchObject({ id: 'resumed', result: { content: [{ text: 'appended k' }] } })
    expect(second.notifications.at(-1)?.params).toMatchObject({ progressToken: 'p', progress: 2 })
    expect(ledger.count('slow-append', 'k')).toBe(1)
  })
})

it('legacy: a session that the list of tools finds lost is told of, and is no error of the server', async () => {
  const server = await serve()
  server.faults.next('404', 1, 'tools/list')
  const { heard, connection } = await worlds.connect(server.url)
  await heard.until(() => heard.sessions.length === 2)
  await expect.poll(() => connection.serves({ method: 'tools/call', tool: 'none', key: '' })).toBe('no')
  expect([heard.sessions, heard.errors, heard.lost]).toEqual([['lost', 'restored'], [], []])
})

it('legacy: between two sessions no list of tools is asked for, which would be one without a session', async () => {
  const server = await serve()
  server.faults.next('404', 1, 'tools/list')
  // The list is asked for again at once.
  const { heard, call } = await worlds.connect(server.url, { random: () => 0 })
  let open = (): void => {}
  server.faults.next({ kind: 'hold', until: new Promise<void>((resolve) => (open = resolve)) }, 1, 'initialize')
  await expect.poll(() => server.requests.all('initialize').length).toBe(2)
  await sleep(100)
  open()
  await call('whoami').result
  expect([heard.sessions, heard.errors]).toEqual([['lost', 'restored'], []])
  for (const { headers } of [...server.requests.all('tools/list'), ...server.requests.all('tools/call')]) expect(headers).toHaveProperty('mcp-session-id')
})

describe.each([404, 400] as const)('legacy: a lost session, with HTTP %d', (lostSessionStatus) => {
  it('is refused for the call that meets it, and opened again for the next', async () => {
    const server = await serve({ lostSessionStatus })
    const { call, heard } = await worlds.connect(server.url)
    const before = sessionOf(await call('whoami').result)
    await server.forgetSessions()
    expect(await call('append', { key: 'k' }).failure).toMatchObject({ code: 'SESSION_LOST', progress: 'refused', status: lostSessionStatus })
    const after = sessionOf(await call('whoami').result)
    expect(after).not.toBe(before)
    expect(heard.lost).toEqual([])
  })

  it('is refused for all that are under way at once, and opened once', async () => {
    const server = await serve({ lostSessionStatus })
    const { call } = await worlds.connect(server.url)
    await server.forgetSessions()
    const failures = await Promise.all(Array.from({ length: 10 }, () => call('whoami').failure))
    expect(new Set(failures.map(({ code }) => code))).toEqual(new Set(['SESSION_LOST']))
    await call('whoami').result
    expect(server.requests.all('initialize')).toHaveLength(2)
  })

  it('comes back with log level and subscriptions', async () => {
    const server = await serve({ lostSessionStatus })
    const { ask, call, heard } = await worlds.connect(server.url)
    await ask('logging/setLevel', { level: 'error' })
    await ask('resources/subscribe', { uri: COUNTER_URI })
    await server.forgetSessions({ closeStreams: true })
    await call('whoami').failure.catch(() => {})
    await call('whoami').result
    await stream(server, 2)
    await call('log', { level: 'info' }).result
    await call('log', { level: 'error' }).result
    await call('touch').result
    await heard.until(() => heard.notifications.some(({ method }) => method === 'notifications/resources/updated'))
    const logged = heard.notifications.filter(({ method }) => method === 'notifications/message')
    expect(logged.map(({ params }) => params?.['level'])).toEqual(['error'])
  })

  it('is no failure of a probe', async () => {
    const server = await serve({ lostSessionStatus })
    const { connection } = await worlds.connect(server.url)
    await server.forgetSessions()
    await expect(connection.probe(2_000)).resolves.toBeUndefined()
  })
})

describe('legacy: doubts', () => {
  it('believes a 400 once a ping was answered', async () => {
    const server = await serve()
    const { call } = await worlds.connect(server.url)
    const before = sessionOf(await call('whoami').result)
    server.faults.next({ kind: 'error', code: -32_000, status: 400, message: 'something else' }, 1, 'tools/call')
    expect(await call('whoami').result).toMatchObject({ id: 'callers-own', error: { code: -32_000, message: 'something else' } })
    expect(server.requests.all('ping')).toHaveLength(1)
    expect(sessionOf(await call('whoami').result)).toBe(before)
  })

  it('tells that the connection is gone when the session cannot be opened again', async () => {
    const server = await serve()
    const { call, heard } = await worlds.connect(server.url)
    await server.forgetSessions()
    server.faults.next({ kind: 'status', status: 410 }, Number.POSITIVE_INFINITY, 'initialize')
    await call('whoami').failure
    await heard.until(() => heard.lost.length > 0)
    expect(await call('whoami').failure).toMatchObject({ progress: 'not-sent' })
  })

  it('renews a token in the middle of a session', async () => {
    const server = await serve()
    const tokens = new ListedTokens('first', 'second')
    const { call } = await worlds.connect(server.url, { tokens })
    server.faults.next('401', 1, 'tools/call')
    await call('whoami').result
    expect(server.requests.all('tools/call').map(({ headers }) => headers.authorization)).toEqual(['Bearer first', 'Bearer second'])
  })
})

describe('legacy: a session of the caller’s own', () => {
  it('is opened with the caller’s own parameters where its first attempt starts', async () => {
    const server = await serve()
    const { call, connection } = await worlds.connect(server.url, { clientId: 'here' })
    const session = ownedSession()
    expect([session.client, connection.held]).toEqual([undefined, 0])
    const attempt = call('whoami', {}, { session })
    expect(session.client).toBe('here')
    const [own, spread] = await Promise.all([attempt.result, call('whoami').result])
    expect(sessionOf(own)).not.toBe(sessionOf(spread))
    const initialize = server.requests.all('initialize').at(-1)?.message?.params
    expect(initialize).toEqual({ ...PARAMETERS })
    // A client that somebody has a session on is not idle.
    expect(connection.held).toBe(1)
    await session.close()
    expect(connection.held).toBe(0)
  })

  it('hears what the server says outside of calls, and is the only one asked', async () => {
    const server = await serve()
    const own = new Heard()
    const session = ownedSession(own)
    const { ask, call, begin } = await worlds.connect(server.url)
    await ask('resources/subscribe', { uri: COUNTER_URI }, { session })
    await stream(server, 2)
    const touched = call('touch')
    await touched.result
    await begin('ping').result
    await own.until(() => own.notifications.some(({ method }) => method === 'notifications/resources/updated'))
    expect(own.requests).toEqual([])
  })

  it('is free to go elsewhere once it is lost, and comes back as it was', async () => {
    const [first, second] = [await serve(), await serve()]
    const here = await worlds.connect(first.url, { clientId: 'here' })
    const there = await worlds.connect(second.url, { clientId: 'there' })
    const own = new Heard()
    const session = ownedSession(own)
    await here.ask('logging/setLevel', { level: 'error' }, { session })
    await first.forgetSessions()
    expect(await here.call('whoami', {}, { session }).failure).toMatchObject({ code: 'SESSION_LOST', progress: 'refused' })
    expect(session.client).toBeUndefined()
    await there.call('whoami', {}, { session }).result
    expect(session.client).toBe('there')
    await stream(second, 2)
    for (const level of ['info', 'error']) await there.call('log', { level }, { session }).result
    await own.until(() => own.notifications.length > 0)
    expect(own.notifications.map(({ params }) => params?.['level'])).toEqual(['error'])
  })

  it('ends on the server when it is closed, or moves', async () => {
    const [first, second] = [await serve(), await serve()]
    const here = await worlds.connect(first.url, { clientId: 'here' })
    const there = await worlds.connect(second.url, { clientId: 'there' })
    const session = ownedSession()
    const before = sessionOf(await here.call('whoami', {}, { session }).result)
    const ended = first.requests.next('DELETE')
    const after = sessionOf(await there.call('whoami', {}, { session }).result)
    await (await ended).outcome
    expect(first.deleted).toEqual([before])
    await session.close()
    expect(second.deleted).toEqual([after])
    expect(await here.call('whoami', {}, { session }).failure).toMatchObject({ code: 'SESSION_LOST', progress: 'not-sent' })
  })

  it('is nowhere when its connection is closed', async () => {
    const server = await serve()
    const { connection, call } = await worlds.connect(server.url)
    const session = ownedSession()
    await call('whoami', {}, { session }).result
    await connection.close()
    expect(session.client).toBeUndefined()
    expect(server.deleted).toHaveLength(2)
  })

  it('takes notifications of its owner', async () => {
    const server = await serve()
    const { call } = await worlds.connect(server.url)
    const session = ownedSession()
    await session.notify({ jsonrpc: '2.0', method: 'notifications/roots/list_changed' })
    await call('whoami', {}, { session }).result
    const arrived = server.requests.next('notifications/roots/list_changed')
    await session.notify({ jsonrpc: '2.0', method: 'notifications/roots/list_changed' })
    expect((await arrived).headers['mcp-session-id']).toBeDefined()
  })
})

/** Resolves once `count` GET streams were opened. */
async function stream(server: LegacyServer, count = 1): Promise<void> {
  while (server.requests.all('GET').length < count) await server.requests.next('GET')
  await new Promise((resolve) => setImmediate(resolve))
}
