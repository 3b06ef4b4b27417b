import { expect, it } from 'vitest'
import { statusTable } from './status-table.js'

const CLIENT = {
  id: 'client-1',
  endpoint: 'http://127.0.0.1:1/mcp',
  era: 'modern',
  health: 'healthy',
  outstanding: 2,
  calls: 10,
  p50: 9.87,
  p99: 123.4,
  failures: 0,
}
const NEW = { ...CLIENT, id: 'client-2', endpoint: 'http://127.0.0.1:2/mcp', health: 'unhealthy', p50: undefined, p99: undefined }
const happened = (endpoint: string) => (endpoint === NEW.endpoint ? { at: 1_000, endpoint, what: 'killed', times: 1 } : undefined)

it('shows a line for every client, and what happened to it', () => {
  expect(statusTable([CLIENT, NEW], happened, 4_000, 200, (_, text) => text)).toEqual([
    'CLIENT    ENDPOINT                ERA     HEALTH     OPEN  CALLS     P50     P99  FAILED  JUST HAPPENED',
    'client-1  http://127.0.0.1:1/mcp  modern  healthy       2     10  9.9 ms  123 ms       0',
    'client-2  http://127.0.0.1:2/mcp  modern  unhealthy     2     10       -       -       0  killed, 3 s ago',
  ])
})

it('marks those that are not healthy, outside of the width', () => {
  const lines = statusTable([CLIENT, NEW], happened, 4_000, 30, (style, text) => `<${style}>${text}`)
  expect(lines).toEqual(['<bold>CLIENT    ENDPOINT           …', 'client-1  http://127.0.0.1:1/…', '<yellow>client-2  http://127.0.0.1:2/…'])
})
