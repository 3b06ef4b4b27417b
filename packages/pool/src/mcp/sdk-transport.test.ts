import { describe, expect, it } from 'vitest'
import { ScriptedEngine } from '../../test/scripted-engine.js'
import type { ReadHeaders } from '../config/index.js'
import { PoolError } from '../errors.js'
import type { JsonObject, JsonRpcRequest } from '../ports.js'
import { withCallOptions } from './call-options.js'
import type { JsonRpcMessage } from './sdk-message.js'
import { SdkTransport, type TransportOptions } from './sdk-transport.js'

const MODERN = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} }

const request = (id: number | string, method: string, params?: JsonObject): JsonRpcRequest => ({ jsonrpc: '2.0', id, method, ...(params && { params }) })
const called = (id: number, params: JsonObject = {}) => request(id, 'tools/call', { name: 'echo', ...params })

async function opened(options: ReadHeaders<TransportOptions> = {}) {
  const engine = new ScriptedEngine()
  const transport = new SdkTransport(engine, options)
  const received: JsonRpcMessage[] = []
  const errors: Error[] = []
  transport.onmessage = (message) => void received.push(message)
  transport.onerror = (error) => void errors.push(error)
  await transport.start()
  return { engine, transport, received, errors }
}

async function openedAs(era: 'modern' | 'legacy', options: ReadHeaders<TransportOptions> = {}) {
  const all = await opened(options)
  await all.transport.send(
    era === 'modern'
      ? request('probe', 'server/discover', { _meta: MODERN })
      : request('init', 'initialize', { protocolVersion: '2025-06-18', capabilities: { roots: {} }, clientInfo: { name: 'app', version: '1' } }),
  )
  const answer = all.received.shift()
  return { ...all, handshake: answer as { id: unknown; result: JsonObject } }
}

describe('the handshake', () => {
  it('is answered for the fleet to a modern client: one identity, the union of capabilities, no session', async () => {
    const { engine, transport, handshake } = await openedAs('modern')
    expect(handshake.id).toBe('probe')
    expect(handshake.result).toMatchObject({
      supportedVersions: ['2026-07-28'],
      capabilities: { tools: { listChanged: true } },
      instructions: 'Be brief.',
      _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'pool', version: '1.2.3' } },
    })
    expect(transport.sessionId).toBeUndefined()
    expect(engine.calls).toEqual([])
  })

  it('is answered to a legacy client with the revision that it asked for, and names its session', async () => {
    const { engine, transport, handshake } = await openedAs('legacy')
    expect(handshake.result).toMatchObject({ protocolVersion: '2025-06-18', serverInfo: { name: 'pool', version: '1.2.3' } })
    expect(transport.sessionId).toBeTypeOf('string')
    expect(engine.sessions.map((session) => session.parameters)).toEqual([
      { protocolVersion: '2025-06-18', capabilities: { roots: {} }, clientInfo: { name: 'app', version: '1' } },
    ])
  })

  it('offers the newest legacy revision to a client that asks for an unknown one', async () => {
    const { transport, received } = await opened()
    await transport.send(request(1, 'initialize', { protocolVersion: '1999-01-01' }))
    expect(received).toMatchObject([{ id: 1, result: { protocolVersion: '2025-11-25' } }])
  })

  it('tells a modern client of another revision which there are', async () => {
    const { transport, received } = await opened()
    await transport.send(request(1, 'server/discover', { _meta: { 'io.modelcontextprotocol/protocolVersion': '2031-01-01' } }))
    expect(received).toMatchObject([{ id: 1, error: { code: -32022, data: { requested: '2031-01-01' } } }])
  })

  it.each([
    ['AUTH_FAILED', undefined, 'UnauthorizedError'],
    ['HTTP_STATUS', 503, 'SdkHttpError'],
    ['NOT_STARTED', undefined, 'SdkError'],
  ] as const)('fails with a class of the SDK after %s', async (code, status, name) => {
    const { engine, transport, received } = await opened()
    const cause = new PoolError(code, 'no', status === undefined ? {} : { status })
    engine.readiness = () => Promise.reject(new PoolError('NO_HEALTHY_CLIENTS', 'nobody', { cause: new AggregateError([cause]) }))
    const error: unknown = await transport.send(request(1, 'initialize', {})).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ name, message: 'nobody', cause: { code: 'NO_HEALTHY_CLIENTS' } })
    expect(received).toEqual([])
  })
})

