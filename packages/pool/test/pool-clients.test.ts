import { type HttpServer, MemoryLedger, startLegacyServer, startModernServer } from '@mcp-client-pool/testbed'
import { describe, expect, it } from 'vitest'
import type { JsonRpcNotification } from '../src/index.js'
import { eventually } from './attempts.js'
import { next, poolOver, running, whoAnswers } from './pool-world.js'

describe.each([
  ['modern', startModernServer],
  ['legacy', startLegacyServer],
] as const)('clients of a pool over the %s era', (_era, start) => {
  const servers = (count: number): Promise<HttpServer[]> =>
    Promise.all(Array.from({ length: count }, (_, n) => running<HttpServer>(start({ id: `replica-${n}` }))))

  it('agree on affinity with those of another pool over the same endpoints, in whatever order', async () => {
    const endpoints = (await servers(3)).map(({ url }) => ({ url }))
    const [here, there] = [await poolOver(endpoints), await poolOver(endpoints.toReversed())]
    const of = async (pool: typeof here, affinity: string) => (await pool.getClient({ affinity })).endpoint.id
    const used = new Set<string>()
    for (let n = 0; n < 40; n++) {
      const id = await of(here, `customer-${n}`)
      expect(await of(there, `customer-${n}`)).toBe(id)
      used.add(id)
    }
    expect(used.size).toBe(3)
  })

  it('become more when all their sockets are busy, up to maxSize, and fewer when they idle', async () => {
    const ledger = new MemoryLedger()
    const server = await running(start({ ledger }))
    const pool = await poolOver([{ url: server.url }], { minSize: 1, maxSize: 2, connectionsPerClient: 2, idleTimeout: 50 })
    const abort = new AbortController()
    const slow = Array.from({ length: 6 }, (_, n) =>
      pool.callTool({ name: 'slow', arguments: { key: `${n}`, ms: 60_000 } }, { signal: abort.signal }).catch(() => {}),
    )
    await eventually(() => pool.clients.size === 2)
    const removed = next(pool, 'client:removed')
    abort.abort()
    await Promise.all(slow)
    const { clientId } = await removed
    expect([pool.clients.size, pool.clients.has(clientId)]).toEqual([1, false])
  })

  it('share calls by their weights', async () => {
    const [heavy, light] = (await servers(2)) as [HttpServer, HttpServer]
    const endpoints = [
      { url: heavy.url, weight: 3 },
      { url: light.url, weight: 1 },
    ]
    const pool = await poolOver(endpoints, { loadBalancingAlgorithm: 'round-robin' })
    pool.config.loadBalancingAlgorithm = 'weighted'
    let first = 0
    for (let n = 0; n < 400; n++) if ((await pool.getClient()).endpoint.id === heavy.url) first++
    // 300 are expected; five standard deviations are 43.
    expect(Math.abs(first - 300)).toBeLessThan(45)
  })

  it('that are quick are preferred where requirements.lowLatency says so, under weighted', async () => {
    const pool = await poolOver(
      (await servers(2)).map(({ url }) => ({ url })),
      { loadBalancingAlgorithm: 'weighted' },
    )
    const [quick, slow] = pool.getHealthyClients()
    // Both so busy that nothing is left of their weight but what the requirement adds.
    pool.loadMetrics.set(quick!.id, { activeRequests: 10, averageLatency: 10 })
    pool.loadMetrics.set(slow!.id, { activeRequests: 10, averageLatency: 5_000 })
    const picks = await Promise.all(Array.from({ length: 200 }, () => pool.getClient({ requirements: { lowLatency: true } })))
    expect(picks.filter(({ id }) => id === quick!.id).length).toBeGreaterThan(150)
  })

  it('feed what servers report of themselves into their load', async () => {
    const busy = await running(start({ id: 'busy', headers: { 'endpoint-load-metrics': 'TEXT cpu_utilization=0.9, mem_utilization=0.5' } }))
    const pool = await poolOver([{ url: busy.url }, { url: (await running(start())).url }])
    await whoAnswers(pool, 8)
    const { id } = pool.getHealthyClients().find(({ endpoint }) => endpoint.id === busy.url)!
    expect(pool.loadMetrics.get(id)).toMatchObject({ cpuUsage: 90, memoryUsage: 50 })
    expect(pool.calculateClientLoad(id)).toBeGreaterThan(0)
    expect(pool.calculateClientLoad('nobody')).toBe(Number.POSITIVE_INFINITY)
  })

  it('are made by getClient where nobody is fit, and refused where there is no place', async () => {
    const pool = await poolOver([{ url: (await running(start())).url }], { minSize: 1, maxSize: 3 })
    const getAnother = (): Promise<{ id: string }> => {
      for (const id of pool.clients.keys()) pool.healthStatus.set(id, { status: 'unhealthy' })
      expect(pool.getHealthyClients()).toEqual([])
      return pool.getClient()
    }
    const known = new Set(pool.clients.keys())
    expect(known).not.toContain((await getAnother()).id)
    // Whoever takes the places that are left: there are no three.
    await expect(getAnother().then(getAnother).then(getAnother)).rejects.toMatchObject({ code: 'NO_HEALTHY_CLIENTS', cause: { code: 'POOL_FULL' } })
    expect(pool.clients.size).toBeLessThanOrEqual(3)
  })

  it('answer a raw request in the shape in which it was asked', async () => {
    const pool = await poolOver([{ url: (await running(start())).url }])
    const legacy = await pool.request({ jsonrpc: '2.0', id: 'own', method: 'tools/list' })
    expect(legacy).toMatchObject({ id: 'own', result: { tools: expect.any(Array) } })
    expect(legacy).not.toHaveProperty('result.resultType')
    const called = await pool.request({ jsonrpc: '2.0', id: 'own', method: 'tools/call', params: { name: 'echo', arguments: { text: 'x' } } })
    expect(called).toEqual({ jsonrpc: '2.0', id: 'own', result: { content: [{ type: 'text', text: 'x' }], structuredContent: { text: 'x' } } })
    const _meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} }
    const modern = await pool.request({ jsonrpc: '2.0', id: 'own', method: 'tools/list', params: { _meta } })
    expect(modern).toMatchObject({ id: 'own', result: { resultType: 'complete', tools: expect.any(Array) } })
  })

  it('tell the pool what every server says outside of calls', async () => {
    const replicas = await Promise.all(['a', 'b'].map((id) => running(start({ id }))))
    const pool = await poolOver(replicas.map(({ url }) => ({ url })))
    const heard = new Map<string, JsonRpcNotification>()
    pool.on('notification', ({ clientId, notification }) => void heard.set(pool.clients.get(clientId)!.endpoint.id, notification))
    await eventually(() => {
      for (const { catalogue } of replicas) catalogue.mutate('tool', 'add', 'extra')
      return heard.size === 2
    })
    for (const { url } of replicas) expect(heard.get(url)).toMatchObject({ method: 'notifications/tools/list_changed' })
  })
})

