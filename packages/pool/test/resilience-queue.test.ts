import { type HttpServer, MemoryLedger, startLegacyServer, startModernServer, startWorkServer, type WorkServer } from '@mcp-client-pool/testbed'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type JsonRpcResponse, type PoolError, type PoolOptions, PriorityClientPool } from '../src/index.js'
import { poolOver, running } from './pool-world.js'

/** Calls that find no place, and how many the servers see at once. */

type Priority = 'high' | 'normal' | 'low'

describe.each([
  ['modern', startModernServer],
  ['legacy', startLegacyServer],
] as const)('PriorityClientPool over replicas of the %s era, all of them busy', (_era, start) => {
  /** So many servers with one place each, all held until `release`. */
  async function begin(count: number, options: Partial<PoolOptions> = {}) {
    const ledger = new MemoryLedger()
    const servers = await Promise.all(Array.from({ length: count }, () => running<HttpServer>(start({ ledger }))))
    const endpoints = servers.map(({ url }) => ({ url }))
    const pool = new PriorityClientPool({ endpoints, maxSize: count, maxConcurrentRequestsPerClient: 1, ...options })
    onTestFinished(() => pool.shutdown({ timeout: 0 }))
    await pool.start()
    while (pool.getHealthyClients().length < count) await new Promise((resolve) => pool.once('client:connected', resolve))
    let release = (): void => {}
    const until = new Promise<void>((resolve) => (release = resolve))
    const arrived = servers.map(({ requests }) => requests.next('tools/call'))
    for (const { faults } of servers) faults.next({ kind: 'hold', until }, 1, 'tools/call')
    const held = servers.map((_, n) => pool.callTool({ name: 'append', arguments: { key: `held-${n}` } }))
    await Promise.all(arrived)
    const order: string[] = []
    const call = (key: string, priority: Priority, more: { queueTimeout?: number } = {}): Promise<string> =>
      pool.callTool({ name: 'append', arguments: { key } }, { priority, ...more }).then(
        () => (order.push(key), 'answered'),
        (error: PoolError) => error.code,
      )
    return { pool, ledger, release, held, call, order }
  }

  it('high goes before normal, and normal before low', async () => {
    const { release, held, call, order, ledger } = await begin(1)
    const waiting = [call('low', 'low'), call('normal', 'normal'), call('high', 'high')]
    release()
    expect(await Promise.all([...held, ...waiting])).toHaveLength(4)
    expect(order).toEqual(['high', 'normal', 'low'])
    expect([ledger.count('append'), ledger.repeated('append')]).toEqual([4, []])
  })

  it('low is not starved: of 21 turns it has one', async () => {
    const { release, call, order } = await begin(1)
    const waiting = [call('low', 'low'), ...Array.from({ length: 40 }, (_, n) => call(`high-${n}`, 'high'))]
    release()
    await Promise.all(waiting)
    expect(order.indexOf('low')).toBeGreaterThan(0)
    expect(order.indexOf('low')).toBeLessThan(21)
  })

  it('who waits too long is told so, and nothing ran', async () => {
    const { release, held, call, ledger, pool } = await begin(2, { queueTimeout: 30 })
    expect(await Promise.all([call('a', 'high'), call('b', 'low', { queueTimeout: 10 })])).toEqual(['QUEUE_TIMEOUT', 'QUEUE_TIMEOUT'])
    expect(pool.getStatistics().queue).toMatchObject({ waiting: 0, timedOut: 2 })
    release()
    await Promise.all(held)
    expect([ledger.count('append', 'a'), ledger.count('append', 'b')]).toEqual([0, 0])
  })

  it('a full queue sends the lowest away first', async () => {
    const { release, held, call, ledger, pool } = await begin(1, { maxQueueSize: 2 })
    const [low, normal] = [call('low', 'low'), call('normal', 'normal')]
    const high = call('high', 'high')
    expect(await low).toBe('QUEUE_FULL')
    expect(await call('late', 'low')).toBe('QUEUE_FULL')
    expect(pool.getStatistics().queue).toMatchObject({ waiting: 2, shed: 2 })
    release()
    await Promise.all(held)
    expect(await Promise.all([high, normal])).toEqual(['answered', 'answered'])
    expect([ledger.count('append', 'low'), ledger.count('append', 'late')]).toEqual([0, 0])
  })
})

