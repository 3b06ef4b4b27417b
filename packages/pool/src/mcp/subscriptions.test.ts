import { describe, expect, it } from 'vitest'
import { type ScriptedCall, ScriptedEngine, scriptedReplica } from '../../test/scripted-engine.js'
import { PoolError } from '../errors.js'
import type { Era, JsonObject } from '../ports.js'
import type { JsonRpcMessage, SendOptions } from './sdk-message.js'
import { SdkTransport, type TransportKind, USER_TRANSPORT } from './sdk-transport.js'

const ID = 'io.modelcontextprotocol/subscriptionId'
const MODERN = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} }

async function opened(era: Era, kind: TransportKind = USER_TRANSPORT) {
  const engine = new ScriptedEngine()
  const transport = new SdkTransport(engine, {}, kind)
  const received: JsonRpcMessage[] = []
  transport.onmessage = (message) => void received.push(message)
  await transport.start()
  const [method, params] =
    era === 'modern'
      ? ['server/discover', { _meta: MODERN }]
      : ['initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'app', version: '1' } }]
  await transport.send({ jsonrpc: '2.0', id: 'h', method, params })
  received.length = 0
  const listen = (id: string, notifications: JsonObject, options?: SendOptions) =>
    transport.send({ jsonrpc: '2.0', id, method: 'subscriptions/listen', params: { _meta: MODERN, notifications } }, options)
  const subscribe = (id: number, uri: string) => transport.send({ jsonrpc: '2.0', id, method: 'resources/subscribe', params: { uri } })
  return { engine, transport, received, listen, subscribe }
}

const acknowledge = (call: ScriptedCall, ...uris: string[]) =>
  call.notify('notifications/subscriptions/acknowledged', { notifications: { resourceSubscriptions: uris } })
const update = (call: ScriptedCall, uri: string) => call.notify('notifications/resources/updated', { uri, _meta: { [ID]: 'listen' } })
const wanted = (call: ScriptedCall) => call.request.params?.['notifications']

describe('a modern client', () => {
  it('is acknowledged at once for lists, with what any replica can report', async () => {
    const { received, listen } = await opened('modern')
    await listen('l', { toolsListChanged: true, promptsListChanged: true })
    expect(received).toEqual([
      { jsonrpc: '2.0', method: 'notifications/subscriptions/acknowledged', params: { notifications: { toolsListChanged: true }, _meta: { [ID]: 'l' } } },
    ])
  })

  it('hears once of a change that every replica reports, under the id of each of its subscriptions, and of nothing else', async () => {
    const { engine, received, listen } = await opened('modern')
    await listen('l', { toolsListChanged: true })
    await listen('m', { toolsListChanged: true, resourcesListChanged: true })
    received.length = 0
    for (let i = 0; i < 3; i++) engine.notify('notifications/tools/list_changed')
    engine.notify('notifications/prompts/list_changed')
    const changed = (id: string) => ({ jsonrpc: '2.0', method: 'notifications/tools/list_changed', params: { _meta: { [ID]: id } } })
    expect(received).toEqual([changed('l'), changed('m')])
    engine.timers.advance(1_000)
    expect(received).toHaveLength(4)
  })

  it('hears nothing without asking', async () => {
    const { engine, received } = await opened('modern')
    engine.notify('notifications/tools/list_changed')
    expect(received).toEqual([])
  })

  it('listens to a resource on every replica, also on those that come later', async () => {
    const { engine, received, listen } = await opened('modern')
    const [a, b] = [scriptedReplica('a'), scriptedReplica('b', 'legacy')]
    engine.setReplicas(a, b)
    await listen('l', { resourceSubscriptions: ['x:1', 'x:2'] })
    expect(engine.calls.map((call) => [call.call.only, call.call.stream, wanted(call)])).toEqual([
      [a, true, { resourceSubscriptions: ['x:1', 'x:2'] }],
      [b, true, { resourceSubscriptions: ['x:1', 'x:2'] }],
    ])
    const [first, second] = engine.calls as [ScriptedCall, ScriptedCall]
    acknowledge(first, 'x:1')
    expect(received).toEqual([])
    acknowledge(second)
    expect(received.splice(0)).toMatchObject([{ params: { notifications: { resourceSubscriptions: ['x:1'] } } }])
    engine.setReplicas(a, b, scriptedReplica('c'))
    expect(engine.calls).toHaveLength(3)
    acknowledge(engine.last, 'x:1', 'x:2')
    update(first, 'x:1')
    update(engine.last, 'x:1')
    update(engine.last, 'x:3')
    expect(received).toEqual([{ jsonrpc: '2.0', method: 'notifications/resources/updated', params: { uri: 'x:1', _meta: { [ID]: 'l' } } }])
  })

  it('is not kept waiting by a replica that does not answer', async () => {
    const { engine, received, listen } = await opened('modern')
    engine.setReplicas(scriptedReplica('a'), scriptedReplica('black-hole'))
    await listen('l', { resourceSubscriptions: ['x:1'] })
    acknowledge(engine.calls[0]!, 'x:1')
    engine.timers.advance(4_999)
    expect(received).toEqual([])
    engine.timers.advance(1)
    expect(received).toMatchObject([{ params: { notifications: { resourceSubscriptions: ['x:1'] } } }])
  })

  it('changes its streams without a gap', async () => {
    const { engine, listen } = await opened('modern')
    engine.setReplicas(scriptedReplica('a'))
    await listen('l', { resourceSubscriptions: ['x:1'] })
    const [first] = engine.calls as [ScriptedCall]
    acknowledge(first, 'x:1')
    await listen('m', { resourceSubscriptions: ['x:2'] })
    expect([engine.calls.length, first.cancelled]).toEqual([2, undefined])
    acknowledge(engine.last, 'x:1', 'x:2')
    expect(first.cancelled).toBeTypeOf('string')
  })

  it('has its streams opened again when they are lost, later and later, and is told that it may have missed something', async () => {
    const { engine, received, listen } = await opened('modern')
    engine.setReplicas(scriptedReplica('a'))
    await listen('l', { resourceSubscriptions: ['x:1'] })
    acknowledge(engine.last, 'x:1')
    received.length = 0
    for (const limit of [500, 1_000, 2_000]) {
      engine.last.fail(new PoolError('CONNECTION_LOST', 'gone', { progress: 'sent' }))
      const before = engine.calls.length
      engine.timers.advance(limit)
      expect(engine.calls.length).toBe(before + 1)
    }
    expect(received).toEqual([])
    acknowledge(engine.last, 'x:1')
    expect(received).toMatchObject([{ method: 'notifications/resources/updated', params: { uri: 'x:1' } }])
  })

  it('is not told so again and again by a replica that ends each stream as soon as it has agreed to it', async () => {
    const { engine, received, listen } = await opened('modern')
    engine.setReplicas(scriptedReplica('a'))
    await listen('l', { resourceSubscriptions: ['x:1'] })
    engine.script = (call) => {
      acknowledge(call, 'x:1')
      call.answer()
    }
    acknowledge(engine.last, 'x:1')
    engine.last.answer()
    received.length = 0
    engine.timers.advance(60_000)
    expect(engine.calls.length).toBeLessThan(15)
    // One that lasted is opened again soon.
    engine.script = (call) => acknowledge(call, 'x:1')
    engine.timers.advance(60_000)
    const before = engine.calls.length
    engine.last.answer()
    engine.timers.advance(500)
    expect(engine.calls.length).toBe(before + 1)
  })

  it('is told the same of a replica that went and came back, and not of a new one', async () => {
    const { engine, received, listen } = await opened('modern')
    const [a, b] = [scriptedReplica('a'), scriptedReplica('b')]
    engine.setReplicas(a)
    await listen('l', { resourceSubscriptions: ['x:1'] })
    acknowledge(engine.last, 'x:1')
    received.length = 0
    engine.setReplicas(a, b)
    acknowledge(engine.last, 'x:1')
    expect(received).toEqual([])
    engine.setReplicas(b)
    engine.setReplicas(a, b)
    acknowledge(engine.last, 'x:1')
    expect(received).toMatchObject([{ method: 'notifications/resources/updated', params: { uri: 'x:1' } }])
  })

  it('has the last thousand remembered of those that went, and no more', async () => {
    const { engine, received, listen } = await opened('modern')
    await listen('l', { resourceSubscriptions: ['x:1'] })
    const comes = (n: number): void => {
      engine.setReplicas(scriptedReplica(`pod-${n}`))
      acknowledge(engine.last, 'x:1')
    }
    for (let n = 0; n <= 1_001; n++) comes(n)
    received.length = 0
    comes(0)
    expect(received).toEqual([])
    comes(1_001)
    expect(received).toMatchObject([{ method: 'notifications/resources/updated' }])
  })

  it('hears that lists may have changed when a replica connects again, and not when one connects first', async () => {
    const { engine, received, listen } = await opened('modern')
    engine.setReplicas(scriptedReplica('a'))
    await listen('l', { toolsListChanged: true, promptsListChanged: true })
    received.length = 0
    const again = scriptedReplica('a')
    engine.setReplicas(again, scriptedReplica('b'))
    expect(received).toMatchObject([{ method: 'notifications/tools/list_changed', params: { _meta: { [ID]: 'l' } } }])
    engine.timers.advance(1_000)
    engine.setReplicas(again)
    expect(received).toHaveLength(1)
  })

  it('gets the error where every replica refuses, and no more streams until one reconnects', async () => {
    const { engine, received, listen } = await opened('modern')
    const a = scriptedReplica('a')
    engine.setReplicas(a, scriptedReplica('b'))
    await listen('l', { resourceSubscriptions: ['x:1'] })
    for (const call of engine.calls) call.error(-32601, 'no subscriptions')
    expect(received).toEqual([{ jsonrpc: '2.0', id: 'l', error: { code: -32601, message: 'no subscriptions' } }])
    engine.timers.advance(60_000)
    expect(engine.calls).toHaveLength(2)
  })

  it('loses its stream for good only when all that it listens to is refused', async () => {
    const { engine, listen } = await opened('modern')
    engine.setReplicas(scriptedReplica('a'))
    let ended = 0
    await listen('l', { resourceSubscriptions: ['x:1'] }, { onRequestStreamEnd: () => void ended++ })
    acknowledge(engine.last, 'x:1')
    engine.last.fail(new PoolError('CONNECTION_LOST', 'gone'))
    engine.timers.advance(500)
    expect(ended).toBe(0)
    engine.last.error(-32601, 'no more')
    expect(ended).toBe(1)
  })

  it.each(['signal', 'notification'] as const)('ends a subscription by %s, and its streams with it', async (way) => {
    const { engine, transport, received, listen } = await opened('modern')
    engine.setReplicas(scriptedReplica('a'))
    const stream = new AbortController()
    await listen('l', { toolsListChanged: true, resourceSubscriptions: ['x:1'] }, { requestSignal: stream.signal })
    acknowledge(engine.last, 'x:1')
    received.length = 0
    if (way === 'signal') stream.abort()
    else await transport.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'l' } })
    expect(engine.last.cancelled).toBeTypeOf('string')
    engine.notify('notifications/tools/list_changed')
    expect(received).toEqual([])
  })

  it('hears of the end when the pool shuts down', async () => {
    const { engine, received, listen } = await opened('modern')
    let ended = 0
    await listen('l', { toolsListChanged: true }, { onRequestStreamEnd: () => void ended++ })
    received.length = 0
    for (const listener of engine.listeners) listener.onShutdown()
    expect(received).toEqual([{ jsonrpc: '2.0', id: 'l', result: { resultType: 'complete', _meta: { [ID]: 'l' } } }])
    expect(ended).toBe(1)
    expect(engine.timers.pending).toBe(0)
  })
})

