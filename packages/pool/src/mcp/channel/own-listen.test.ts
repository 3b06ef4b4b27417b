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
  subject.subscribe('a:1')
  expect(transport.requests).toMatchObject([{ params: { notifications: { resourceSubscriptions: ['a:1'] } } }])
  subject.unsubscribe('a:1')
  expect(transport.notifications).toMatchObject([{ method: 'notifications/cancelled', params: { requestId: 1 } }])
})

it('opens the new stream before it closes the old one', async () => {
  const { transport, subject, acknowledge } = await listening()
  acknowledge(1)
  subject.subscribe('a:1')
  subject.subscribe('a:1')
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
