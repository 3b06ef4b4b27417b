import type { Snapshot, SnapshotClient } from '../src/status/snapshot.js'

/** Statistics as they are shown, of one client or more. */
export function snapshotOf(clients: ReadonlyArray<Partial<SnapshotClient> & { readonly calls?: number }>, more: Partial<Snapshot> = {}): Snapshot {
  return {
    pool: { healthy: clients.length, unhealthy: 0, maxSize: 10, panicking: false },
    inFlight: 0,
    retries: 0,
    hedges: 0,
    metrics: { totalRequests: clients.reduce((sum, { calls = 0 }) => sum + calls, 0), failedRequests: 0, totalConnections: clients.length },
    clients: clients.map(({ calls = 0, ...client }, n) => ({
      id: `client-a-${n + 1}`,
      endpoint: `http://127.0.0.1:${8_001 + n}/mcp`,
      health: 'healthy',
      era: 'modern',
      metrics: { outstanding: 0, totalRequests: calls, failedRequests: 0, p50: 1, p99: 2 },
      ...client,
    })),
    ...more,
  }
}
