import fc from 'fast-check'
import { MCPClientPool } from 'mcp-client-pool'
import { expect, it } from 'vitest'
import { readSnapshot } from './read-snapshot.js'

const CLIENT = {
  id: 'client-a-1',
  endpoint: 'http://127.0.0.1:8001/mcp',
  health: 'healthy',
  metrics: { outstanding: 1, totalRequests: 5, failedRequests: 0, p50: 1.5 },
}

it('reads what a pool of this version writes', () => {
  const pool = new MCPClientPool({ endpoints: [{ url: 'http://127.0.0.1:8001/mcp' }] })
  const { pool: sizes, inFlight, retries, hedges } = pool.getStatistics()
  const { healthy, unhealthy, maxSize, panicking } = sizes
  expect(readSnapshot(JSON.parse(JSON.stringify(pool.getStatistics())))).toEqual({
    pool: { healthy, unhealthy, maxSize, panicking },
    ...{ inFlight, retries, hedges, queue: undefined, clients: [] },
    metrics: { totalRequests: 0, failedRequests: 0, totalConnections: 0 },
  })
})

it('does without what is missing, and takes nothing for a number that is none', () => {
  const read = readSnapshot({ pool: {}, metrics: { totalRequests: '7' }, queue: { waiting: 3 }, clients: [CLIENT, {}] })
  expect(read).toMatchObject({ inFlight: 0, metrics: { totalRequests: 0 }, queue: { waiting: 3, shed: 0 } })
  expect(read?.clients).toMatchObject([
    { id: 'client-a-1', metrics: { totalRequests: 5, p50: 1.5, p99: undefined } },
    { id: '?', endpoint: '?', health: '?', era: undefined, metrics: { totalRequests: 0 } },
  ])
})

it.each([
  [null],
  [[]],
  ['statistics'],
  [{}],
  [{ pool: {}, metrics: {} }],
  [{ pool: {}, metrics: {}, clients: [1] }],
  [{ pool: [], metrics: {}, clients: [] }],
])('knows that %j is no statistics', (value) => expect(readSnapshot(value)).toBeUndefined())

it('fails for nothing, and lets no control character through', () => {
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constant('\u001b[2J\u009b2J\u202e\r\nnext'))
  const client = fc.record({ id: text, endpoint: text, era: text, health: text, whyUnfit: text, breaker: text, metrics: fc.anything() })
  const statistics = fc.record({
    pool: fc.dictionary(fc.string(), fc.anything()),
    metrics: fc.dictionary(fc.string(), fc.anything()),
    clients: fc.array(client),
  })
  fc.assert(
    fc.property(fc.oneof(fc.anything(), statistics), (value) => {
      for (const { metrics, ...texts } of readSnapshot(value)?.clients ?? []) {
        // oxlint-disable-next-line no-control-regex -- control characters are what it is about
        for (const each of Object.values(texts)) expect(each ?? '').not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/)
        expect(Number.isFinite(metrics.outstanding)).toBe(true)
      }
    }),
  )
})
