import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ClientStatus, sorted, STATUS_COLUMNS, statusTable } from './status-table.js'

const CLIENT: ClientStatus = {
  id: 'client-k3x-1',
  endpoint: 'http://127.0.0.1:40001/mcp',
  era: 'modern',
  health: 'healthy',
  outstanding: 2,
  calls: 10,
  rate: 3.25,
  p50: 9.87,
  p99: 123.4,
  failures: 0,
  whyUnfit: undefined,
  last: undefined,
}
const OTHER: ClientStatus = {
  ...CLIENT,
  id: 'client-k3x-2',
  endpoint: 'http://127.0.0.1:40002/two',
  health: 'disconnected',
  calls: 12_345,
  rate: undefined,
  p50: undefined,
  p99: undefined,
  last: { at: 1_000, endpoint: 'http://127.0.0.1:40002/two', what: 'killed', times: 1 },
}
const plain = (_: string, text: string): string => text
const column = (title: string) => STATUS_COLUMNS.find((candidate) => candidate.title === title)!

describe('statusTable', () => {
  it('shows a line for every client, and what happened to it', () => {
    const child = { ...OTHER, id: 'client-k3x-3', endpoint: 'local', health: 'unhealthy', last: undefined, whyUnfit: 'no answer', rate: 1_234.5 }
    expect(statusTable([CLIENT, OTHER, child], 4_000, 200, plain)).toEqual([
      'CLIENT  ENDPOINT             ERA     HEALTH        OPEN  CALLS  RATE    P50    P99  FAIL  JUST HAPPENED',
      '1       127.0.0.1:40001      modern  healthy          2     10   3.3  9.9ms  123ms     0',
      '2       127.0.0.1:40002/two  modern  disconnected     2  12345     -      -      -     0  killed, 3 s ago',
      '3       local                modern  unhealthy        2  12345  1235      -      -     0  no answer',
    ])
  })

  it('marks those that are not healthy, outside of the width, and the column that it is sorted by', () => {
    const lines = statusTable([CLIENT, OTHER], 4_000, 30, (style, text) => `<${style}>${text}`, { column: column('CLIENT'), sign: '▼' })
    expect(lines).toEqual(['<bold>CLIENT▼  ENDPOINT            …', '1        127.0.0.1:40001     …', '<yellow>2        127.0.0.1:40002/two …'])
  })
})

describe('sorted', () => {
  const ids = (clients: readonly ClientStatus[]): string[] => clients.map(({ id }) => id.slice(-2))

  it('has numbers highest first, texts in their order, and who has none of it last, either way', () => {
    const third = { ...CLIENT, id: 'client-k3x-10', rate: 9, health: 'unhealthy' }
    const all = [third, OTHER, CLIENT]
    expect(ids(sorted(all, column('CLIENT'), false))).toEqual(['-1', '-2', '10'])
    expect(ids(sorted(all, column('RATE'), false))).toEqual(['10', '-1', '-2'])
    expect(ids(sorted(all, column('RATE'), true))).toEqual(['-1', '10', '-2'])
    expect(ids(sorted(all, column('HEALTH'), false))).toEqual(['-2', '-1', '10'])
  })

  it('loses nobody, and is the same however the rows came, for any column', () => {
    const client = fc.record({ id: fc.string(), rate: fc.option(fc.nat(5), { nil: undefined }), health: fc.constantFrom('healthy', 'unhealthy') })
    const rows = fc.uniqueArray(client, { selector: ({ id }) => id, comparator: (a, b) => a.localeCompare(b, 'en', { numeric: true }) === 0 })
    fc.assert(
      fc.property(rows, fc.nat(STATUS_COLUMNS.length - 1), fc.boolean(), (some, at, reversed) => {
        const clients = some.map((one) => ({ ...CLIENT, ...one }))
        const result = sorted(clients, STATUS_COLUMNS[at]!, reversed)
        expect(new Set(result)).toEqual(new Set(clients))
        expect(sorted(clients.toReversed(), STATUS_COLUMNS[at]!, reversed)).toEqual(result)
      }),
    )
  })
})
