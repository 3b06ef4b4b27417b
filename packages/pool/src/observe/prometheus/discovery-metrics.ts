import type { DiscoveryStatistics } from '../../discovery/index.js'
import type { Definition, NumberDefinition } from './definition.js'

/** Where servers are found, instead of listed. */
export const discoveryMetrics: readonly Definition[] = [
  ofSource('gauge', 'mcp_pool_discovery_endpoints', 'Endpoints that were found and are used.', ({ endpoints }) => endpoints),
  ofSource(
    'gauge',
    'mcp_pool_discovery_missing_endpoints',
    'Of those, the ones that the last answer lacks, and that are not believed to be gone yet.',
    ({ missing }) => missing,
  ),
  ofSource('gauge', 'mcp_pool_discovery_rejected_entries', 'Entries of the last answer that were left out.', ({ rejected }) => rejected),
  ofSource(
    'gauge',
    'mcp_pool_discovery_age_seconds',
    'Time since the last answer of the source. One that tells of changes alone may be well and old.',
    ({ age }) => seconds(age),
  ),
  ofSource('gauge', 'mcp_pool_discovery_failing_seconds', 'How long the source has not answered, 0 while it does.', ({ failingFor }) =>
    seconds(failingFor ?? 0),
  ),
  ofSource('counter', 'mcp_pool_discovery_changes_total', 'Changes of the set of endpoints.', ({ changes }) => changes),
]

/** `value`: undefined where there is nothing to tell yet. */
function ofSource(type: NumberDefinition['type'], name: string, help: string, value: (discovery: DiscoveryStatistics) => number | undefined): NumberDefinition {
  return {
    ...{ name, type, help, labels: ['source'] },
    values({ statistics: { discovery } }) {
      const known = discovery && value(discovery)
      return discovery === undefined || known === undefined ? [] : [[{ source: discovery.source }, known]]
    },
  }
}

function seconds(milliseconds: number | undefined): number | undefined {
  return milliseconds === undefined ? undefined : milliseconds / 1_000
}
