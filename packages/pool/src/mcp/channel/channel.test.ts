import { describe, expect, it } from 'vitest'
import { made, ScriptedTransport } from '../../../test/scripted-transport.js'
import type { PoolError } from '../../errors.js'
import type { JsonRpcNotification, JsonRpcRequest, JsonRpcResponse } from '../../ports.js'
import { Channel, type Pending, type Reply } from './channel.js'

class Waiting implements Pending {
  readonly kind: Pending['kind']
  readonly answers: JsonRpcResponse[] = []
  readonly heard: JsonRpcNotification[] = []
  readonly questions: Array<{ request: JsonRpcRequest; reply: Reply }> = []
  readonly failures: PoolError[] = []
  constructor(kind: Pending['kind'] = 'call') {
    this.kind = kind
  }
  answered(response: JsonRpcResponse): void {
    this.answers.push(response)
  }
  notified(notification: JsonRpcNotification): void {
    this.heard.push(notification)
  }
  asked(request: JsonRpcRequest, reply: Reply): void {
    this.questions.push({ request, reply })
  }
  failed(failure: PoolError): void {
    this.failures.push(failure)
  }
}

async function opened(more: Parameters<typeof made>[1] = {}) {
  const transport = new ScriptedTransport()
  const owner = { notifications: [] as JsonRpcNotification[], asked: [] as JsonRpcRequest[], errors: [] as Error[], ends: [] as PoolError[] }
  const channel = new Channel(made(transport, more), 'the server', {
    onNotification: (notification) => void owner.notifications.push(notification),
    onRequest: (request) => void owner.asked.push(request),
    onError: (error) => void owner.errors.push(error),
    onEnd: (failure) => void owner.ends.push(failure),
  })
  await channel.start()
  const begin = (id: number, pending = new Waiting()): Waiting => {
    channel.request(id, { jsonrpc: '2.0', id, method: 'tools/call' }, pending)
    return pending
  }
  return { transport, channel, owner, begin }
}

