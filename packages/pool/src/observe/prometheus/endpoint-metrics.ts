import type { Definition, NumberDefinition } from './definition.js'
import type { EndpointRow } from './look.js'

/** What each server does. */
export const endpointMetrics: readonly Definition[] = [
  gauge('mcp_pool_endpoint_clients', 'Clients of an endpoint.', ({ clients }) => clients),
  gauge('mcp_pool_endpoint_healthy_clients', 'Clients of an endpoint that get calls.', ({ healthy }) => healthy),
  gauge('mcp_pool_endpoint_outstanding', 'Attempts that are under way at an endpoint.', ({ outstanding }) => outstanding),
  {
    name: 'mcp_pool_endpoint_attempts_total',
    type: 'counter',
    help: 'Attempts at an endpoint that ended.',
    labels: ['endpoint'],
    values: ({ endpoints }) => endpoints.map(({ labels, tally }) => [labels, tally?.all ?? 0]),
  },
  {
    name: 'mcp_pool_endpoint_failures_total',
    type: 'counter',
    help: 'Attempts at an endpoint that failed by its fault.',
    labels: ['endpoint'],
    values: ({ endpoints }) => endpoints.map(({ labels, tally }) => [labels, tally?.failed ?? 0]),
  },
  {
    name: 'mcp_pool_endpoint_duration_seconds',
    type: 'histogram',
    help: 'How long attempts at an endpoint took, in seconds; not of those that were given up.',
    labels: ['endpoint'],
    *values({ endpoints }) {
      for (const { labels, tally } of endpoints) if (tally !== undefined) yield [labels, tally.durations]
    },
  },
]

function gauge(name: string, help: string, value: (row: EndpointRow) => number): NumberDefinition {
  return { name, type: 'gauge', help, labels: ['endpoint'], values: ({ endpoints }) => endpoints.map((row) => [row.labels, value(row)]) }
}
