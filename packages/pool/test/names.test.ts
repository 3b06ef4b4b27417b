import { EventEmitter } from 'node:events'
import { readFileSync } from 'node:fs'
import { startModernServer } from '@mcp-client-pool/testbed'
import { describe, expect, it } from 'vitest'
import {
  AdaptiveLoadBalancer,
  CircuitBreakerPool,
  type ClientEvents,
  type HealthStatus,
  MCPClientPool,
  type PoolErrorCode,
  type PooledClient,
  type PoolEvents,
  type PoolOptions,
  PriorityClientPool,
} from '../src/index.js'
import { poolOver, running } from './pool-world.js'

/** Names that programs are written against: one that goes, or changes its spelling, breaks them. */

const endpoints = [{ url: 'https://mcp1.example.com' }, { url: 'https://mcp2.example.com' }]

describe('MCPClientPool', () => {
  const pool = new MCPClientPool({ endpoints })

  it.each([
    ...['start', 'shutdown', 'drain', 'createClient', 'getClient', 'removeClient', 'getStatistics', 'getHealthyClients', 'isHealthy'],
    ...['getAffinityClient', 'selectClient', 'updateLoadMetrics', 'startHealthMonitoring', 'startHealthCheck', 'performHealthCheck'],
    ...['handleHealthCheckFailure', 'handleClientError', 'handleClientDisconnection', 'attemptClientRecovery', 'calculateClientLoad', 'discoverEndpoint'],
    ...['request', 'transport', 'callTool', 'listTools', 'listPrompts', 'getPrompt', 'listResources', 'readResource', 'complete', 'ping'],
    ...['on', 'once', 'emit'],
  ] as const)('has %s()', (name) => {
    expect(pool[name]).toBeTypeOf('function')
  })

  it('is an EventEmitter, and ends with await using', () => {
    expect(pool).toBeInstanceOf(EventEmitter)
    expect(pool[Symbol.asyncDispose]).toBeTypeOf('function')
  })

  it.each(['clients', 'healthStatus', 'loadMetrics', 'failureCounts', 'affinityMap', 'circuitBreakers'] as const)('has the map %s', (name) => {
    expect(pool[name]).toBeInstanceOf(Map)
    expect([...pool[name]]).toEqual([])
  })

  it('has metrics', () => {
    expect(pool.metrics).toEqual({ totalConnections: 0, activeConnections: 0, failedConnections: 0, totalRequests: 0, failedRequests: 0, averageLatency: 0 })
  })

  it('takes the basic configuration of the architecture document, and shows it', () => {
    const basic: Partial<PoolOptions> = {
      ...{ minSize: 2, maxSize: 10, connectionTimeout: 10_000, requestTimeout: 30_000, healthCheckInterval: 30_000 },
      ...{ unhealthyThreshold: 3, healthyThreshold: 2, loadBalancingAlgorithm: 'least-load', retryAttempts: 3, retryDelay: 1_000 },
    }
    const auth = 'https://auth.example.com'
    const { config } = new MCPClientPool({ ...basic, endpoints: endpoints.map(({ url }) => ({ url, auth })), clientId: 'id', clientSecret: 'secret' })
    expect(config).toMatchObject({ ...basic, healthCheckTimeout: 5_000 })
    expect(new MCPClientPool({ endpoints }).config).toMatchObject({ ...basic, healthCheckTimeout: 5_000 })
  })
})

it('the presets take the advanced configuration of the architecture document, and are pools', () => {
  const advanced: Partial<PoolOptions> = {
    ...{ breakerThreshold: 5, breakerTimeout: 60_000, breakerResetTimeout: 30_000 },
    ...{ enableAdaptiveBalancing: true, learningRate: 0.1, enablePriorityQueues: true, queueTimeout: 30_000 },
    metrics: { enabled: true, interval: 10_000, endpoint: 'http://metrics:9090' },
  }
  for (const Pool of [CircuitBreakerPool, PriorityClientPool, MCPClientPool]) {
    const pool = new Pool({ ...advanced, endpoints })
    expect(pool).toBeInstanceOf(MCPClientPool)
    expect(pool.config).toMatchObject(advanced)
  }
})

it('a pooled client has its names', async () => {
  const server = await running(startModernServer())
  const pool = await poolOver([{ url: server.url }])
  const client = await pool.getClient()
  for (const name of ['send', 'healthCheck', 'reconnect', 'disconnect', 'on', 'once'] as const) expect(client[name]).toBeTypeOf('function')
  expect(client.id).toBeTypeOf('string')
  expect(client.endpoint).toMatchObject({ id: server.url, url: server.url })
  expect(pool.getStatistics()).toMatchObject({
    pool: { size: 2, minSize: 2, maxSize: 10, healthy: 2, unhealthy: 0 },
    metrics: { totalConnections: 2 },
    clients: [{ id: expect.any(String), endpoint: server.url, health: 'healthy', load: expect.any(Number), metrics: { activeRequests: 0 } }, {}],
  })
})