describe('a legacy client', () => {
  it('hears of list changes without asking, from the fleet and from its session, once', async () => {
    const { engine, received } = await opened('legacy')
    engine.notify('notifications/tools/list_changed', { _meta: { [ID]: 'upstream' } })
    engine.sessions[0]?.listener.onNotification({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' })
    expect(received).toEqual([{ jsonrpc: '2.0', method: 'notifications/tools/list_changed', params: {} }])
  })

  it('subscribes at modern replicas by listening, and remembers it for a session to come', async () => {
    const { engine, received, subscribe, transport } = await opened('legacy')
    engine.setReplicas(scriptedReplica('a'), scriptedReplica('old', 'legacy'))
    await subscribe(1, 'x:1')
    expect(engine.calls.map((call) => call.call.only?.id)).toEqual(['a'])
    expect(received).toEqual([])
    acknowledge(engine.last, 'x:1')
    expect(received.splice(0)).toEqual([{ jsonrpc: '2.0', id: 1, result: {} }])
    expect(engine.sessions[0]?.remembered).toEqual([{ method: 'resources/subscribe', params: { uri: 'x:1' } }])
    update(engine.last, 'x:1')
    expect(received.splice(0)).toEqual([{ jsonrpc: '2.0', method: 'notifications/resources/updated', params: { uri: 'x:1' } }])
    await transport.send({ jsonrpc: '2.0', id: 2, method: 'resources/unsubscribe', params: { uri: 'x:1' } })
    expect(received).toEqual([{ jsonrpc: '2.0', id: 2, result: {} }])
    expect(engine.last.cancelled).toBeTypeOf('string')
  })

  it('subscribes in its session where that is open, or where there is nothing else', async () => {
    const { engine, received, subscribe } = await opened('legacy')
    engine.setReplicas(scriptedReplica('old', 'legacy'))
    void subscribe(1, 'x:1')
    expect(engine.last.request).toMatchObject({ id: 1, method: 'resources/subscribe' })
    expect(engine.last.call).toMatchObject({ session: engine.sessions[0], stream: false })
    engine.last.accept().answer()
    expect(received).toEqual([{ jsonrpc: '2.0', id: 1, result: {} }])
  })

  it('gets the error of the replicas, and is not subscribed then', async () => {
    const { engine, received, subscribe } = await opened('legacy')
    engine.setReplicas(scriptedReplica('a'))
    await subscribe(1, 'x:1')
    engine.last.error(-32602, 'no such resource')
    expect(received).toEqual([{ jsonrpc: '2.0', id: 1, error: { code: -32602, message: 'no such resource' } }])
    await subscribe(2, 'x:2')
    expect(wanted(engine.last)).toEqual({ resourceSubscriptions: ['x:2'] })
  })
})

it('tells the client of the pool itself of list changes, for its cache', async () => {
  const { engine, received } = await opened('modern', { ...USER_TRANSPORT, unsolicited: true })
  engine.notify('notifications/tools/list_changed')
  expect(received).toEqual([{ jsonrpc: '2.0', method: 'notifications/tools/list_changed', params: {} }])
})
