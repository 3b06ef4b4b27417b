import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KindTally } from './kind-tally.js'
import { type ObservedClient, type PoolMetrics, PoolTally, statisticsOf } from './index.js'

const metrics: PoolMetrics = { totalConnections: 3, activeConnections: 2, failedConnections: 1, totalRequests: 9, failedRequests: 1, averageLatency: 12 }
const extra = { retries: 7, hedges: 8, retryBudget: 9.5 }
const sizes = { minSize: 2, maxSize: 5 }
const rest = { sizes, metrics, queue: undefined, extra, panicking: false, inFlight: 3, kinds: [] }

function client(id: string, more: Partial<ObservedClient> = {}): ObservedClient {
  return {
    id,
    endpointLabel: `http://${id}.test/mcp`,
    zone: undefined,
    tags: [],
    era: 'modern',
    health: { status: 'healthy', lastError: undefined },
    breaker: undefined,
    concurrencyLimit: undefined,
    load: { outstanding: 4, statistics: { failed: 2, quantile: (q) => q * 100 }, cost: (now) => now + 1 },
    metrics: { activeRequests: 6, totalRequests: 7, averageLatency: 8, cpuUsage: 9, memoryUsage: 10, lastUpdate: 11 },
    ...more,
  }
}

describe('statistics', () => {
  it('say of each client what is known of it', () => {
    expect(statisticsOf({ ...rest, clients: [client('a', { zone: 'eu-1', tags: ['gpu'] })] }, 20).clients).toEqual([
      {
        id: 'a',
        endpoint: 'http://a.test/mcp',
        zone: 'eu-1',
        tags: ['gpu'],
        era: 'modern',
        health: 'healthy',
        load: 21,
        metrics: {
          ...{ activeRequests: 6, outstanding: 4, totalRequests: 7, failedRequests: 2, averageLatency: 8, p50: 50, p95: 95, p99: 99 },
          ...{ cpuUsage: 9, memoryUsage: 10, lastUpdate: 11 },
        },
      },
    ])
  })

  it('say what stands in the way of calls to a client', () => {
    const ejection = { reason: 'slow', until: 1_700_000_000_000 } as const
    const obstacles = { breaker: 'half-open', concurrencyLimit: 8 } as const
    const out = client('a', { health: { status: 'ejected', lastError: undefined, ejection }, ...obstacles })
    const { clients, pool } = statisticsOf({ ...rest, panicking: true, clients: [out, client('b')] }, 0)
    expect(clients[0]).toMatchObject({ health: 'ejected', whyUnfit: expect.stringContaining('took far longer'), ejection, ...obstacles })
    expect(clients[1]).toMatchObject({ whyUnfit: undefined, breaker: undefined, ejection: undefined, concurrencyLimit: undefined })
    expect(pool).toEqual({ size: 2, ...sizes, healthy: 1, unhealthy: 1, panicking: true })
  })

  it('say who waits, and what was tried besides', () => {
    const tally = new PoolTally()
    tally.waited('low', 8_000)
    const queue = { waiting: 6, high: 1, normal: 2, low: 3, shed: 4, timedOut: 5, waits: tally.waitQuantiles }
    const { queue: shown, ...others } = statisticsOf({ ...rest, queue, clients: [] }, 0)
    expect(shown).toEqual(queue)
    expect(shown?.waits.high).toEqual({ p50: undefined, p95: undefined, p99: undefined })
    expect(shown?.waits.low.p50).toBeCloseTo(8_000, -3)
    expect(others).toMatchObject({ ...extra, inFlight: 3 })
  })

  it('say what calls came to, of tools and of other methods', () => {
    const kinds = [kindTally('tools/call', 'search'), kindTally('tools/call', undefined), kindTally('tools/list', undefined), kindTally('*', undefined)]
    for (const end of ['result', 'tool-error', 'error', 'REQUEST_TIMEOUT', 'CANCELLED'] as const) kinds[0]!.ended(end, 100)
    const { tools, methods } = statisticsOf({ ...rest, kinds, clients: [] }, 0)
    expect(tools).toEqual([
      {
        name: 'search',
        calls: 5,
        failed: 2,
        errors: 1,
        toolErrors: 1,
        p50: expect.closeTo(100, -1),
        p95: expect.closeTo(100, -1),
        p99: expect.closeTo(100, -1),
      },
      { name: '*', calls: 0, failed: 0, errors: 0, toolErrors: 0 },
    ])
    expect(methods.map(({ name }) => name)).toEqual(['tools/list', '*'])
  })

  it('survive JSON, whatever servers and users report', () => {
    const reported = fc.dictionary(fc.string(), fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true }))
    fc.assert(
      fc.property(reported, fc.nat(), (others, latency) => {
        const tally = new PoolTally()
        tally.callEnded({ method: 'tools/call', tool: 't', key: 'tools/call:t' }, 'result', latency)
        const known = { activeRequests: 1, totalRequests: 1, averageLatency: latency, cpuUsage: 0, memoryUsage: 0, lastUpdate: 0 }
        const clients = [client('a', { metrics: { ...others, ...known } })]
        const statistics = statisticsOf({ ...rest, kinds: tally.kinds.values(), clients }, latency)
        expect(JSON.parse(JSON.stringify(statistics))).toEqual(statistics)
      }),
      { examples: [[{ minus: -0 }, 0]] },
    )
  })

  it('of a pool without a queue have none', () => {
    expect(statisticsOf({ ...rest, clients: [] }, 0)).toEqual({
      pool: { size: 0, ...sizes, healthy: 0, unhealthy: 0, panicking: false },
      inFlight: 3,
      metrics,
      ...extra,
      tools: [],
      methods: [],
      clients: [],
    })
  })
})

function kindTally(method: string, tool: string | undefined): KindTally {
  return new KindTally({ method, tool, key: method })
}
