import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Replica, UNSAFE, type World, world } from '../../test/call-world.js'
import { Hedging } from './hedging.js'

const KIND = { method: 'tools/list', tool: undefined, key: 'tools/list' }

describe('Hedging', () => {
  it('never spends more than maxExtra × calls, for any share and any order of events', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 1, noNaN: true }), fc.array(fc.boolean(), { maxLength: 500 }), (maxExtra, sequence) => {
        const hedging = new Hedging(() => 1, { maxExtra })
        let [calls, hedges] = [0, 0]
        for (const isCall of sequence) {
          if (isCall) hedging.deposit(), calls++
          else if (hedging.withdraw()) hedges++
        }
        expect(hedges).toBeLessThanOrEqual(maxExtra * calls + 1e-6)
      }),
    )
  })

  it('saves up no more than a hundred', () => {
    const hedging = new Hedging(() => 1, { maxExtra: 1 })
    for (let i = 0; i < 1_000; i++) hedging.deposit()
    let hedges = 0
    while (hedging.withdraw()) hedges++
    expect(hedges).toBe(100)
  })

  it('asks for the quantile that is wanted, of the pool or of the call', () => {
    const pool = new Hedging((_kind, q) => q * 1_000, { after: 'p90' })
    expect(pool.after(KIND, undefined)).toBe(900)
    expect(pool.after(KIND, { after: 'p50' })).toBe(500)
    expect(pool.after(KIND, { after: 40 })).toBe(40)
    expect(pool.after(KIND, false)).toBeUndefined()
    const off = new Hedging(() => 70, undefined)
    expect(off.after(KIND, undefined)).toBeUndefined()
    expect(off.after(KIND, true)).toBe(70)
  })
})

/** With a budget for one hedge, unless more is asked for. */
function hedged(replicas: Replica[], saved = 1): World {
  const subject = world(replicas, { hedge: { after: 50, maxExtra: 1 } })
  for (let i = 1; i < saved; i++) {
    subject.call()
    replicas[0]!.answers()
  }
  return subject
}

const pair = (): [Replica, Replica] => [new Replica('a'), new Replica('b')]
const atRest = (...replicas: Replica[]) => expect(replicas.map(({ outstanding }) => outstanding)).toEqual(replicas.map(() => 0))