describe('send', () => {
  it('resolves when a replica has the request, and not before', async () => {
    const { engine, transport, received } = await openedAs('modern')
    let sent = false
    const sending = transport.send(called(1)).then(() => (sent = true))
    await Promise.resolve()
    expect(sent).toBe(false)
    engine.last.accept()
    await sending
    expect(received).toEqual([])
    engine.last.answer({ content: [] })
    expect(received).toEqual([{ jsonrpc: '2.0', id: 1, result: { content: [] } }])
  })

  it('rejects with the PoolError where nobody got the request, whether at once or later', async () => {
    const { engine, transport, received } = await openedAs('modern')
    const nobody = new PoolError('NO_HEALTHY_CLIENTS', 'nobody')
    engine.script = (call) => call.fail(nobody)
    await expect(transport.send(called(1))).rejects.toBe(nobody)
    engine.script = () => {}
    const later = transport.send(called(2))
    engine.last.fail(nobody)
    await expect(later).rejects.toBe(nobody)
    expect(received).toEqual([])
  })

  it.each([
    ['REQUEST_TIMEOUT', -32001],
    ['CONNECTION_LOST', -32000],
  ] as const)('after that, %s arrives as an error that carries the PoolError', async (code, wire) => {
    const { engine, transport, received } = await openedAs('modern')
    engine.script = (call) => void call.accept()
    await transport.send(called(1))
    const failure = new PoolError(code, 'gone', { progress: 'sent' })
    engine.last.fail(failure)
    expect(received).toEqual([{ jsonrpc: '2.0', id: 1, error: { code: wire, message: 'gone', data: failure } }])
    expect((received[0] as { error: { data: unknown } }).error.data).toBe(failure)
  })

  it('rejects on a transport that is not started, or closed, and refuses to start twice', async () => {
    const transport = new SdkTransport(new ScriptedEngine())
    await expect(transport.send(called(1))).rejects.toMatchObject({ code: 'CONNECTION_LOST' })
    await transport.start()
    await expect(transport.start()).rejects.toMatchObject({ code: 'CONFIG' })
    await transport.close()
    await expect(transport.send(called(1))).rejects.toMatchObject({ code: 'CONNECTION_LOST' })
  })

  it('rejects with what the engine throws at wrong options', async () => {
    const { engine, transport } = await openedAs('modern')
    const wrong = new PoolError('CONFIG', 'headers')
    engine.script = () => {
      throw wrong
    }
    await expect(transport.send(called(1))).rejects.toBe(wrong)
  })

  it('keeps a throwing handler of the client away from the replica', async () => {
    const { engine, transport, errors } = await openedAs('modern')
    transport.onmessage = () => {
      throw new Error('my handler')
    }
    engine.script = (call) => call.accept().answer()
    await transport.send(called(1))
    expect(errors).toMatchObject([{ message: 'my handler' }])
  })
})

describe('options of a call', () => {
  it('come from the transport, and one by one from the call, and never reach a server', async () => {
    const { engine, transport } = await openedAs('modern', { affinity: 'all', requirements: { lowLatency: true }, headers: { a: '1' } })
    void transport.send(called(1, { _meta: MODERN }))
    expect(engine.last.call).toMatchObject({ affinity: 'all', requirements: { lowLatency: true }, callerTimes: true, headers: { a: '1' } })
    void transport.send(
      called(
        2,
        withCallOptions(
          { _meta: MODERN },
          { affinity: 'mine', idempotent: true, timeout: 50, priority: 'high', tenant: 't', queueTimeout: 9, hedge: { after: 7 } },
        ),
      ),
    )
    expect(engine.last.call).toMatchObject({ affinity: 'mine', requirements: { lowLatency: true }, idempotent: true, timeout: 50, callerTimes: false })
    expect(engine.last.call).toMatchObject({ priority: 'high', tenant: 't', queueTimeout: 9, hedge: { after: 7 } })
    expect(engine.last.request).toEqual(called(2, { _meta: MODERN }))
    void transport.send(called(3, withCallOptions({}, { affinity: 'mine' })))
    expect(engine.last.request).toEqual(called(3))
  })

  it('take headers of the SDK, but for those that the connection makes itself', async () => {
    const { engine, transport } = await openedAs('modern', { headers: { a: '1' } })
    void transport.send(called(1), { headers: { traceparent: 't', 'Mcp-Param-City': 'Bern' } })
    expect(engine.last.call.headers).toEqual({ a: '1', traceparent: 't' })
  })
})

