import { expect, it } from 'vitest'
import { statusTable } from './status-table.js'

const CLIENT = {
  id: 'client-k3x-1',
  endpoint: 'http://127.0.0.1:40001/mcp',
  era: 'modern',
  health: 'healthy',
  outstanding: 2,
  calls: 10,
  p50: 9.87,
  p99: 123.4,
  failures: 0,
}
const OTHER = { ...CLIENT, id: 'client-k3x-2', endpoint: 'http://127.0.0.1:40002/mcp', health: 'disconnected', calls: 12_345, p50: undefined, p99: undefined }
const happened = (endpoint: string) => (endpoint === OTHER.endpoint ? { at: 1_000, endpoint, what: 'killed', times: 1 } : undefined)

it('shows a line for every client, and what happened to it', () => {
  expect(statusTable([CLIENT, OTHER], happened, 4_000, 200, (_, text) => text)).toEqual([
    'CLIENT  ENDPOINT         ERA     HEALTH        OPEN  CALLS    P50    P99  FAIL  JUST HAPPENED',
    '1       127.0.0.1:40001  modern  healthy          2     10  9.9ms  123ms     0',
    '2       127.0.0.1:40002  modern  disconnected     2  12345      -      -     0  killed, 3 s ago',
  ])
})

it('marks those that are not healthy, outside of the width', () => {
  const lines = statusTable([CLIENT, OTHER], happened, 4_000, 30, (style, text) => `<${style}>${text}`)
  expect(lines).toEqual(['<bold>CLIENT  ENDPOINT         ERA …', '1       127.0.0.1:40001  mode…', '<yellow>2       127.0.0.1:40002  mode…'])
})
