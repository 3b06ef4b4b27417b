import { type ModernServer, startModernServer } from '@mcp-client-pool/testbed'
import { describe, expect, it, onTestFinished } from 'vitest'
import { CircuitBreakerPool, PriorityClientPool } from '../src/index.js'
import { next, poolOver, running, whoAnswers } from './pool-world.js'

/** What is said of clients, and who gets one, while not all is well. */

describe('in a panic', () => {
  it('a client that is ejected is given calls, and neither isHealthy nor getHealthyClients say that it is well', async () => {
    const servers = await Promise.all(['bad', 'good'].map((id) => running(startModernServer({ id }))))
    const pool = await poolOver(
      servers.map(({ url }) => ({ url })),
      { loadBalancingAlgorithm: 'round-robin', panicThreshold: 1, baseEjectionTime: 3_600_000, maxEjectionTime: 3_600_000 },
    )
    servers[0]!.faults.next('500', Number.POSITIVE_INFINITY, 'tools/call')
    const ejected = next(pool, 'client:ejected')
    let over = false
    void ejected.finally(() => (over = true))
    // Until it is proved, some of them fail.
    while (!over) await Promise.allSettled(Array.from({ length: 4 }, () => pool.callTool({ name: 'whoami', arguments: {} })))
    const { clientId } = await ejected
    servers[0]!.faults.clear()
    const answers = await whoAnswers(pool, 8)
    expect(answers.map(({ server }) => server)).toContain('bad')
    expect([pool.isHealthy(clientId), pool.healthStatus.get(clientId)?.status]).toEqual([false, 'ejected'])
    expect(pool.getHealthyClients().map(({ endpoint }) => endpoint.id)).toEqual([servers[1]!.url])
    expect(pool.getStatistics().pool).toMatchObject({ size: 2, healthy: 1, unhealthy: 1 })
  })
})

describe('getClient', () => {
  /** A pool with a queue, and its only client taken by a call that ends when it is released. */
  async function begin(): Promise<{ server: ModernServer; pool: PriorityClientPool; release: () => void }> {
    const server = await running(startModernServer())
    const pool = new PriorityClientPool({ endpoints: [{ url: server.url }], minSize: 1, maxSize: 1, maxConcurrentRequestsPerClient: 1 })
    onTestFinished(() => pool.shutdown({ timeout: 0 }))
    await pool.start()
    let release = (): void => {}
    server.faults.next({ kind: 'hold', until: new Promise<void>((resolve) => (release = resolve)) }, 1, 'tools/call')
    const arrived = server.requests.next('tools/call')
    whoAnswers(pool, 1).catch(() => {})
    await arrived
    return { server, pool, release }
  }

  it('waits where there is a queue, and high goes first', async () => {
    const { pool, release } = await begin()
    const order: string[] = []
    const all = (['low', 'high'] as const).map(async (priority) => {
      const { id } = await pool.getClient({ priority, queueTimeout: 60_000 })
      order.push(priority)
      return id
    })
    while (pool.getStatistics().queue?.waiting !== 2) await new Promise((resolve) => setImmediate(resolve))
    release()
    expect(await Promise.all(all)).toEqual(Array(2).fill([...pool.clients.keys()][0]))
    expect(order).toEqual(['high', 'low'])
  })

  it('says after queueTimeout that there was none, and why there is not another', async () => {
    const { pool } = await begin()
    const failure = pool.getClient({ queueTimeout: 20 })
    await expect(failure).rejects.toMatchObject({ code: 'QUEUE_TIMEOUT', cause: { code: 'POOL_FULL' } })
    expect(pool.getStatistics().queue).toMatchObject({ waiting: 0, timedOut: 1 })
  })

  it('gives nobody whose breaker is open', async () => {
    const server = await running(startModernServer())
    const pool = new CircuitBreakerPool({ endpoints: [{ url: server.url }], minSize: 1, maxSize: 1 })
    onTestFinished(() => pool.shutdown({ timeout: 0 }))
    await pool.start()
    const [id] = pool.clients.keys()
    pool.circuitBreakers.set(id!, { state: 'open' })
    await expect(pool.getClient()).rejects.toMatchObject({ code: 'CIRCUIT_OPEN', progress: 'not-sent' })
    // Asked for by name it is refused as well, before anything is sent.
    await expect(pool.clients.get(id!)!.send({ jsonrpc: '2.0', id: 1, method: 'tools/list' })).rejects.toMatchObject({ code: 'CIRCUIT_OPEN' })
    pool.circuitBreakers.set(id!, { state: 'closed' })
    expect((await pool.getClient()).id).toBe(id)
  })
})
