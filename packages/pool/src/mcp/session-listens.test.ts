import { describe, expect, it } from 'vitest'
import { PoolError } from '../errors.js'
import type { Attempt, JsonObject, JsonRpcNotification, JsonRpcResponse } from '../ports.js'
import { SessionListens } from './session-listens.js'

const ID = 'io.modelcontextprotocol/subscriptionId'
const OK: JsonRpcResponse = { jsonrpc: '2.0', id: 0, result: {} }
const REFUSED: JsonRpcResponse = { jsonrpc: '2.0', id: 0, error: { code: -32601, message: 'no subscriptions' } }
const LISTS = { tools: { listChanged: true }, prompts: { listChanged: false }, resources: {} }

class Listener {
  readonly heard: JsonRpcNotification[] = []
  readonly answers: JsonRpcResponse[] = []
  readonly failures: unknown[] = []
  attempt(id: string, notifications: JsonObject): Attempt {
    return {
      request: { jsonrpc: '2.0', id, method: 'subscriptions/listen', params: { notifications } },
      era: 'modern',
      wireId: 1,
      headers: undefined,
      session: undefined,
      stream: true,
      resumeFrom: undefined,
      onEventId: () => {},
      onNotification: (notification) => void this.heard.push(notification),
      onRequest: () => {},
      onAnswer: (response) => void this.answers.push(response),
      onFailure: (failure) => void this.failures.push(failure),
    }
  }
}

function session(answerTo: (uri: string) => JsonRpcResponse | undefined = () => OK, capabilities: JsonObject = LISTS) {
  const requests: string[] = []
  const listens = new SessionListens({
    capabilities,
    request(method, uri, done) {
      requests.push(`${method} ${uri}`)
      done(answerTo(uri))
    },
  })
  return { listens, requests }
}

const changed = (method: string, params: JsonObject = {}): JsonRpcNotification => ({ jsonrpc: '2.0', method: `notifications/${method}`, params })

// basic/patterns/subscriptions
describe('SessionListens', () => {
  it('acknowledges first, with what the server can do, and tags all that follows', () => {
    const { listens, requests } = session((uri) => (uri === 'a:2' ? REFUSED : OK))
    const listener = new Listener()
    listens.start(listener.attempt('x', { toolsListChanged: true, promptsListChanged: true, resourceSubscriptions: ['a:1', 'a:2'] }))
    expect(requests).toEqual(['resources/subscribe a:1', 'resources/subscribe a:2'])
    for (const notification of [
      changed('tools/list_changed'),
      changed('prompts/list_changed'),
      changed('resources/updated', { uri: 'a:1' }),
      changed('resources/updated', { uri: 'a:2' }),
      changed('message'),
    ])
      listens.onNotification(notification)
    expect(listener.heard).toEqual([
      changed('subscriptions/acknowledged', { notifications: { toolsListChanged: true, resourceSubscriptions: ['a:1'] }, _meta: { [ID]: 'x' } }),
      changed('tools/list_changed', { _meta: { [ID]: 'x' } }),
      changed('resources/updated', { uri: 'a:1', _meta: { [ID]: 'x' } }),
    ])
  })

  it('answers with the error of the server where it agrees to nothing', () => {
    const { listens } = session(() => REFUSED)
    const listener = new Listener()
    listens.start(listener.attempt('x', { promptsListChanged: true, resourceSubscriptions: ['a:1'] }))
    expect([listener.heard, listener.answers]).toEqual([[], [{ ...REFUSED, id: 'x' }]])
  })

  it('unsubscribes with the last who listens', () => {
    const { listens, requests } = session()
    const first = listens.start(new Listener().attempt('x', { resourceSubscriptions: ['a:1'] }))
    const second = listens.start(new Listener().attempt('y', { resourceSubscriptions: ['a:1'] }))
    first.cancel('')
    first.cancel('')
    expect(requests).not.toContain('resources/unsubscribe a:1')
    second.cancel('')
    expect(requests.at(-1)).toBe('resources/unsubscribe a:1')
  })

  it('subscribes again in a session that was opened again, and fails with its connection', () => {
    const { listens, requests } = session()
    const listener = new Listener()
    listens.start(listener.attempt('x', { resourceSubscriptions: ['a:1'] }))
    listens.reopened()
    expect(requests).toEqual(['resources/subscribe a:1', 'resources/subscribe a:1'])
    const lost = new PoolError('CONNECTION_LOST', 'gone')
    listens.fail(lost)
    listens.onNotification(changed('resources/updated', { uri: 'a:1' }))
    expect([listener.failures, listener.heard.length]).toEqual([[lost], 1])
  })
})
