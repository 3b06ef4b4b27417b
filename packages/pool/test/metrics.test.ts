import { execFileSync } from 'node:child_process'
import { MemoryLedger, promtool, reservePort, startModernServer, startPrometheus, startPushgateway } from '@mcp-client-pool/testbed'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { describe, expect, it, onTestFinished } from 'vitest'
import { MCPClientPool, type PoolStatistics } from '../src/index.js'
import type { Resolver } from '../src/ports.js'
import { MetricsCollector } from '../src/observe/prometheus/index.js'
import { application, samplesOf } from './metrics-world.js'
import { next, poolOver, running } from './pool-world.js'

/** As in the seed's `MetricsCollector`. */
const SEED = {
  mcp_pool_size: Gauge,
  mcp_pool_healthy_clients: Gauge,
  mcp_pool_unhealthy_clients: Gauge,
  mcp_pool_requests_total: Counter,
  mcp_pool_requests_failed: Counter,
  mcp_pool_request_duration: Histogram,
  mcp_pool_connections_created: Counter,
  mcp_pool_connections_failed: Counter,
  mcp_pool_connections_closed: Counter,
  mcp_pool_health_checks_total: Counter,
  mcp_pool_health_checks_failed: Counter,
  mcp_pool_health_check_duration: Histogram,
}

const WITHOUT_SUFFIX = ['requests_failed', 'connections_created', 'connections_failed', 'connections_closed', 'health_checks_failed']

async function serverAndPool(options: Partial<ConstructorParameters<typeof MCPClientPool>[0]> = {}): Promise<MCPClientPool> {
  const server = await running(startModernServer({ ledger: new MemoryLedger() }))
  return poolOver([{ url: server.url }], options)
}

