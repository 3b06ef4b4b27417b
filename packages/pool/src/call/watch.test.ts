import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Replica, type Result, UNSAFE, world } from '../../test/call-world.js'
import { Told } from '../../test/told.js'

const pair = (): [Replica, Replica] => [new Replica('a'), new Replica('b')]

describe('who watches a call is told', () => {
  it('that it began, where it was sent, and what came of it', () => {
    const told = new Told()
    const [a, b] = pair()
    world([a, b], {}, told).call()
    expect(a.last.meta).toEqual({ traceparent: '1.1' })
    a.last.onNotification({ jsonrpc: '2.0', method: 'notifications/progress' })
    a.last.onRequest({ jsonrpc: '2.0', id: 1, method: 'roots/list' }, () => {})
    a.answers()
    a.answers()
    expect(told.lines).toEqual(['1 tools/list', '1.1 first at a', '1.1 sending', '1.1 notifications/progress', '1.1 asked roots/list', '1.1 ok', '1 ok'])
  })

  it('of every retry', () => {
    const told = new Told()
    const [a, b] = pair()
    const { call, time } = world([a, b], {}, told)
    call()
    a.fails('CONNECT_FAILED', 'not-sent')
    time.advance(1_000)
    b.fails('CONNECTION_LOST', 'sent')
    time.advance(1_000)
    const attempts = told.lines.filter((line) => line.includes(' at '))
    expect(attempts.slice(0, 2)).toEqual(['1.1 first at a', '1.2 retry at b'])
    expect(told.lines).toContain('1.1 CONNECT_FAILED')
    expect(told.lines).toContain('1.2 REQUEST_TIMEOUT')
  })

  it('of a hedge, who won and who was given up', () => {
    const told = new Told()
    const [a, b] = pair()
    const { call, time } = world([a, b], { hedge: { after: 50, maxExtra: 1 } }, told)
    call()
    time.advance(50)
    b.answers()
    expect(told.lines.slice(3)).toEqual(['1.2 hedge at b', '1.2 sending', '1.2 ok', '1.1 given up: another attempt was answered first', '1 ok'])
  })

  it('that it waits for a place', () => {
    const told = new Told()
    const a = new Replica('a')
    a.places = 1
    const { call, time } = world([a], { maxQueueSize: 2 }, told)
    call()
    call()
    call()
    a.answers()
    time.advance(500)
    expect(told.lines.filter((line) => /^[23]/.test(line))).toEqual([
      '2 tools/list',
      '2 queued',
      '3 tools/list',
      '3 queued',
      '2.1 first at a',
      '2.1 sending',
      '3 QUEUE_TIMEOUT',
    ])
  })

  it.each([
    ['cancels', 'CANCELLED'],
    ['aborts', 'CANCELLED'],
  ])('that the caller %s', (how, code) => {
    const told = new Told()
    const abort = new AbortController()
    const { cancel } = world(pair(), {}, told).call(UNSAFE, { signal: abort.signal })
    if (how === 'cancels') cancel('enough')
    else abort.abort(new Error('enough'))
    expect(told.lines.slice(3)).toEqual(['1.1 given up: enough', `1 ${code}`])
  })

  it('not of attempts, where it is enough that all of them carry the same', () => {
    const told = new Told()
    told.callsAlone = true
    const [a, b] = pair()
    const result = world([a, b], {}, told).call()
    a.fails('CONNECT_FAILED', 'not-sent')
    expect([a.last.meta, b.last.meta]).toEqual([{ traceparent: '1' }, { traceparent: '1' }])
    b.answers()
    expect(told.lines).toEqual(['1 tools/list', '1 sending', '1 sending', '1 ok'])
    expect(result.answers).toHaveLength(1)
  })

  it('nothing, where it wants to hear nothing', () => {
    const [a, b] = pair()
    const quiet = { observer: { callStarted: () => undefined }, onError: () => expect.unreachable() }
    const result = world([a, b], {}, quiet).call()
    expect(a.last.meta).toBeUndefined()
    a.answers()
    expect(result.answers).toHaveLength(1)
  })
})

type Step = { readonly at: number; readonly does: 'answer' | 'fail' | 'lose' | 'ask' | 'progress' } | { readonly wait: number } | { readonly call: boolean }

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({ at: fc.nat(2), does: fc.constantFrom('answer', 'fail', 'lose', 'ask', 'progress') }),
    fc.record({ wait: fc.integer({ min: 1, max: 1_500 }) }),
    fc.record({ call: fc.boolean() }),
  ),
  { maxLength: 40 },
)

