import { describe, expect, it } from 'vitest'
import { type ObservedClient, type PoolMetrics, statisticsOf } from './index.js'

const metrics: PoolMetrics = { totalConnections: 3, activeConnections: 2, failedConnections: 1, totalRequests: 9, failedRequests: 1, averageLatency: 12 }
const extra = { retries: 7, hedges: 8, retryBudget: 9.5 }
const sizes = { minSize: 2, maxSize: 5 }
const rest = { sizes, metrics, queue: undefined, extra }

function client(id: string, more: Partial<ObservedClient> = {}): ObservedClient {
  return {
    id,
    endpointLabel: `http://${id}.test/mcp`,
    era: 'modern',
    health: 'healthy',
    breaker: undefined,
    ejection: undefined,
    concurrencyLimit: undefined,
    load: { outstanding: 4, statistics: { failed: 2, quantile: (q) => q * 100 }, cost: (now) => now + 1 },
    metrics: { activeRequests: 6, totalRequests: 7, averageLatency: 8, cpuUsage: 9, memoryUsage: 10 },
    ...more,
  }
}

describe('statistics', () => {
  it('say of each client what is known of it', () => {
    expect(statisticsOf({ ...rest, clients: [client('a')] }, 20).clients).toEqual([
      {
        id: 'a',
        endpoint: 'http://a.test/mcp',
        era: 'modern',
        health: 'healthy',
        load: 21,
        metrics: {
          ...{ activeRequests: 6, outstanding: 4, totalRequests: 7, failedRequests: 2, averageLatency: 8, p50: 50, p99: 99 },
          ...{ cpuUsage: 9, memoryUsage: 10 },
        },
      },
    ])
  })

  it('say what stands in the way of calls to a client', () => {
    const obstacles = { breaker: 'half-open', ejection: { reason: 'slow', until: 1_700_000_000_000 }, concurrencyLimit: 8 } as const
    const { clients, pool } = statisticsOf({ ...rest, clients: [client('a', { health: 'ejected', ...obstacles }), client('b')] }, 0)
    expect(clients[0]).toMatchObject({ health: 'ejected', ...obstacles })
    expect(clients[1]).toMatchObject({ breaker: undefined, ejection: undefined, concurrencyLimit: undefined })
    expect(pool).toEqual({ size: 2, ...sizes, healthy: 1, unhealthy: 1 })
  })

  it('say who waits, and what was tried besides', () => {
    const queue = { waiting: 6, high: 1, normal: 2, low: 3, shed: 4, timedOut: 5 }
    expect(statisticsOf({ ...rest, queue, clients: [] }, 0)).toMatchObject({ queue, ...extra })
  })

  it('of a pool without a queue have none', () => {
    expect(statisticsOf({ ...rest, clients: [] }, 0)).toEqual({
      pool: { size: 0, ...sizes, healthy: 0, unhealthy: 0 },
      metrics,
      ...extra,
      clients: [],
    })
  })
})