describe('Channel', () => {
  it('gives answers to those who asked, once, and drops those that come too late', async () => {
    const { transport, channel, owner, begin } = await opened()
    const [first, second] = [begin(1), begin(2)]
    transport.answer(2)
    transport.answer(2)
    expect(channel.forget(1)).toBe(true)
    transport.answer(1)
    expect([first.answers.length, second.answers.length, owner.errors]).toEqual([0, 1, []])
  })

  it('reports an answer to nothing in particular', async () => {
    const { transport, owner } = await opened()
    transport.onmessage?.({ jsonrpc: '2.0', error: { code: -32700, message: 'parse error' } })
    expect(owner.errors).toMatchObject([{ code: 'PROTOCOL' }])
  })

  it('tells progress and subscriptions by what they carry', async () => {
    const { transport, owner, begin } = await opened()
    const [first, second] = [begin(1), begin(2, new Waiting('stream'))]
    transport.notify('notifications/progress', { progressToken: 1, progress: 1 })
    transport.notify('notifications/resources/updated', { uri: 'a:1', _meta: { 'io.modelcontextprotocol/subscriptionId': 2 } })
    transport.notify('notifications/progress', { progressToken: 9, progress: 1 })
    transport.notify('notifications/tools/list_changed')
    transport.notify('notifications/cancelled', { requestId: 2 })
    expect(first.heard.map(({ method }) => method)).toEqual(['notifications/progress'])
    expect(second.heard.map(({ method }) => method)).toEqual(['notifications/resources/updated', 'notifications/cancelled'])
    expect(owner.notifications.map(({ method }) => method)).toEqual(['notifications/tools/list_changed'])
  })

  it('gives what belongs to nobody to the only call under way, and else to the owner', async () => {
    const { transport, owner, begin } = await opened()
    transport.ask('q0', 'roots/list')
    const call = begin(1)
    begin(2, new Waiting('own'))
    begin(3, new Waiting('stream'))
    transport.ask('q1', 'roots/list')
    transport.notify('notifications/message', { level: 'info' })
    begin(4)
    transport.ask('q2', 'roots/list')
    transport.notify('notifications/message', { level: 'info' })
    expect(owner.asked.map(({ id }) => id)).toEqual(['q0', 'q2'])
    expect(call.questions.map(({ request }) => request.id)).toEqual(['q1'])
    expect([call.heard.length, owner.notifications.length]).toEqual([1, 1])
  })

  it('sends one reply to a question, under the id of the server, and none once it was taken back', async () => {
    const { transport, begin } = await opened()
    const call = begin(1)
    transport.ask('q1', 'roots/list')
    transport.ask('q2', 'roots/list')
    transport.notify('notifications/cancelled', { requestId: 'q2' })
    for (const { reply } of call.questions) {
      reply({ jsonrpc: '2.0', id: 'ours', result: { roots: [] } })
      reply({ jsonrpc: '2.0', id: 'ours', result: { roots: [] } })
    }
    expect(transport.responses).toEqual([{ jsonrpc: '2.0', id: 'q1', result: { roots: [] } }])
    expect(call.heard).toMatchObject([{ method: 'notifications/cancelled', params: { requestId: 'q2' } }])
  })

  it('answers a ping by itself', async () => {
    const { transport, owner } = await opened()
    transport.ask(5, 'ping')
    expect([transport.responses, owner.asked]).toEqual([[{ jsonrpc: '2.0', id: 5, result: {} }], []])
  })

  it('fails all that is under way when the server ends, and what comes later, and says so once', async () => {
    const { transport, channel, owner, begin } = await opened({ lastWords: () => 'out of memory' })
    const call = begin(1)
    transport.die()
    transport.die()
    const late = begin(2)
    expect(call.failures).toMatchObject([{ code: 'CONNECTION_LOST', progress: 'sent', message: expect.stringContaining('out of memory') }])
    expect(late.failures).toMatchObject([{ code: 'CONNECTION_LOST', progress: 'not-sent' }])
    expect(owner.ends).toHaveLength(1)
    expect([channel.isOpen, transport.closed]).toEqual([false, 1])
  })

  it('ends at an error after which nothing comes, with its code', async () => {
    const { transport, owner, begin } = await opened({ fatal: (error) => (error.message === 'too large' ? 'PROTOCOL' : undefined) })
    const call = begin(1)
    transport.onerror?.(new Error('a line that is no message'))
    expect([owner.errors.length, call.failures.length]).toEqual([1, 0])
    transport.onerror?.(new Error('too large'))
    expect(call.failures).toMatchObject([{ code: 'PROTOCOL', progress: 'sent' }])
    expect(owner.ends).toMatchObject([{ code: 'PROTOCOL' }])
  })

  it('fails a request that cannot be sent, as not sent unless more is known', async () => {
    const { transport, begin } = await opened()
    transport.sendError = new Error('broken pipe')
    const call = begin(1)
    await Promise.resolve()
    expect(call.failures).toMatchObject([{ code: 'CONNECTION_LOST', progress: 'not-sent' }])
  })

  it('blames the caller for what cannot be written as JSON', async () => {
    const { transport, channel, owner } = await opened()
    transport.sendError = new TypeError('Do not know how to serialize a BigInt')
    const [wrong, right] = [new Waiting(), new Waiting()]
    channel.request(1, { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'x', arguments: { n: 1n } } }, wrong)
    channel.request(2, { jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'x' } }, right)
    await Promise.resolve()
    expect(wrong.failures).toMatchObject([
      { code: 'CONFIG', retryable: false, message: 'tools/call cannot be written as JSON: Do not know how to serialize a BigInt' },
    ])
    expect(right.failures).toMatchObject([{ code: 'CONNECTION_LOST', progress: 'not-sent' }])
    expect([channel.isOpen, owner.errors]).toEqual([true, []])
  })

  it('is silent once we close it', async () => {
    const { transport, channel, owner, begin } = await opened()
    const call = begin(1)
    await channel.close()
    transport.notify('notifications/tools/list_changed')
    transport.die()
    expect(call.failures).toMatchObject([{ code: 'CONNECTION_LOST', progress: 'sent' }])
    expect([owner.notifications, owner.ends]).toEqual([[], []])
  })
})