describe('spread sessions of the legacy era', () => {
  it('are one for each client, which calls are spread over', async () => {
    const servers = await Promise.all(['a', 'b'].map((id) => running(startLegacyServer({ id }))))
    const pool = await poolOver(
      servers.map(({ url }) => ({ url })),
      { minSize: 4 },
    )
    const sessions = new Set((await whoAnswers(pool, 40)).map(({ session }) => session))
    expect(sessions.size).toBe(4)
    expect(servers.map(({ sessions: open }) => open.size)).toEqual([2, 2])
    await pool.shutdown()
    expect(servers.map(({ sessions: open }) => open.size)).toEqual([0, 0])
  })
  const levels = (server: HttpServer) => server.requests.all('logging/setLevel').map(({ message }) => message?.params)
  const setLevel = (level: string) => ({ jsonrpc: '2.0', id: 'own', method: 'logging/setLevel', params: { level } }) as const

  it('all have the log level that was set, those that come later too', async () => {
    const servers = await Promise.all(['a', 'b'].map((id) => running(startLegacyServer({ id }))))
    const pool = await poolOver([{ url: servers[0]!.url }], { minSize: 2 })
    expect(await pool.request(setLevel('error'))).toEqual({ jsonrpc: '2.0', id: 'own', result: {} })
    await pool.createClient({ url: servers[1]!.url })
    expect(servers.map(levels)).toEqual([[{ level: 'error' }, { level: 'error' }], [{ level: 'error' }]])
  })

  it('have the log level that was set again when they are opened again', async () => {
    const server = await running(startLegacyServer())
    const pool = await poolOver([{ url: server.url }], { minSize: 1 })
    await pool.request(setLevel('error'))
    const reopened = server.requests.next('logging/setLevel')
    await server.forgetSessions()
    await whoAnswers(pool, 1)
    expect((await reopened).message?.params).toEqual({ level: 'error' })
  })

  it('serve what cannot be spread from one of them, the same every time', async () => {
    const servers = await Promise.all(['a', 'b', 'c'].map((id) => running(startLegacyServer({ id }))))
    const pool = await poolOver(servers.map(({ url }) => ({ url })))
    for (let n = 0; n < 9; n++) await pool.request({ jsonrpc: '2.0', id: n, method: 'vendor/of-a-session' })
    expect(servers.filter(({ requests }) => requests.all('vendor/of-a-session').length > 0)).toHaveLength(1)
  })

  it('take a log level where one refuses, and refuse it where all do', async () => {
    const servers = await Promise.all(['a', 'b'].map((id) => running(startLegacyServer({ id }))))
    const pool = await poolOver(servers.map(({ url }) => ({ url })))
    const refusal = { kind: 'error', code: -32_603, message: 'no' } as const
    servers[0]!.faults.next(refusal, 1, 'logging/setLevel')
    expect(await pool.request(setLevel('error'))).toMatchObject({ id: 'own', result: {} })
    for (const { faults } of servers) faults.next(refusal, 1, 'logging/setLevel')
    expect(await pool.request(setLevel('debug'))).toMatchObject({ id: 'own', error: { code: -32_603 } })
    expect(await pool.request(setLevel('loud'))).toMatchObject({ id: 'own', error: { code: -32_602 } })
    const later = await running(startLegacyServer({ id: 'later' }))
    await pool.createClient({ url: later.url })
    expect(levels(later)).toEqual([{ level: 'error' }])
  })

  it('leave the level of a modern replica to the requests of legacy callers', async () => {
    const servers = await Promise.all(['a', 'b'].map((id) => running(startModernServer({ id, jsonResponse: false }))))
    const pool = await poolOver([{ url: servers[0]!.url }])
    await pool.request(setLevel('warning'))
    const { id } = await pool.createClient({ url: servers[1]!.url })
    const heard: JsonRpcNotification[] = []
    const log = (level: string, _meta?: object) => {
      const params = { name: 'log', arguments: { level, text: level }, ...(_meta && { _meta }) }
      return pool.request({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }, { onNotification: (notification) => void heard.push(notification) })
    }
    for (const each of pool.clients.keys()) if (each !== id) pool.healthStatus.set(each, { status: 'unhealthy' })
    for (const level of ['info', 'error']) await log(level)
    await log('error', { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} })
    expect(heard.map(({ params }) => params?.['level'])).toEqual(['error'])
    expect(servers.flatMap(levels)).toEqual([])
  })
})

it('answers what a server asks outside of any call in one session of the pool, and not in each of them', async () => {
  const servers = await Promise.all(['a', 'b', 'c'].map((id) => running(startLegacyServer({ id }))))
  let asked = 0
  const sampling = () => ({ role: 'assistant', model: 'm', content: { type: 'text', text: `answer ${++asked}` } })
  const pool = await poolOver(
    servers.map(({ url }) => ({ url })),
    { handlers: { sampling } },
  )
  await eventually(() => pool.getHealthyClients().length === 3 && servers.every(({ requests }) => requests.all('GET').length > 0))
  type Session = { readonly server: { createMessage(params: object): Promise<object> } }
  const sessions = servers.flatMap((server) => [...server.sessions.values()] as Session[])
  const ends = await Promise.allSettled(sessions.map(({ server }) => server.createMessage({ messages: [], maxTokens: 5 })))
  expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected'])
  expect(asked).toBe(1)
})