describe('MetricsCollector', () => {
  it.each(Object.entries(SEED))('has %s of the architecture document', (name, type) => {
    const collector = new MetricsCollector(new MCPClientPool({ endpoints: [{ url: 'http://127.0.0.1:1/mcp' }] }))
    expect(collector.metrics[name]).toBeInstanceOf(type)
    expect(collector.registry.getSingleMetric(name)).toBe(collector.metrics[name])
  })

  it('says what calls came to, in seconds and by tool', async () => {
    const pool = await serverAndPool()
    const collector = new MetricsCollector(pool)
    await pool.callTool({ name: 'slow', arguments: { ms: 60 } })
    await pool.callTool({ name: 'echo', arguments: { text: 'a' } })
    await pool.callTool({ name: 'fail', arguments: {} }).catch(() => {})
    await pool.listTools()
    await expect(pool.callTool({ name: 'slow', arguments: { ms: 20_000 } }, { timeout: 20 })).rejects.toMatchObject({ code: 'REQUEST_TIMEOUT' })
    const samples = samplesOf(await collector.registry.metrics())
    expect(samples.get('mcp_pool_requests_total{method="tools/call",tool="slow"}')).toBe(2)
    expect(samples.get('mcp_pool_requests_failed{method="tools/call",tool="slow",code="REQUEST_TIMEOUT"}')).toBe(1)
    expect(samples.get('mcp_pool_requests_failed_total{method="tools/call",tool="slow",code="REQUEST_TIMEOUT"}')).toBe(1)
    expect(samples.get('mcp_pool_requests_total{method="tools/list"}')).toBeGreaterThanOrEqual(1)
    expect(samples.get('mcp_pool_request_duration_count{method="tools/call",tool="slow"}')).toBe(2)
    expect(samples.get('mcp_pool_request_duration_sum{method="tools/call",tool="slow"}')).toBeGreaterThanOrEqual(0.06)
    expect(samples.get('mcp_pool_request_duration_sum{method="tools/call",tool="slow"}')).toBeLessThan(10)
    expect(samples.get('mcp_pool_request_duration_bucket{le="+Inf",method="tools/call",tool="slow"}')).toBe(2)
    expect(samples.get('mcp_pool_request_duration_bucket{le="0.05",method="tools/call",tool="slow"}')).toBeLessThanOrEqual(1)
    expect(samples.get('mcp_pool_size')).toBe(2)
    expect(samples.get('mcp_pool_connections_created_total')).toBe(2)
  })

  it('counts what events tell, from when it was made until it is stopped', async () => {
    const pool = await serverAndPool()
    const collector = new MetricsCollector(pool)
    const disconnections = async (): Promise<unknown> => (await collector.metrics['mcp_pool_disconnections_total']!.get()).values[0]?.value
    const [first] = pool.clients.values()
    await pool.handleClientDisconnection(first!.id)
    expect(await disconnections()).toBe(1)
    pool.emit('client:ejected', { clientId: 'a', endpoint: 'b', reason: 'slow', duration: 1 })
    expect((await collector.metrics['mcp_pool_ejections_total']!.get()).values).toEqual([
      { labels: { reason: 'failing' }, value: 0 },
      { labels: { reason: 'slow' }, value: 1 },
      { labels: { reason: 'unresponsive' }, value: 0 },
    ])
    // Twice is once.
    collector.startCollection()
    collector.startCollection()
    pool.emit('client:disconnected', { clientId: 'a', endpoint: 'b' })
    expect(await disconnections()).toBe(2)
    collector.stopCollection()
    pool.emit('client:disconnected', { clientId: 'a', endpoint: 'b' })
    expect(await disconnections()).toBe(2)
  })

  it('says what the source of endpoints does, where they are found', async () => {
    const server = await running(startModernServer())
    const resolver: Resolver = {
      watch: (listener) => void setImmediate(() => listener.onFound([{ url: server.url }, { url: 'no url' }])),
      close: async () => {},
    }
    const pool = new MCPClientPool({ serviceDiscovery: resolver })
    onTestFinished(() => pool.shutdown({ timeout: 0 }))
    const collector = new MetricsCollector(pool)
    await pool.start()
    const samples = samplesOf(await collector.registry.metrics())
    const of = (name: string): number | undefined => samples.get(`mcp_pool_discovery_${name}{source="resolver"}`)
    expect([of('endpoints'), of('rejected_entries'), of('failing_seconds'), of('changes_total')]).toEqual([1, 1, 0, 1])
    expect(of('age_seconds')).toBeLessThan(60)
  })

  it('counts health checks and times them', async () => {
    const pool = await serverAndPool({ healthCheckInterval: 60_000 })
    const collector = new MetricsCollector(pool)
    const [first] = pool.clients.keys()
    await pool.performHealthCheck(first!)
    const samples = samplesOf(await collector.registry.metrics())
    expect(samples.get('mcp_pool_health_checks_total')).toBe(1)
    expect(samples.get('mcp_pool_health_check_duration_count')).toBe(1)
    expect(samples.get('mcp_pool_health_checks_failed_total')).toBe(0)
  })

  it('puts its metrics into a registry beside others, once', async () => {
    const registry = new Registry()
    new Counter({ name: 'mine_total', help: 'Mine.', registers: [registry] }).inc(3)
    const pool = new MCPClientPool({ endpoints: [{ url: 'http://127.0.0.1:1/mcp' }] })
    new MetricsCollector(pool, { registry })
    const samples = samplesOf(await registry.metrics())
    expect(samples.get('mine_total')).toBe(3)
    expect(samples.get('mcp_pool_size')).toBe(0)
    expect(() => new MetricsCollector(pool, { registry })).toThrow('already been registered')
  })

  it.each([
    [{ maxTools: -1 }, /^maxTools must be a whole number in 0 … 1,000, got -1$/],
    [{ maxEndpoints: 1.5 }, /^maxEndpoints must be/],
    [{ registry: {} }, /^registry must be an Registry of prom-client/],
    [{ prefix: 'a' }, /^unknown option "prefix"/],
  ])('refuses %o', (options, message) => {
    const pool = new MCPClientPool({ endpoints: [{ url: 'http://127.0.0.1:1/mcp' }] })
    expect(() => new MetricsCollector(pool, options as object)).toThrow(expect.objectContaining({ code: 'CONFIG', message: expect.stringMatching(message) }))
  })

  it('writes what promtool likes, but for the five names of the architecture document, each of which has a twin', async () => {
    const pool = await serverAndPool({ enablePriorityQueues: true, breakerThreshold: 5 })
    const collector = new MetricsCollector(pool)
    await pool.callTool({ name: 'echo', arguments: { text: 'a' } })
    await pool.callTool({ name: 'no "such"\\ tool', arguments: {} }, { signal: AbortSignal.abort() }).catch(() => {})
    const { said } = await promtool(['check', 'metrics'], await collector.registry.metrics())
    const complaints = said.split('\n').filter((line) => line !== '')
    expect(complaints.toSorted()).toEqual(WITHOUT_SUFFIX.map((name) => `mcp_pool_${name} counter metrics should have "_total" suffix`).toSorted())
    for (const name of WITHOUT_SUFFIX) expect(collector.metrics[`mcp_pool_${name}_total`]).toBeInstanceOf(Counter)
  })
})

