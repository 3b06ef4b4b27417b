import { firstLine } from '../terminal/printable.js'
import type { Snapshot, SnapshotClient } from './snapshot.js'

type Fields = Readonly<Record<string, unknown>>

/** Longer texts are no names. */
const LONGEST = 200

/**
 * Reads statistics that came from elsewhere, as `pool.getStatistics()` writes them; undefined where they are none. Fields that are
 * missing or no numbers are 0, for an older version may lack them; texts are what a terminal may show.
 */
export function readSnapshot(value: unknown): Snapshot | undefined {
  const { pool, metrics, queue, clients, ...rest } = fields(value)
  if (!isFields(pool) || !isFields(metrics) || !Array.isArray(clients) || !clients.every(isFields)) return undefined
  return {
    pool: { healthy: number(pool['healthy']), unhealthy: number(pool['unhealthy']), maxSize: number(pool['maxSize']), panicking: pool['panicking'] === true },
    inFlight: number(rest['inFlight']),
    retries: number(rest['retries']),
    hedges: number(rest['hedges']),
    metrics: {
      totalRequests: number(metrics['totalRequests']),
      failedRequests: number(metrics['failedRequests']),
      totalConnections: number(metrics['totalConnections']),
    },
    queue: isFields(queue) ? { waiting: number(queue['waiting']), shed: number(queue['shed']), timedOut: number(queue['timedOut']) } : undefined,
    clients: clients.map(readClient),
  }
}

function readClient({ id, endpoint, era, health, whyUnfit, breaker, ...rest }: Fields): SnapshotClient {
  const { outstanding, totalRequests, failedRequests, p50, p99 } = fields(rest['metrics'])
  return {
    id: text(id) ?? '?',
    endpoint: text(endpoint) ?? '?',
    era: text(era),
    health: text(health) ?? '?',
    whyUnfit: text(whyUnfit),
    breaker: text(breaker),
    metrics: {
      outstanding: number(outstanding),
      totalRequests: number(totalRequests),
      failedRequests: number(failedRequests),
      p50: finite(p50),
      p99: finite(p99),
    },
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function fields(value: unknown): Fields {
  return isFields(value) ? value : {}
}

function finite(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

function number(value: unknown): number {
  return finite(value) ?? 0
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? firstLine(value).slice(0, LONGEST) : undefined
}
