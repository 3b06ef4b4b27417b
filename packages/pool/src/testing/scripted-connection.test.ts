import { describe, expect, it } from 'vitest'
import type { Attempt, CallKind, JsonRpcNotification, JsonRpcRequest, JsonRpcResponse } from '../ports.js'
import { answer, answerError, fail, hang } from './script.js'
import { ScriptedConnection } from './scripted-connection.js'
import { VirtualTime } from './virtual-time.js'

class Recorder implements Attempt {
  readonly request: JsonRpcRequest = { jsonrpc: '2.0', id: 'mine', method: 'tools/call' }
  readonly era = 'modern'
  readonly wireId = 1
  readonly headers = undefined
  readonly session = undefined
  readonly stream = false
  readonly resumeFrom = undefined
  readonly heard: unknown[] = []
  onEventId(): void {}
  onNotification(notification: JsonRpcNotification): void {
    this.heard.push(notification.method)
  }
  onRequest(request: JsonRpcRequest, reply: (response: JsonRpcResponse) => void): void {
    this.heard.push(request.method)
    reply({ jsonrpc: '2.0', id: request.id, result: {} })
  }
  onAnswer(response: JsonRpcResponse): void {
    this.heard.push('error' in response ? response.error.code : { id: response.id, ...response.result })
  }
  onFailure(failure: { code: string; progress: string }): void {
    this.heard.push(`${failure.code} ${failure.progress}`)
  }
}

const tool = (name: string): CallKind => ({ method: 'tools/call', tool: name, key: `tools/call:${name}` })

describe('ScriptedConnection', () => {
  it('does what is queued, then what the script says', async () => {
    const connection = new ScriptedConnection({ script: () => answer({ ok: true }) })
    connection.next(fail(), answerError(-32601))
    const attempts = [new Recorder(), new Recorder(), new Recorder()]
    const exchanges = attempts.map((attempt) => connection.start(attempt))
    expect(exchanges.map((exchange) => exchange.written)).toEqual([true, true, true])
    connection.next(fail('CONNECT_FAILED'))
    expect(connection.start(new Recorder()).written).toBe(false)
    expect(attempts.flatMap((attempt) => attempt.heard)).toEqual([])
    await Promise.resolve()
    expect(attempts.map((attempt) => attempt.heard)).toEqual([['CONNECTION_LOST sent'], [-32601], [{ id: 'mine', ok: true }]])
    expect(connection.open).toHaveLength(0)
  })

  it('takes the time it is told, and none after a cancel', () => {
    const timers = new VirtualTime()
    const connection = new ScriptedConnection({ timers, script: () => answer({}, 100) })
    const [slow, given] = [new Recorder(), new Recorder()]
    connection.start(slow)
    connection.start(given).cancel('enough')
    timers.advance(99)
    expect(slow.heard).toEqual([])
    timers.advance(1)
    expect(slow.heard).toEqual([{ id: 'mine' }])
    expect(given.heard).toEqual([])
    expect(connection.cancelled).toEqual(['enough'])
    expect(timers.pending).toBe(0)
  })

  it('hands a hanging attempt to the test, once', () => {
    const connection = new ScriptedConnection({ script: hang })
    const attempt = new Recorder()
    connection.start(attempt)
    const exchange = connection.open[0]!
    exchange.notify({ jsonrpc: '2.0', method: 'notifications/progress' })
    exchange.ask({ jsonrpc: '2.0', id: 1, method: 'sampling/createMessage' }, (response) => attempt.heard.push(response.id))
    exchange.answer({ late: 1 })
    exchange.answer({ late: 2 })
    exchange.notify({ jsonrpc: '2.0', method: 'notifications/progress' })
    expect(attempt.heard).toEqual(['notifications/progress', 'sampling/createMessage', 1, { id: 'mine', late: 1 }])
  })

  it('fails what is under way when it is lost, and tells its listener once', () => {
    const lost: string[] = []
    const ignore = (): void => {}
    const listener = {
      onNotification: ignore,
      onRequest: ignore,
      onServesChanged: ignore,
      onMetrics: ignore,
      onSession: ignore,
      onError: ignore,
      onLost: (error: Error) => lost.push(error.message),
    }
    const connection = new ScriptedConnection({ script: hang, listener })
    const attempt = new Recorder()
    connection.start(attempt)
    connection.lose()
    connection.lose()
    expect(attempt.heard).toEqual(['CONNECTION_LOST sent'])
    expect(lost).toEqual(['scripted loss'])
  })

  it('serves by its tool list and by the methods it lacks', () => {
    const connection = new ScriptedConnection({ lacks: ['prompts/get'] })
    expect(connection.serves(tool('add'))).toBe('unknown')
    connection.change({ tools: { add: { readOnly: true, idempotent: true } } })
    expect(connection.serves(tool('add'))).toBe('yes')
    expect(connection.serves(tool('sub'))).toBe('no')
    expect(connection.tool('add')?.readOnly).toBe(true)
    expect(connection.serves({ method: 'prompts/get', tool: undefined, key: 'prompts/get' })).toBe('no')
  })
})
