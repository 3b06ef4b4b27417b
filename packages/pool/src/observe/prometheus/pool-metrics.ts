import type { HealthStatus } from '../../health/index.js'
import type { ClientStatistics } from '../statistics.js'
import { type Definition, single, twins } from './definition.js'
import type { Labels } from './look.js'

const STATES: readonly HealthStatus[] = ['healthy', 'connecting', 'unhealthy', 'disconnected', 'recovering', 'ejected', 'draining']
const ERAS = ['modern', 'legacy'] as const
const CIRCUITS = ['closed', 'open', 'half-open'] as const

/** Who is there. */
export const poolMetrics: readonly Definition[] = [
  single('gauge', 'mcp_pool_size', 'Clients in the pool.', ({ statistics }) => statistics.pool.size),
  single('gauge', 'mcp_pool_healthy_clients', 'Clients that get calls.', ({ statistics }) => statistics.pool.healthy),
  single('gauge', 'mcp_pool_unhealthy_clients', 'Clients that get none.', ({ statistics }) => statistics.pool.unhealthy),
  single('gauge', 'mcp_pool_min_size', 'Clients that the pool holds: its minSize.', ({ statistics }) => statistics.pool.minSize),
  single('gauge', 'mcp_pool_max_size', 'Clients at most: its maxSize.', ({ statistics }) => statistics.pool.maxSize),
  {
    name: 'mcp_pool_clients',
    type: 'gauge',
    help: 'Clients by their health.',
    labels: ['state'],
    values: ({ statistics }) => counted('state', STATES, statistics.clients, ({ health }) => health),
  },
  {
    name: 'mcp_pool_client_eras',
    type: 'gauge',
    help: 'Clients by the era of the protocol that their server speaks.',
    labels: ['era'],
    values: ({ statistics }) => counted('era', ERAS, statistics.clients, ({ era }) => era),
  },
  {
    name: 'mcp_pool_circuits',
    type: 'gauge',
    help: 'Circuit breakers by their state, where there are any.',
    labels: ['state'],
    values: ({ statistics }) => counted('state', CIRCUITS, statistics.clients, ({ breaker }) => breaker),
  },
  single('gauge', 'mcp_pool_panicking', '1 while so many clients are ejected that ejections are not believed, else 0.', ({ statistics }) =>
    Number(statistics.pool.panicking),
  ),

  ...twins(
    single('counter', 'mcp_pool_connections_created', 'Connections that were made for new clients.', ({ statistics }) => statistics.metrics.totalConnections),
  ),
  ...twins(
    single(
      'counter',
      'mcp_pool_connections_failed',
      'Connections for new clients that could not be made.',
      ({ statistics }) => statistics.metrics.failedConnections,
    ),
  ),
  ...twins(
    single('counter', 'mcp_pool_connections_closed', 'Connections of clients that left the pool.', ({ statistics: { metrics } }) =>
      Math.max(0, metrics.totalConnections - metrics.activeConnections),
    ),
  ),

  single('counter', 'mcp_pool_health_checks_total', 'Health checks of clients.', ({ tally }) => tally.healthChecks.count),
  ...twins(single('counter', 'mcp_pool_health_checks_failed', 'Health checks that were not answered.', ({ tally }) => tally.failedHealthChecks)),
  {
    name: 'mcp_pool_health_check_duration',
    type: 'histogram',
    help: 'How long health checks took, in seconds.',
    labels: [],
    values: ({ tally }) => [[{}, tally.healthChecks]],
  },
]

/** How many there are of each, also of those of which there are none: a state that is left must be seen to be left. */
function counted<Value extends string>(
  label: string,
  values: readonly Value[],
  clients: readonly ClientStatistics[],
  valueOf: (client: ClientStatistics) => Value | undefined,
): Array<readonly [Labels, number]> {
  const counts = new Map<Value, number>(values.map((value) => [value, 0]))
  for (const client of clients) {
    const value = valueOf(client)
    if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1)
  }
  return Array.from(counts, ([value, count]) => [{ [label]: value }, count])
}
