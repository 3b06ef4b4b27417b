import { describe, expect, it } from 'vitest'
import { Replica, UNSAFE, world } from '../../test/call-world.js'
import type { Attempt, Exchange } from '../ports.js'

const pair = (): [Replica, Replica] => [new Replica('a'), new Replica('b')]

describe('whoever hears of an attempt and acts at once', () => {
  it.each(['abort', 'cancel', 'shutdown'] as const)('may end the call that it was of: %s, and the call is not repeated, nor settled twice', (end) => {
    const [a, b] = pair()
    const subject = world([a, b])
    const controller = new AbortController()
    const result = subject.call({}, { signal: controller.signal })
    subject.onSettled = () => {
      if (end === 'abort') controller.abort(new Error('enough'))
      else if (end === 'cancel') result.cancel('enough')
      else subject.calls.abandonAll()
    }
    a.fails('CONNECTION_LOST', 'sent')
    subject.time.advance(10_000)
    expect(b.attempts).toHaveLength(0)
    expect(result.errors.map(({ progress }) => progress)).toEqual(end === 'cancel' ? [] : ['sent'])
    expect(subject.calls.underWay).toBe(0)
    expect(subject.time.pending).toBe(0)
  })

  it('may end a call that has just been answered', () => {
    const [a] = pair()
    const subject = world([a])
    const controller = new AbortController()
    const result = subject.call({}, { signal: controller.signal })
    subject.onSettled = () => controller.abort()
    a.answers()
    expect(result.answers).toHaveLength(1)
    expect(result.errors).toEqual([])
    expect(subject.calls.underWay).toBe(0)
  })

  it('may have the other attempt answered, which changes nothing any more', () => {
    const [a, b] = pair()
    const subject = world([a, b], { hedge: { after: 50, maxExtra: 1 } })
    const result = subject.call()
    subject.time.advance(50)
    subject.onSettled = () => b.answers({ from: 'b' })
    a.answers({ from: 'a' })
    expect(result.answers).toMatchObject([{ result: { from: 'a' } }])
    expect([subject.calls.underWay, a.outstanding, b.outstanding]).toEqual([0, 0, 0])
  })

  it('may end a call whose time has run out', () => {
    const [a, b] = pair()
    const subject = world([a, b])
    const controller = new AbortController()
    const result = subject.call({}, { signal: controller.signal })
    subject.onSettled = () => controller.abort()
    subject.time.advance(10_000)
    expect(result.errors.map(({ code }) => code)).toEqual(['CANCELLED'])
    expect(b.attempts).toHaveLength(0)
    expect(subject.calls.underWay).toBe(0)
    expect(subject.time.pending).toBe(0)
  })

  it('may end a call while it is being handed over, and the replica is told', () => {
    class Eager extends Replica {
      override start(attempt: Attempt): Exchange {
        attempt.onNotification({ jsonrpc: '2.0', method: 'notifications/message' })
        return super.start(attempt)
      }
    }
    const a = new Eager('a')
    const subject = world([a])
    let ended = 0
    const call = subject.calls.start(
      { jsonrpc: '2.0', id: 1, ...UNSAFE },
      { era: 'legacy', signal: undefined },
      { onNotification: () => subject.calls.abandonAll(), onAnswer: () => ended++, onFailure: () => ended++ },
    )
    expect(call.stream).toBe(false)
    expect(ended).toBe(1)
    expect(a.cancelled).toEqual(['the pool shuts down'])
    expect(a.outstanding).toBe(0)
    expect(subject.time.pending).toBe(0)
  })
})