it('AdaptiveLoadBalancer chooses among the clients of a pool', async () => {
  const pool = await poolOver([{ url: (await running(startModernServer())).url }], { minSize: 2 })
  const balancer = new AdaptiveLoadBalancer(pool)
  expect(balancer.learningRate).toBe(0.1)
  const client = await balancer.selectClient({ task: 'any' })
  expect(pool.getHealthyClients()).toContain(client)
  balancer.recordResult(client!.id, true, 12)
  expect([...balancer.performanceHistory]).toEqual([[client!.id, { successRate: 1, averageLatency: 12, taskCount: 1 }]])
  await pool.shutdown()
  expect(await balancer.selectClient()).toBeNull()
})

it.each(['.', './auth', './discovery', './metrics', './otel', './testing'] as const)('the package exports %s', (path) => {
  const { exports } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { exports: Record<string, string> }
  expect(exports[path]).toMatch(/^\.\/dist\/.*(index|public)\.js$/)
})

describe('unions of names are complete: the type check refuses a missing one, and one too many', () => {
  const of = <Name extends string>(names: Record<Name, 1>): string[] => Object.keys(names)

  it('events of the pool', () => {
    const names = of<keyof PoolEvents>({
      ...{ starting: 1, started: 1, 'shutting-down': 1, shutdown: 1, notification: 1 },
      ...{ 'client:connected': 1, 'client:error': 1, 'client:disconnected': 1, 'client:unhealthy': 1, 'client:healthy': 1, 'client:recovering': 1 },
      ...{ 'client:recovered': 1, 'client:recovery-failed': 1, 'client:replacement-failed': 1, 'client:removed': 1, 'client:creation-failed': 1 },
      ...{ 'client:disconnect-error': 1, 'client:ejected': 1, 'client:returned': 1, 'circuit:opened': 1, 'circuit:half-open': 1, 'circuit:closed': 1 },
      ...{ 'client:draining': 1, 'session:lost': 1, 'session:restored': 1, 'endpoint:era-changed': 1, 'endpoint:tools-changed': 1 },
      ...{ 'token:renewed': 1, 'token:failed': 1, 'balancing:changed': 1 },
      ...{ 'overload:entered': 1, 'overload:left': 1, 'retry-budget:exhausted': 1, 'retry-budget:restored': 1, 'panic:entered': 1, 'panic:left': 1 },
      ...{ 'discovery:changed': 1, 'discovery:failed': 1, 'discovery:recovered': 1, 'endpoint:added': 1, 'endpoint:removed': 1 },
      ...{ 'metrics:push-failed': 1, 'metrics:push-restored': 1 },
    })
    expect(names).toHaveLength(43)
  })

  it('events of a client', () => {
    expect(of<keyof ClientEvents>({ error: 1, disconnected: 1, metrics: 1, notification: 1 })).toHaveLength(4)
  })

  it('what a pooled client has', () => {
    const names = of<keyof PooledClient>({
      ...{ id: 1, endpoint: 1, endpointLabel: 1, send: 1, healthCheck: 1, reconnect: 1, disconnect: 1 },
      ...{ on: 1, once: 1, off: 1, emit: 1 },
    })
    expect(names).toHaveLength(11)
  })

  it('statuses of health', () => {
    expect(of<HealthStatus>({ healthy: 1, unhealthy: 1, disconnected: 1, connecting: 1, recovering: 1, ejected: 1, draining: 1 })).toHaveLength(7)
  })

  it('codes of PoolError', () => {
    const codes = of<PoolErrorCode>({
      ...{ NO_HEALTHY_CLIENTS: 1, CONNECT_FAILED: 1, CONNECT_TIMEOUT: 1, CONNECTION_LOST: 1, HTTP_STATUS: 1, REQUEST_TIMEOUT: 1, QUEUE_TIMEOUT: 1 },
      ...{
        QUEUE_FULL: 1,
        CIRCUIT_OPEN: 1,
        CANCELLED: 1,
        AUTH_FAILED: 1,
        SESSION_LOST: 1,
        PROTOCOL: 1,
        CONFIG: 1,
        POOL_FULL: 1,
        NOT_STARTED: 1,
      },
      SHUTTING_DOWN: 1,
    })
    expect(codes).toHaveLength(17)
  })
})
