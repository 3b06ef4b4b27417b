import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EndpointTally } from '../attempt-tally.js'
import { KindTally } from '../kind-tally.js'
import { PoolTally } from '../pool-tally.js'
import type { ClientStatistics, PoolStatistics } from '../statistics.js'
import { labelledCalls, LabelledEndpoints } from './look.js'

function tally(method: string, tool?: string, calls = 1): KindTally {
  const counted = new KindTally({ method, tool, key: method })
  for (let i = 0; i < calls; i++) counted.ended(i % 2 === 0 ? 'result' : 'REQUEST_TIMEOUT', 10)
  return counted
}

describe('labels of calls', () => {
  it('name the first tools, and count all others together', () => {
    const kinds = [
      tally('tools/call', 'a', 2),
      tally('tools/call', 'b', 4),
      tally('tools/call', 'c', 6),
      tally('tools/call', undefined, 8),
      tally('tools/list'),
    ]
    const rows = labelledCalls(kinds, 2).map(([labels, { durations, failed }]) => [labels, durations.count, failed])
    expect(rows).toEqual([
      [{ method: 'tools/call', tool: 'a' }, 2, 1],
      [{ method: 'tools/call', tool: 'b' }, 4, 2],
      [{ method: 'tools/list' }, 1, 0],
      [{ method: 'tools/call', tool: 'other' }, 14, 7],
    ])
  })

  it.each([['other'], ['a\nb'], ['x'.repeat(129)], ['\ud800'], ['']])('do not name a tool %j', (name) => {
    expect(labelledCalls([tally('tools/call', name)], 10).map(([labels]) => labels)).toEqual([{ method: 'tools/call', tool: 'other' }])
  })

  it('count every call once under distinct labels, and keep the label that a tool has', () => {
    const tools = fc.uniqueArray(fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('other', '*', 'constructor', '__proto__')), { maxLength: 30 })
    fc.assert(
      fc.property(tools, fc.nat(20), fc.nat(30), (names, maxTools, known) => {
        const kinds = names.map((name) => tally('tools/call', name))
        const rows = labelledCalls(kinds, maxTools)
        expect(new Set(rows.map(([labels]) => JSON.stringify(labels))).size).toBe(rows.length)
        expect(rows.reduce((sum, [, { durations }]) => sum + durations.count, 0)).toBe(names.length)
        const before = labelledCalls(kinds.slice(0, known), maxTools).filter(([{ tool }]) => tool !== 'other')
        expect(rows.slice(0, before.length)).toEqual(before)
      }),
    )
  })

  it('name some methods, and count all others together', () => {
    const rows = labelledCalls(
      Array.from({ length: 60 }, (_, i) => tally(`vendor/${i}`)),
      10,
    )
    expect(rows).toHaveLength(51)
    expect(rows.at(-1)).toMatchObject([{ method: 'other' }, { durations: { count: 10 } }])
  })
})

describe('labels of endpoints', () => {
  const client = (endpoint: string, health = 'healthy'): ClientStatistics => ({ endpoint, health, metrics: { outstanding: 2 } }) as ClientStatistics
  const pool = (...clients: ClientStatistics[]): PoolStatistics => ({ clients }) as unknown as PoolStatistics

  it('add up what the clients of an endpoint do', () => {
    const counted = new PoolTally()
    counted.endpoints.set('a', new EndpointTally())
    expect(new LabelledEndpoints(5).of(pool(client('a'), client('b'), client('a', 'ejected')), counted)).toEqual([
      { labels: { endpoint: 'a' }, clients: 2, healthy: 1, outstanding: 4, tally: counted.endpoints.get('a') },
      { labels: { endpoint: 'b' }, clients: 1, healthy: 1, outstanding: 2, tally: undefined },
    ])
  })

  it('stay while an endpoint is there, and make room for others when it is gone', () => {
    const labelled = new LabelledEndpoints(2)
    const shown = (...names: string[]): string[] =>
      labelled.of(pool(...names.map((name) => client(name))), new PoolTally()).map(({ labels }) => labels['endpoint']!)
    expect(shown('a', 'b', 'c')).toEqual(['a', 'b'])
    expect(shown('c', 'b', 'a')).toEqual(['a', 'b'])
    expect(shown('c', 'b', 'd')).toEqual(['b', 'c'])
    expect(shown()).toEqual([])
  })
})
