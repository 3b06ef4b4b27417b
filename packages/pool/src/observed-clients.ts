import { ReplicaLoad } from './balance/index.js'
import { guardOf } from './call-path.js'
import type { FleetClient, Views } from './fleet/index.js'
import type { ObservedClient } from './observe/index.js'

/** Each client, with what statistics say of it. */
export function* observedClients({ clients, healthStatus, loadMetrics }: Views): Iterable<ObservedClient> {
  for (const [id, client] of clients) {
    const health = healthStatus.get(id)
    const metrics = loadMetrics.get(id)
    if (health === undefined || metrics === undefined || !(client.load instanceof ReplicaLoad)) continue
    const { seat, limit } = guardOf(client)
    yield {
      id,
      endpointLabel: client.endpointLabel,
      zone: zoneOf(client),
      tags: client.endpoint.tags,
      era: client.connection.era,
      health,
      breaker: seat.breaker?.state,
      concurrencyLimit: limit?.places,
      load: client.load,
      metrics,
    }
  }
}

function zoneOf({ endpoint }: FleetClient): string | undefined {
  return endpoint.kind === 'url' ? endpoint.zone : undefined
}
