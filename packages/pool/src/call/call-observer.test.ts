import { describe, expect, it } from 'vitest'
import { Replica, UNSAFE, world } from '../../test/call-world.js'

describe('an observer of calls', () => {
  it.each([
    [{}, 'result'],
    [{ isError: true }, 'tool-error'],
  ] as const)('hears that a call was answered with %o, and after how long', (result, end) => {
    const a = new Replica('a')
    const { call, observed, time } = world([a])
    call(UNSAFE)
    time.advance(30)
    a.answers(result)
    expect(observed).toEqual([`tools/call ${end} 30`, 'a ok 30'])
  })

  it('hears of an error of the protocol as of an answer', () => {
    const a = new Replica('a')
    const { call, observed } = world([a])
    call()
    a.last.onAnswer({ jsonrpc: '2.0', id: 'caller', error: { code: -32602, message: 'no' } })
    expect(observed).toEqual(['tools/list error 0', 'a ignored 0'])
  })

  it('hears of each attempt with its own time, and of the call with all of it', () => {
    const [a, b] = [new Replica('a'), new Replica('b')]
    const { call, observed, time } = world([a, b])
    call()
    time.advance(20)
    a.fails('CONNECTION_LOST', 'sent')
    time.advance(5)
    b.answers()
    expect(observed).toEqual(['a CONNECTION_LOST 20', 'tools/list result 25', 'b ok 5'])
  })

  it('hears why a call failed, also where its caller gave it up', () => {
    const a = new Replica('a')
    const { call, observed, time } = world([a])
    call(UNSAFE, { timeout: 50 })
    call(UNSAFE).cancel('enough')
    time.advance(60)
    expect(observed.filter((line) => line.startsWith('tools/call'))).toEqual(['tools/call CANCELLED 0', expect.stringContaining('tools/call REQUEST_TIMEOUT')])
  })

  it('hears how long somebody waited, who was let in or was not', () => {
    const a = new Replica('a')
    a.places = 1
    const { call, observed, time } = world([a], { maxQueueSize: 5, queueTimeout: 100 })
    call()
    call(UNSAFE, { priority: 'high' })
    call(UNSAFE, { priority: 'low' })
    time.advance(40)
    a.answers()
    time.advance(80)
    expect(observed.filter((line) => line.includes('waited'))).toEqual(['high waited 40', expect.stringMatching(/^low waited 1\d\d$/)])
    expect(observed.filter((line) => line.includes('QUEUE_TIMEOUT'))).toHaveLength(1)
  })

  it('hears nothing of listen streams', () => {
    const a = new Replica('a')
    const { call, observed } = world([a])
    call({ method: 'subscriptions/listen' }, { stream: true })
    a.answers()
    expect(observed).toEqual([])
  })
})
