import { expect, it } from 'vitest'
import { made, ScriptedTransport } from '../../../test/scripted-transport.js'
import type { JsonObject, JsonRpcNotification } from '../../ports.js'
import { VirtualTime } from '../../testing/index.js'
import { Channel } from './channel.js'
import { OwnListen } from './own-listen.js'

const CAPABILITIES = { tools: { listChanged: true }, prompts: { listChanged: false }, resources: {} }

async function listening(capabilities: JsonObject = CAPABILITIES) {
  const time = new VirtualTime()
  const transport = new ScriptedTransport()
  const channel = new Channel(made(transport), 'the server', { onNotification() {}, onRequest() {}, onError() {}, onEnd() {} })
  await channel.start()
  const heard: JsonRpcNotification[] = []
  let ids = 0
  const subject = new OwnListen(channel, capabilities, {
    timers: time,
    random: () => 1,
    nextId: () => ++ids,
    envelope: { who: 'us' },
    onNotification: (notification) => void heard.push(notification),
  })
  subject.start()
  const acknowledge = (id: number) =>
    transport.notify('notifications/subscriptions/acknowledged', { notifications: {}, _meta: { 'io.modelcontextprotocol/subscriptionId': id } })
  return { time, transport, heard, subject, acknowledge }
}

it('listens to what the server can report, and hands it on without the id of a request that nobody knows', async () => {
  const { transport, heard, acknowledge } = await listening()
  expect(transport.requests).toEqual([
    { jsonrpc: '2.0', id: 1, method: 'subscriptions/listen', params: { _meta: { who: 'us' }, notifications: { toolsListChanged: true } } },
  ])
  acknowledge(1)
  transport.notify('notifications/tools/list_changed', { _meta: { 'io.modelcontextprotocol/subscriptionId': 1, own: 2 } })
  expect(heard).toEqual([{ jsonrpc: '2.0', method: 'notifications/tools/list_changed', params: { _meta: { own: 2 } } }])
})

it('does not listen where there is nothing to hear', async () => {
  const { transport, subject } = await listening({ tools: {} })
  expect(transport.requests).toEqual([])
  subject.subscribe('a:1', () => {})
  expect(transport.requests).toMatchObject([{ params: { notifications: { resourceSubscriptions: ['a:1'] } } }])
  subject.unsubscribe('a:1')
  expect(transport.notifications).toMatchObject([{ method: 'notifications/cancelled', params: { requestId: 1 } }])
})

it('opens the new stream before it closes the old one', async () => {
  const { transport, subject, acknowledge } = await listening()
  acknowledge(1)
  subject.subscribe('a:1', () => {})
  subject.subscribe('a:1', () => {})
  expect(transport.requests).toHaveLength(2)
  expect(transport.notifications).toEqual([])
  acknowledge(2)
  expect(transport.notifications).toMatchObject([{ method: 'notifications/cancelled', params: { requestId: 1 } }])
})

it.each(['result', 'cancelled'] as const)('listens again when the server ends it by %s, later and later', async (way) => {
  const { time, transport } = await listening()
  for (const delay of [1_000, 2_000, 4_000]) {
    const { length } = transport.requests
    if (way === 'result') transport.answer(length, { resultType: 'complete' })
    else transport.notify('notifications/cancelled', { requestId: length })
    time.advance(delay - 1)
    expect(transport.requests).toHaveLength(length)
    time.advance(1)
    expect(transport.requests).toHaveLength(length + 1)
  }
})

it('is patient with one that ends each stream as soon as it has agreed to it, and soon back after one that lasted', async () => {
  const { time, transport, acknowledge } = await listening()
  const endsAtOnce = (): void => {
    const { length } = transport.requests
    acknowledge(length)
    transport.answer(length)
  }
  for (const delay of [1_000, 2_000, 4_000]) {
    endsAtOnce()
    const { length } = transport.requests
    time.advance(delay - 1)
    expect(transport.requests).toHaveLength(length)
    time.advance(1)
  }
  acknowledge(4)
  time.advance(5_000)
  transport.answer(4)
  time.advance(1_000)
  expect(transport.requests).toHaveLength(5)
})

it('tells who subscribes when the server has agreed, or why not, and does not ask for that again', async () => {
  const { time, transport, subject, acknowledge } = await listening()
  const heard: unknown[] = []
  const subscribe = (uri: string): void => subject.subscribe(uri, (refusal) => heard.push([uri, refusal === undefined ? 'agreed' : refusal]))
  const asked = (): unknown => (transport.requests.at(-1)?.params?.['notifications'] as JsonObject)['resourceSubscriptions']
  acknowledge(1)
  subscribe('good')
  subscribe('good')
  expect(heard).toEqual([])
  acknowledge(2)
  subscribe('good')
  expect(heard.splice(0)).toEqual(Array(3).fill(['good', 'agreed']))
  subscribe('bad')
  transport.error(3, -32_602, 'no such resource')
  expect(heard.splice(0)).toMatchObject([['bad', { error: { message: 'no such resource' } }]])
  subscribe('better')
  expect(asked()).toEqual(['good', 'better'])
  // The stream that there was goes on until the next is agreed to.
  expect(transport.notifications).toHaveLength(1)
  acknowledge(4)
  subscribe('last')
  transport.die()
  subject.close()
  expect(heard).toMatchObject([
    ['better', 'agreed'],
    ['last', { code: 'CONNECTION_LOST' }],
  ])
  expect(time.pending).toBe(0)
})

it('listens again without what was refused where that ended the only stream', async () => {
  const { time, transport, subject } = await listening()
  subject.subscribe('bad', () => {})
  transport.error(2, -32_602, 'no such resource')
  time.advance(1_000)
  expect(transport.requests.at(-1)).toMatchObject({ id: 3, params: { notifications: { toolsListChanged: true } } })
})

it('takes no for an answer', async () => {
  const { time, transport } = await listening()
  transport.error(1, -32601, 'no subscriptions')
  time.advance(1_000_000)
  expect(transport.requests).toHaveLength(1)
})

it('ends with the connection', async () => {
  const { time, transport, subject, acknowledge } = await listening()
  acknowledge(1)
  subject.close()
  expect(transport.notifications).toMatchObject([{ method: 'notifications/cancelled' }])
  expect(time.pending).toBe(0)
})
