import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { snapshotOf } from '../../test/snapshot-of.js'
import { Happenings } from '../status/happenings.js'
import { ratesBetween } from '../status/rates.js'
import type { Watched } from './look.js'
import { topBlock, topPage } from './top-page.js'
import { INITIAL } from './top-state.js'

const plain = (_: string, text: string): string => text

function watched(clients: number, more: Partial<Watched> = {}): Watched {
  const happenings = new Happenings()
  happenings.add('http://127.0.0.1:8001/mcp', 'disconnected', 8_000)
  const taken = { at: 10_000, snapshot: snapshotOf(Array.from({ length: clients }, () => ({ calls: 7 }))) }
  return { label: 'http://127.0.0.1:9464/statistics', taken, rates: ratesBetween(undefined, taken), happenings, failure: undefined, raw: {}, ...more }
}

describe('topPage', () => {
  it('is the pool, its clients, what happened, and the keys', () => {
    expect(topPage(watched(2), INITIAL, 11_000, { columns: 110, rows: 13 }, plain)).toEqual([
      'http://127.0.0.1:9464/statistics',
      '2 healthy, 0 not (max 10) · 0 under way · per second: - calls, - failed, - retries',
      '',
      'CLIENT▼  ENDPOINT        ERA     HEALTH   OPEN  CALLS  RATE    P50    P99  FAIL  JUST HAPPENED',
      '1        127.0.0.1:8001  modern  healthy     0      7     -  1.0ms  2.0ms     0  disconnected, 3 s ago',
      '2        127.0.0.1:8002  modern  healthy     0      7     -  1.0ms  2.0ms     0',
      '',
      '',
      '',
      '  3 s ago  http://127.0.0.1:8001/mcp  disconnected',
      '←→ sort  r reverse  / filter  space pause  ↑↓ scroll  q quit',
    ])
  })

  it('says why it is old, what is typed, and which of many rows are shown', () => {
    const page = (more: Partial<Watched>, state: Partial<typeof INITIAL>): string[] =>
      topPage(watched(40, more), { ...INITIAL, ...state }, 15_000, { columns: 120, rows: 20 }, plain)
    expect(page({ failure: 'it cannot be reached' }, {})[0]).toBe('http://127.0.0.1:9464/statistics  5 s old: it cannot be reached')
    expect(page({}, { paused: true })[0]).toBe('http://127.0.0.1:9464/statistics  paused')
    expect(page({}, { typing: '', filter: '80' }).at(-1)).toBe('filter: 80_   (enter keeps it, escape does not)')
    expect(page({}, { filter: '803', offset: 1 }).at(-1)).toContain('filter: 803 (escape)  2-10 of 10')
  })

  it('never has more lines than the terminal, nor wider ones', () => {
    fc.assert(
      fc.property(fc.nat(60), fc.nat(80), fc.integer({ min: 8, max: 60 }), fc.integer({ min: 1, max: 200 }), (clients, offset, rows, columns) => {
        const lines = topPage(watched(clients), { ...INITIAL, offset }, 12_000, { columns, rows }, plain)
        expect(lines.length).toBeLessThanOrEqual(rows)
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns)
      }),
    )
  })
})

it('is a block of lines with the time where there is no terminal', () => {
  const [head, ...table] = topBlock(watched(1), new Date('2026-11-28T12:34:56Z'), Number.POSITIVE_INFINITY, plain)
  expect(head).toBe('12:34:56  1 healthy, 0 not (max 10) · 0 under way · per second: - calls, - failed, - retries')
  expect(table).toHaveLength(2)
})