describe('cancelling', () => {
  it('by notification ends the call with that id, and no other', async () => {
    const { engine, transport, received } = await openedAs('legacy')
    engine.script = (call) => void call.accept()
    await transport.send(called(1))
    await transport.send(called(2))
    await transport.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1, reason: 'enough' } })
    expect(engine.calls.map((call) => call.cancelled)).toEqual(['enough', undefined])
    engine.calls[0]?.answer()
    expect(received).toEqual([])
  })

  it('by the signal of the request does the same', async () => {
    const { engine, transport } = await openedAs('modern')
    engine.script = (call) => void call.accept()
    const stream = new AbortController()
    await transport.send(called(1), { requestSignal: stream.signal })
    stream.abort()
    expect(engine.last.cancelled).toBeTypeOf('string')
  })

  it('while it waits for a replica settles send', async () => {
    const { engine, transport } = await openedAs('modern')
    const stream = new AbortController()
    const sending = transport.send(called(1), { requestSignal: stream.signal })
    stream.abort()
    await sending
    expect(engine.last.cancelled).toBeTypeOf('string')
    await expect(transport.send(called(2), { requestSignal: stream.signal })).rejects.toMatchObject({ code: 'CANCELLED' })
  })
})

describe('a legacy client', () => {
  it('makes its calls on its own session', async () => {
    const { engine, transport } = await openedAs('legacy')
    void transport.send(called(1))
    expect(engine.last.call).toMatchObject({ era: 'legacy', session: engine.sessions[0] })
  })

  it('is asked with an id and progress token of its own, and answers to the right server', async () => {
    const { engine, transport, received } = await openedAs('legacy')
    engine.script = (call) => void call.accept()
    await transport.send(called(1))
    await transport.send(called(2))
    const replies: unknown[] = []
    const question = request(7, 'sampling/createMessage', { _meta: { progressToken: 7 }, messages: [] })
    const [first, second] = engine.calls
    expect(first?.call.onRequest(question, (response) => replies.push(['first', response]))).toBe(true)
    second?.call.onRequest(question, (response) => replies.push(['second', response]))
    const ids = received.map((message) => ('id' in message ? message.id : undefined))
    expect(new Set(ids).size).toBe(2)
    expect(received[1]).toMatchObject({ method: 'sampling/createMessage', params: { _meta: { progressToken: ids[1] } } })

    await transport.send({ jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: ids[1]!, progress: 1 } })
    expect(engine.sessions[0]?.notified).toEqual([{ jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 7, progress: 1 } }])
    await transport.send({ jsonrpc: '2.0', id: ids[1]!, result: { role: 'assistant' } })
    expect(replies).toEqual([['second', { jsonrpc: '2.0', id: 7, result: { role: 'assistant' } }]])
  })

  it('is told when a question is taken back, by the server or with its call', async () => {
    const { engine, transport, received } = await openedAs('legacy')
    engine.script = (call) => void call.accept()
    await transport.send(called(1))
    engine.last.call.onRequest(request(3, 'roots/list'), () => {})
    engine.last.call.onRequest(request(4, 'roots/list'), () => {})
    const [three, four] = received.splice(0).map((message) => ('id' in message ? message.id : undefined))
    engine.sessions[0]?.listener.onNotification({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 3 } })
    expect(received.splice(0)).toMatchObject([{ method: 'notifications/cancelled', params: { requestId: three } }])
    engine.last.answer()
    expect(received).toMatchObject([{ method: 'notifications/cancelled', params: { requestId: four } }, { id: 1 }])
  })

  it('answers questions that belong to no call', async () => {
    const { engine, transport, received } = await openedAs('legacy')
    const replies: unknown[] = []
    engine.sessions[0]?.listener.onRequest(request('s', 'roots/list'), (response) => replies.push(response))
    const asked = received[0]
    await transport.send({ jsonrpc: '2.0', id: asked !== undefined && 'id' in asked ? asked.id! : 0, result: { roots: [] } })
    expect(replies).toEqual([{ jsonrpc: '2.0', id: 's', result: { roots: [] } }])
  })

  it('notifies its session', async () => {
    const { engine, transport } = await openedAs('legacy')
    const changed = { jsonrpc: '2.0', method: 'notifications/roots/list_changed' } as const
    await transport.send(changed)
    await transport.send({ jsonrpc: '2.0', method: 'notifications/initialized' })
    expect(engine.sessions[0]?.notified).toEqual([changed])
  })

  it('sets its log level in the session, or for when there is one', async () => {
    const { engine, transport, received } = await openedAs('legacy')
    const session = engine.sessions[0]!
    await transport.send(request(1, 'logging/setLevel', { level: 'warning' }))
    await transport.send(request(2, 'logging/setLevel', { level: 'loud' }))
    expect(received).toMatchObject([
      { id: 1, result: {} },
      { id: 2, error: { code: -32602 } },
    ])
    expect(session.remembered).toEqual([{ method: 'logging/setLevel', params: { level: 'warning' } }])
    session.client = 'a'
    void transport.send(request(3, 'logging/setLevel', { level: 'info' }))
    expect(engine.last.request.method).toBe('logging/setLevel')
  })

  it('loses its session when it says so, and gets another with the next call', async () => {
    const { engine, transport } = await openedAs('legacy')
    await transport.terminateSession()
    expect([engine.sessions[0]?.closed, transport.sessionId]).toEqual([true, undefined])
    void transport.send(called(1))
    expect(engine.last.call.session).toBe(engine.sessions[1])
  })
})