describe('a slow call', () => {
  it('is asked of a second replica; the first answer counts and the loser is cancelled without blame', () => {
    const [a, b] = pair()
    const { call, calls, time } = hedged([a, b])
    const result = call()
    time.advance(49)
    expect(b.attempts).toHaveLength(0)
    time.advance(1)
    expect(b.attempts).toHaveLength(1)
    expect(calls.counts.hedges).toBe(1)
    b.answers({ from: 'b' })
    expect(result.answers).toEqual([expect.objectContaining({ result: { from: 'b' } })])
    expect(a.cancelled).toEqual(['another attempt was answered first'])
    expect(a.outcomes).toEqual(['ignored'])
    expect(time.pending).toBe(0)
    atRest(a, b)
  })

  it('may be answered by the first after all', () => {
    const [a, b] = pair()
    const { call, time } = hedged([a, b])
    const result = call()
    time.advance(50)
    a.answers({ from: 'a' })
    b.answers({ from: 'b' })
    expect(result.answers).toEqual([expect.objectContaining({ result: { from: 'a' } })])
    expect(b.cancelled).toHaveLength(1)
    atRest(a, b)
  })

  it('is never asked twice where it may not run twice, where there is nobody else, or once somebody was asked something', () => {
    const [a, b] = pair()
    const { call, time } = hedged([a, b], 10)
    call(UNSAFE)
    time.advance(900)
    expect(b.attempts).toHaveLength(0)
    a.answers()

    call()
    a.last.onRequest({ jsonrpc: '2.0', id: 1, method: 'elicitation/create' }, () => {})
    time.advance(900)
    expect(b.attempts).toHaveLength(0)
    a.answers()

    const alone = hedged([a])
    const attempts = a.attempts.length
    alone.call()
    alone.time.advance(900)
    expect(a.attempts).toHaveLength(attempts + 1)
  })

  it('is looked at again where it could not be hedged at first', () => {
    const [a, b] = pair()
    const { call, calls, time } = hedged([a, b], 10)
    b.places = 0
    const full = call()
    time.advance(60)
    b.places = 1
    time.advance(39)
    expect(b.attempts).toHaveLength(0)
    time.advance(1)
    expect(b.attempts).toHaveLength(1)
    b.answers()
    expect(full.answers).toHaveLength(1)

    call(UNSAFE)
    time.advance(60)
    a.tools = { pay: { readOnly: true, idempotent: false } }
    b.tools = a.tools
    calls.servesChanged()
    time.advance(40)
    expect(b.attempts).toHaveLength(2)
  })

  it('is asked once more at most, and by no more calls than the budget has', () => {
    const replicas = ['a', 'b', 'c'].map((id) => new Replica(id))
    const { call, calls, time } = world(replicas, { hedge: { after: 50, maxExtra: 0.5 } })
    for (let i = 0; i < 4; i++) call()
    time.advance(900)
    expect(calls.counts.hedges).toBe(2)
    expect(replicas.map(({ attempts }) => attempts.length)).toEqual([4, 2, 0])
  })

  it('goes on with the other attempt when one fails, and fails with both causes when both do', () => {
    const [a, b] = pair()
    const { call, time } = hedged([a, b], 10)
    const survives = call()
    time.advance(50)
    a.fails('CONNECTION_LOST', 'sent')
    expect(survives.errors).toEqual([])
    b.answers()
    expect(survives.answers).toHaveLength(1)

    const fails = call({}, { timeout: 60 })
    time.advance(50)
    a.fails('CONNECTION_LOST', 'sent')
    b.fails('CONNECTION_LOST', 'sent')
    time.advance(100)
    expect(fails.errors[0]).toMatchObject({ code: 'CONNECTION_LOST', attempts: 2 })
    expect((fails.errors[0]?.cause as AggregateError).errors).toHaveLength(2)
    expect(time.pending).toBe(0)
    atRest(a, b)
  })

  it('lets the attempt win that asks a person, and drops the other', () => {
    const [a, b] = pair()
    const { call, time } = hedged([a, b])
    const result = call()
    time.advance(50)
    b.last.onRequest({ jsonrpc: '2.0', id: 1, method: 'elicitation/create' }, () => {})
    expect(a.cancelled).toHaveLength(1)
    b.answers({ from: 'b' })
    expect(result.answers).toHaveLength(1)
    atRest(a, b)
  })

  it('shows the progress of one attempt only', () => {
    const [a, b] = pair()
    const { call, time } = hedged([a, b])
    const result = call()
    time.advance(50)
    for (const replica of [a, b]) replica.last.onNotification({ jsonrpc: '2.0', method: 'notifications/progress', params: { from: replica.id } })
    expect(result.notifications.map(({ params }) => params)).toEqual([{ from: 'a' }])
  })

  it('leaves nothing behind when its caller gives up or its time runs out', () => {
    const [a, b] = pair()
    const { call, time } = hedged([a, b], 10)
    const given = call()
    time.advance(50)
    given.cancel('enough')
    expect([a.cancelled, b.cancelled]).toEqual([['enough'], ['enough']])
    const late = call({}, { timeout: 80 })
    time.advance(80)
    expect(late.errors[0]).toMatchObject({ code: 'REQUEST_TIMEOUT', progress: 'sent' })
    expect(time.pending).toBe(0)
    atRest(a, b)
  })

  it('is not asked of a second replica that could hardly answer before the deadline', () => {
    const [a, b] = pair()
    const subject = hedged([a, b], 10)
    subject.latencies = () => 40
    subject.call({}, { timeout: 90 })
    subject.time.advance(50)
    expect(b.attempts).toHaveLength(0)
    a.answers()
    subject.call({}, { timeout: 91 })
    subject.time.advance(50)
    expect(b.attempts).toHaveLength(1)
  })
})