/** Plays the steps, ends all that is left, and says what callers were told. */
function play(sequence: readonly Step[], told: Told | undefined): unknown[] {
  const replicas = ['a', 'b', 'c'].map((id) => new Replica(id))
  for (const replica of replicas) replica.places = 2
  const subject = world(replicas, { maxQueueSize: 2, hedge: { after: 100, maxExtra: 1 } }, told)
  const results: Result[] = []
  for (const step of sequence) {
    if ('wait' in step) subject.time.advance(step.wait)
    else if ('call' in step) results.push(subject.call(step.call ? {} : UNSAFE))
    else {
      const replica = replicas[step.at]!
      if (replica.attempts.length === 0) continue
      if (step.does === 'answer') replica.answers()
      else if (step.does === 'fail') replica.fails('HTTP_STATUS', 'refused')
      else if (step.does === 'lose') replica.fails('CONNECTION_LOST', 'sent')
      else if (step.does === 'ask') replica.last.onRequest({ jsonrpc: '2.0', id: 1, method: 'roots/list' }, () => {})
      else replica.last.onNotification({ jsonrpc: '2.0', method: 'notifications/progress' })
    }
  }
  subject.calls.abandonAll()
  return results.map(({ answers, errors, notifications }) => ({ answers, notifications, errors: errors.map(({ code, message }) => [code, message]) }))
}

describe('whatever happens', () => {
  it('every attempt ends once, and then its call', () => {
    fc.assert(
      fc.property(steps, (sequence) => {
        const told = new Told()
        const results = play(sequence, told)
        expect(told.errors).toEqual([])
        const END = /^(\S+) (ok|[A-Z_]+|-?\d+|given up: .*)$/
        const ends = told.lines.flatMap((line) => END.exec(line)?.[1] ?? [])
        const begun = told.lines.flatMap((line) => /^(\S+) (?:tools|first|retry|hedge)/.exec(line)?.[1] ?? [])
        expect([...ends].sort()).toEqual([...begun].sort())
        expect(begun.filter((name) => !name.includes('.'))).toHaveLength(results.length)
        for (const name of begun.filter((each) => each.includes('.'))) expect(ends.indexOf(name)).toBeLessThan(ends.indexOf(name.split('.')[0]!))
      }),
    )
  })

  it('an observer that throws changes nothing for anybody', () => {
    fc.assert(
      fc.property(steps, fc.func(fc.boolean()), fc.boolean(), (sequence, throws, callsAlone) => {
        const told = new Told()
        told.callsAlone = callsAlone
        let thrown = 0
        told.onLine = () => {
          if (!throws(told.lines.length)) return
          thrown++
          throw new Error('the observer is broken')
        }
        const results = play(sequence, told)
        expect(results).toEqual(play(sequence, undefined))
        expect(told.errors).toHaveLength(thrown)
      }),
    )
  })

  it('an observer may do anything to the pool, at once', () => {
    fc.assert(
      fc.property(steps, fc.infiniteStream(fc.nat(9)), (sequence, chance) => {
        const replicas = ['a', 'b', 'c'].map((id) => new Replica(id))
        const told = new Told()
        const subject = world(replicas, { maxQueueSize: 2, hedge: { after: 100, maxExtra: 1 } }, told)
        for (const replica of replicas) replica.places = 2
        const calls: Array<Result & { abort(): void }> = []
        let open = true
        const begin = (): void => {
          open = calls.length < 100
          const abort = new AbortController()
          const index = calls.length
          calls.push({ answers: [], errors: [], notifications: [], abort: () => abort.abort() })
          calls[index] = { ...subject.call({}, { signal: abort.signal }), abort: () => abort.abort() }
        }
        told.onLine = () => {
          const what = chance.next().value
          if (what < 2) calls[told.lines.length % calls.length]?.abort()
          else if (what === 2 && open) begin()
        }
        for (const step of sequence) {
          if ('wait' in step) subject.time.advance(step.wait)
          else if ('call' in step) begin()
          else if (replicas[step.at]!.attempts.length > 0) replicas[step.at]!.answers()
        }
        // The pool takes none while it shuts down.
        open = false
        subject.calls.abandonAll()
        // Overload is remembered for a while.
        subject.time.advance(60_000)
        expect(told.errors).toEqual([])
        expect(calls.map(({ answers, errors }) => answers.length + errors.length)).toEqual(calls.map(() => 1))
        expect(replicas.map(({ outstanding }) => outstanding)).toEqual([0, 0, 0])
        expect(subject.time.pending).toBe(0)
        expect(subject.calls.underWay).toBe(0)
      }),
    )
  })
})