describe('the request handler', () => {
  it('serves metrics and statistics on a server of the application, and nothing else', async () => {
    const pool = await serverAndPool()
    const { handler } = new MetricsCollector(pool)
    const base = await application(handler)
    const metrics = await fetch(new URL('/metrics?x=1', base))
    expect([metrics.status, metrics.headers.get('content-type')]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8'])
    const text = await metrics.text()
    expect(metrics.headers.get('content-length')).toBe(String(Buffer.byteLength(text)))
    expect(samplesOf(text).get('mcp_pool_size')).toBe(2)

    const statistics = await fetch(new URL('/statistics', base))
    expect([statistics.status, statistics.headers.get('content-type')]).toEqual([200, 'application/json'])
    const { pool: sizes, clients } = (await statistics.json()) as PoolStatistics
    expect(sizes).toMatchObject({ size: 2, healthy: 2 })
    expect(clients.map(({ id }) => id)).toEqual([...pool.clients.keys()])

    const head = await fetch(new URL('/statistics', base), { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
    const post = await fetch(new URL('/metrics', base), { method: 'POST', body: 'a' })
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
    for (const path of ['/', '/metrics/', '/metricsx', '//metrics', '/statistics/..', '/%6detrics']) expect((await fetch(base.origin + path)).status).toBe(404)
  })

  it('answers 500 where a metric of somebody else cannot be read, and does not say why', async () => {
    const registry = new Registry()
    new Gauge({
      name: 'theirs',
      help: 'Theirs.',
      registers: [registry],
      collect() {
        throw new Error('s3cr3t')
      },
    })
    const { handler } = new MetricsCollector(new MCPClientPool({ endpoints: [{ url: 'http://127.0.0.1:1/mcp' }] }), { registry })
    const answer = await fetch(new URL('/metrics', await application(handler)))
    expect([answer.status, await answer.text()]).toEqual([500, 'The metrics could not be collected.\n'])
  })
})

it('a Prometheus scrapes the pool', async () => {
  const pool = await serverAndPool()
  const { handler } = new MetricsCollector(pool)
  const base = await application(handler)
  for (let i = 0; i < 5; i++) await pool.callTool({ name: 'echo', arguments: { text: 'a' } })
  const prometheus = await running(startPrometheus([base.host]).then((server) => ({ ...server, port: 0 })))
  await expect.poll(async () => (await prometheus.query('mcp_pool_requests_total{tool="echo"}'))[0]?.value, { timeout: 20_000 }).toBe(5)
  await expect.poll(() => prometheus.query('up'), { timeout: 20_000 }).toMatchObject([{ value: 1 }])
  const [median] = await prometheus.query('histogram_quantile(0.5, sum by (le) (mcp_pool_request_duration_bucket{tool="echo"}))')
  expect(median!.value).toBeGreaterThan(0)
  expect((await prometheus.query('mcp_pool_size'))[0]?.value).toBe(2)
})

describe('the option metrics', () => {
  it('has the pool collect by itself', async () => {
    const pool = await serverAndPool({ metrics: {} })
    expect(pool.config.metrics).toEqual({ enabled: true, interval: 10_000, endpoint: undefined })
    const base = await application(pool.metricsCollector!.handler)
    expect(samplesOf(await (await fetch(new URL('/metrics', base))).text()).get('mcp_pool_size')).toBe(2)
  })

  it.each([[undefined], [{ enabled: false, endpoint: 'http://127.0.0.1:1' }]])('%o has it collect nothing', async (metrics) => {
    const pool = await serverAndPool({ metrics })
    expect(pool.metricsCollector).toBeUndefined()
  })

  it('of the architecture document is taken as it is written', () => {
    const metrics = { enabled: true, interval: 10_000, endpoint: 'http://metrics:9090' }
    expect(new MCPClientPool({ endpoints: [{ url: 'http://127.0.0.1:1/mcp' }], metrics }).config.metrics).toEqual(metrics)
  })

  it.each([
    [{ interval: 0 }, /^metrics\.interval must be a number in 1 … 2,147,483,647 ms, got 0$/],
    [{ endpoint: 'metrics:9090' }, /^metrics\.endpoint must be an http: or https: URL/],
    [{ endpoint: 'http://user:s3cr3t@metrics:9090' }, /^metrics\.endpoint must have no user, password/],
    [{ endpoint: 'http://metrics:9090?token=s3cr3t' }, /^metrics\.endpoint must have no user, password/],
    [{ enabeld: true }, /^metrics: unknown option "enabeld", did you mean enabled\?$/],
  ])('%o is refused by name', (metrics, message) => {
    const make = (): MCPClientPool => new MCPClientPool({ endpoints: [{ url: 'http://127.0.0.1:1/mcp' }], metrics: metrics as object })
    expect(make).toThrow(expect.objectContaining({ code: 'CONFIG', message: expect.stringMatching(message) }))
    expect(make).not.toThrow(/s3cr3t/)
  })

  it('with an endpoint pushes to a Pushgateway, and a last time at shutdown', async () => {
    const gateway = await running(startPushgateway().then((server) => ({ ...server, port: 0 })))
    const pool = await serverAndPool({ metrics: { interval: 50, endpoint: `${gateway.url}/` } })
    const pushed = async (name: string): Promise<number | undefined> => {
      const found = [...samplesOf(await gateway.metrics())].find(([sample]) => sample.startsWith(`${name}{`) && sample.includes('job="mcp_client_pool"'))
      return found?.[1]
    }
    await expect.poll(() => pushed('mcp_pool_size'), { timeout: 10_000 }).toBe(2)
    expect(await gateway.metrics()).toMatch(new RegExp(`mcp_pool_size\\{instance="[^"]+:${process.pid}(#\\d+)?",job="mcp_client_pool"\\} 2`))
    await pool.callTool({ name: 'echo', arguments: { text: 'last' } })
    await pool.shutdown()
    expect(await pushed('mcp_pool_requests_total')).toBe(1)
    expect(await pushed('mcp_pool_size')).toBe(0)
  })

  it('of a pool that cannot start pushes nothing, and lets the process end', () => {
    const program = `
      const { MCPClientPool } = await import(${JSON.stringify(new URL('../dist/index.js', import.meta.url).href)})
      const pool = new MCPClientPool({ endpoints: [{ url: 'http://127.0.0.1:1/mcp' }], metrics: { interval: 10, endpoint: 'http://127.0.0.1:1' } })
      pool.on('metrics:push-failed', () => console.log('pushed'))
      await pool.start().catch(({ code }) => console.log(code))`
    const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8', timeout: 20_000 })
    expect(printed).toBe('NO_HEALTHY_CLIENTS\n')
  })

  it('tells once that a Pushgateway is away, and when it is back, and calls go on meanwhile', async () => {
    const port = await reservePort()
    const server = await running(startModernServer())
    const pool = new MCPClientPool({ endpoints: [{ url: server.url }], metrics: { interval: 20, endpoint: `http://127.0.0.1:${port}` } })
    onTestFinished(() => pool.shutdown({ timeout: 0 }))
    const told: string[] = []
    pool.on('metrics:push-failed', ({ error }) => void told.push(error.message))
    pool.on('metrics:push-restored', ({ failures }) => void told.push(`restored after ${failures > 0}`))
    const failed = next(pool, 'metrics:push-failed')
    await pool.start()
    expect((await failed)?.error).toMatchObject({ code: 'CONNECT_FAILED', message: expect.stringContaining('no connection to the Pushgateway') })
    await pool.callTool({ name: 'echo', arguments: { text: 'a' } })
    const restored = next(pool, 'metrics:push-restored')
    await running(startPushgateway(port).then((gateway) => ({ ...gateway, port })))
    await restored
    expect(told).toEqual([expect.stringContaining('no connection to the Pushgateway'), 'restored after true'])
  })
})

it('a pool that does not collect loads nothing for it', () => {
  const program = `
    import { createRequire } from 'node:module'
    const pool = await import(${JSON.stringify(new URL('../dist/index.js', import.meta.url).href)})
    new pool.MCPClientPool({ endpoints: [{ url: 'http://127.0.0.1:1/mcp' }] })
    console.log(Object.keys(createRequire(import.meta.url).cache).filter((path) => path.includes('prom-client')).length)`
  expect(execFileSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8', cwd: import.meta.dirname })).toBe('0\n')
})