it('leaves questions of servers to the pool where the client is modern', async () => {
  const { engine, transport, received } = await openedAs('modern')
  void transport.send(called(1))
  expect(engine.last.call.onRequest(request(1, 'roots/list'), () => {})).toBe(false)
  expect(received).toEqual([])
})

describe('resumption', () => {
  it('goes to the replica that issued the token', async () => {
    const { engine, transport } = await openedAs('legacy')
    const { scriptedReplica } = await import('../../test/scripted-engine.js')
    engine.setReplicas(scriptedReplica('one'), scriptedReplica('two:2'))
    const tokens: string[] = []
    void transport.send(called(1), { onresumptiontoken: (token) => void tokens.push(token) })
    engine.last.call.onEventId('two:2', '5:8')
    void transport.send(called(2), { resumptionToken: tokens[0] })
    expect(engine.last.call.only?.id).toBe('two:2')
    expect(engine.last.call.resumeFrom).toBe('5:8')
  })

  it.each(['3:one7', 'nonsense', '99:x'])('is refused, not sent again, where the replica of %s is unknown', async (resumptionToken) => {
    const { engine, transport } = await openedAs('legacy')
    await expect(transport.send(called(1), { resumptionToken })).rejects.toMatchObject({ code: 'SESSION_LOST', progress: 'sent' })
    expect(engine.calls).toEqual([])
  })
})

it('closes once: calls are given up, servers that asked get an error, the session ends', async () => {
  const { engine, transport, received } = await openedAs('legacy')
  let closed = 0
  transport.onclose = () => void closed++
  engine.script = (call) => void call.accept()
  await transport.send(called(1))
  const replies: unknown[] = []
  engine.sessions[0]?.listener.onRequest(request(1, 'roots/list'), (response) => replies.push(response))
  received.length = 0
  await Promise.all([transport.close(), transport.close()])
  expect(closed).toBe(1)
  expect(engine.last.cancelled).toBeTypeOf('string')
  expect(engine.sessions[0]?.closed).toBe(true)
  expect(replies).toMatchObject([{ id: 1, error: { code: -32000 } }])
  engine.last.answer()
  expect(received).toEqual([])
  expect(engine.listeners).toEqual([])
  expect(engine.closeListeners.size).toBe(0)
})

it('closes with the pool', async () => {
  const { engine, transport } = await openedAs('modern')
  const closed = new Promise<void>((resolve) => {
    transport.onclose = resolve
  })
  for (const listener of engine.closeListeners) listener()
  await closed
  await expect(transport.send(called(1))).rejects.toMatchObject({ code: 'CONNECTION_LOST' })
})

it('hands the way back from the authorization server on', async () => {
  const { engine, transport } = await opened()
  await transport.finishAuth('code', 'https://issuer.example')
  expect(engine.finished).toEqual([['code', 'https://issuer.example']])
})