describe.each(['modern', 'legacy'] as const)('limits of concurrency, over replicas of the %s era', (era) => {
  async function begin(options: Partial<PoolOptions>) {
    const servers: WorkServer[] = await Promise.all([1, 2, 3].map(() => running(startWorkServer({ era, slots: 100 }))))
    const pool = await poolOver(
      servers.map(({ url }) => ({ url })),
      { minSize: 3, maxSize: 3, ...options },
    )
    while (pool.getHealthyClients().length < 3) await new Promise((resolve) => pool.once('client:connected', resolve))
    let id = 0
    const work = (name: string, ms: number): Promise<JsonRpcResponse> =>
      pool.request({ jsonrpc: '2.0', id: ++id, method: 'tools/call', params: { name, arguments: { ms } } })
    return { servers, work }
  }

  it('no server sees more at once than one client may have under way, hedges and retries included', async () => {
    const { servers, work } = await begin({ maxConcurrentRequestsPerClient: 4, hedge: { after: 5, maxExtra: 1 } })
    servers[0]!.suffer({ failing: 0.2 })
    await Promise.all(Array.from({ length: 150 }, (_, n) => work('work', n % 20)))
    expect(servers.map((server) => server.tally().most)).toEqual([4, 4, 4])
  })

  it('a tool has a limit of its own, which others do not feel', async () => {
    const { servers, work } = await begin({ maxConcurrentRequestsPerTool: { append: 2 } })
    await Promise.all(Array.from({ length: 30 }, () => work('append', 5)))
    expect(servers.map((server) => server.tally().most)).toEqual([2, 2, 2])
    await Promise.all(Array.from({ length: 60 }, () => work('work', 20)))
    for (const server of servers) expect(server.tally().most).toBeGreaterThan(2)
  })
})

describe('Retry-After', () => {
  const fault = (status: number, retryAfter: string) => ({ kind: 'status', status, retryAfter }) as const
  const calls = (server: HttpServer): number => server.requests.all('tools/call').length

  it.each([429, 503])('on %i: the replica is left alone, and the others take its calls', async (status) => {
    const ledger = new MemoryLedger()
    const servers = await Promise.all([1, 2, 3].map(() => running(startModernServer({ ledger }))))
    const pool = await poolOver(
      servers.map(({ url }) => ({ url })),
      { maxEjectionPercent: 0, unhealthyThreshold: 100 },
    )
    servers[0]!.faults.next(fault(status, '600'), 1, 'tools/call')
    for (let n = 0; n < 40; n++) await pool.callTool({ name: 'append', arguments: { key: `${n}` } })
    expect(calls(servers[0]!)).toBe(1)
    expect(calls(servers[1]!) + calls(servers[2]!)).toBe(40)
    expect([ledger.count('append'), ledger.repeated('append')]).toEqual([40, []])
  })

  it.each([429, 503])('on %i of the only one: the call comes back no sooner', async (status) => {
    const server = await running(startModernServer())
    const pool = await poolOver([{ url: server.url }], { minSize: 1, maxSize: 1, retryDelay: 1 })
    server.faults.next(fault(status, '1'), 1, 'tools/call')
    const times: number[] = []
    const come = async (): Promise<void> => {
      await server.requests.next('tools/call')
      times.push(performance.now())
    }
    const both = come().then(come)
    await Promise.all([pool.callTool({ name: 'append', arguments: { key: 'k' } }), both])
    expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(990)
  })
})
