import { inspect } from 'node:util'
import { Child, type HttpServer, reservePort, startLegacyServer, startModernServer, startOAuthServer, stdioServer } from '@mcp-client-pool/testbed'
import { afterEach, describe, expect, it } from 'vitest'
import { type EndpointOptions, MCPClientPool, PoolError, type PoolEvents, type PoolOptions } from '../src/index.js'

const stops: Array<() => Promise<unknown>> = []
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()))
})

async function servers(count: number, start: typeof startModernServer | typeof startLegacyServer = startModernServer): Promise<HttpServer[]> {
  const started = await Promise.all(Array.from({ length: count }, (_, n) => start({ id: `replica-${n}` })))
  stops.push(...started.map((server) => () => server.close()))
  return started
}

function poolOver(urls: readonly string[], options: Partial<PoolOptions> = {}): MCPClientPool {
  const pool = new MCPClientPool({ endpoints: urls.map((url) => ({ url })), ...options })
  stops.push(() => pool.shutdown({ timeout: 0 }))
  return pool
}

const urlsOf = (started: readonly HttpServer[]): string[] => started.map(({ url }) => url)
const next = <Name extends keyof PoolEvents>(pool: MCPClientPool, name: Name) =>
  new Promise<PoolEvents[Name][0]>((resolve) => pool.once(name, (...args) => resolve(args[0])))
const list = { jsonrpc: '2.0', id: 'mine', method: 'tools/list' } as const
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'resolved',
    (error: PoolError) => error.code,
  )

describe('the life of a pool', () => {
  it('starts once, however often it is asked, and says so', async () => {
    const pool = poolOver(urlsOf(await servers(2)))
    const events: unknown[] = []
    pool.on('starting', () => events.push('starting'))
    pool.on('started', (payload) => events.push(payload))
    const [first, second] = [pool.start(), pool.start()]
    expect(first).toBe(second)
    await first
    expect(events).toEqual(['starting', { successful: 2, failed: 0, total: 2 }])
    expect(pool.metrics).toMatchObject({ totalConnections: 2, activeConnections: 2, failedConnections: 0 })
  })

  it('takes no calls before it is started and after it is shut down', async () => {
    const pool = poolOver(urlsOf(await servers(1)))
    expect(await codeOf(pool.request(list))).toBe('NOT_STARTED')
    expect(await codeOf(pool.callTool({ name: 'echo', arguments: { text: 'x' } }))).toBe('NOT_STARTED')
    expect(await codeOf(pool.getClient())).toBe('NOT_STARTED')
    await pool.start()
    const events: string[] = []
    pool.on('shutting-down', () => events.push('shutting-down'))
    pool.on('shutdown', () => events.push('shutdown'))
    await Promise.all([pool.shutdown(), pool.shutdown()])
    expect(events).toEqual(['shutting-down', 'shutdown'])
    for (const call of [pool.request(list), pool.listTools(), pool.getClient(), pool.createClient(), pool.start()])
      expect(await codeOf(call)).toBe('SHUTTING_DOWN')
    expect(pool.clients.size).toBe(0)
  })

  it('can be shut down before it was started', async () => {
    const pool = poolOver(['http://127.0.0.1:9/mcp'])
    await pool.shutdown()
    expect(await codeOf(pool.start())).toBe('SHUTTING_DOWN')
  })

  it('is shut down by await using', async () => {
    const [server] = await servers(1)
    let seen: MCPClientPool
    {
      await using pool = new MCPClientPool({ endpoints: [{ url: server!.url }] })
      await pool.start()
      seen = pool
    }
    expect(await codeOf(seen.request(list))).toBe('SHUTTING_DOWN')
  })

  it('lets calls under way finish at shutdown', async () => {
    const [server] = await servers(1)
    const pool = poolOver([server!.url])
    await pool.start()
    const seen = server!.requests.next('tools/call')
    const call = pool.callTool({ name: 'slow', arguments: { ms: 100 } })
    await seen
    await pool.shutdown()
    expect((await call).content).toEqual([{ type: 'text', text: 'slept 100 ms' }])
  })

  it('ends those that take too long with SHUTTING_DOWN', async () => {
    const [server] = await servers(1)
    const pool = poolOver([server!.url])
    await pool.start()
    server!.faults.next('silence', 1, 'tools/call')
    const seen = server!.requests.next('tools/call')
    const call = pool.callTool({ name: 'append', arguments: { key: 'k' } }).catch((error: unknown) => error)
    await seen
    await pool.shutdown({ timeout: 0 })
    expect(await call).toMatchObject({ code: 'SHUTTING_DOWN', progress: 'sent', retryable: false })
  })

  it('does not start where nobody can be reached, names every cause, and may be tried again', async () => {
    const ports = [await reservePort(), await reservePort()]
    const pool = poolOver(ports.map((port) => `http://127.0.0.1:${port}/mcp`))
    const error = (await pool.start().catch((reason: unknown) => reason)) as PoolError
    expect(error).toBeInstanceOf(PoolError)
    expect(error.code).toBe('NO_HEALTHY_CLIENTS')
    expect((error.cause as AggregateError).errors.map(({ code }: PoolError) => code)).toEqual(['CONNECT_FAILED', 'CONNECT_FAILED'])

    const late = await startModernServer({ port: ports[0]! })
    stops.push(() => late.close())
    await pool.start()
    expect(pool.getHealthyClients()).toHaveLength(1)
  })

  it('starts with those that can be reached, and gets the others when they come', async () => {
    const [server] = await servers(1)
    const port = await reservePort()
    const pool = poolOver([server!.url, `http://127.0.0.1:${port}/mcp`], { retryDelay: 20, maxRetryDelay: 50 })
    const failed = next(pool, 'client:creation-failed')
    await pool.start()
    expect((await failed).error).toMatchObject({ code: 'CONNECT_FAILED' })
    const connected = next(pool, 'client:connected')
    const late = await startModernServer({ port })
    stops.push(() => late.close())
    expect((await connected).endpoint).toBe(late.url)
  })
})

describe.each([
  ['modern', startModernServer],
  ['legacy', startLegacyServer],
] as const)('clients, %s era', (era, start) => {
  it('are spread over the endpoints, can be asked for, and answer', async () => {
    const started = await servers(2, start)
    const pool = poolOver(urlsOf(started))
    await pool.start()
    const client = await pool.getClient()
    expect(urlsOf(started)).toContain(client.endpoint.url)
    expect(await client.send({ ...list, id: 7 })).toMatchObject({
      id: 7,
      result: { tools: expect.arrayContaining([expect.objectContaining({ name: 'echo' })]) },
    })
    expect(await client.healthCheck()).toMatchObject({ latency: expect.any(Number) })
    expect(pool.getStatistics()).toMatchObject({
      pool: { size: 2, minSize: 2, maxSize: 10, healthy: 2, unhealthy: 0 },
      metrics: { totalConnections: 2, activeConnections: 2, totalRequests: 1, failedRequests: 0 },
      clients: [
        { endpoint: started[0]!.url, health: 'healthy', era },
        { endpoint: started[1]!.url, health: 'healthy', era },
      ],
    })
  })

  it('are added up to maxSize, removed, and replaced to keep minSize', async () => {
    const pool = poolOver(urlsOf(await servers(1, start)), { minSize: 2, maxSize: 3 })
    await pool.start()
    const third = await pool.createClient()
    expect(pool.clients.size).toBe(3)
    expect(await codeOf(pool.createClient())).toBe('POOL_FULL')
    await pool.removeClient(third.id)
    expect(pool.clients.size).toBe(2)
    const replaced = next(pool, 'client:connected')
    const [id] = [...pool.clients.keys()]
    const removed = next(pool, 'client:removed')
    await pool.removeClient(id!)
    expect(await removed).toMatchObject({ clientId: id })
    await replaced
    expect(pool.clients.size).toBe(2)
  })

  it('of a drained endpoint take no calls, until one is created there', async () => {
    const [a, b] = (await servers(2, start)) as [HttpServer, HttpServer]
    const pool = poolOver([a.url, b.url])
    await pool.start()
    await pool.drain(a.url)
    a.requests.clear()
    for (let n = 0; n < 10; n++) await pool.request({ ...list, id: n })
    expect(a.requests.all('tools/list')).toEqual([])
    await pool.createClient({ url: a.url })
    expect(pool.getHealthyClients().map(({ endpoint }) => endpoint.url)).toContain(a.url)
  })

  it('keep an affinity key, and give it to another when they are gone', async () => {
    const pool = poolOver(urlsOf(await servers(3, start)))
    await pool.start()
    const bound = await pool.getClient({ affinity: 'project-123' })
    for (let n = 0; n < 5; n++) expect((await pool.getClient({ affinity: 'project-123' })).id).toBe(bound.id)
    expect(pool.getAffinityClient('project-123')).toBe(bound)
    expect(pool.affinityMap.get('project-123')).toBe(bound.id)
    pool.healthStatus.set(bound.id, { status: 'unhealthy' })
    const other = await pool.getClient({ affinity: 'project-123' })
    expect(other.id).not.toBe(bound.id)
    expect(pool.affinityMap.get('project-123')).toBe(other.id)
    expect(pool.getAffinityClient('nobody')).toBeNull()
  })

  it('whose server dies and comes back are used again, with every event on the way', async () => {
    const child = await Child.start({ kind: era })
    stops.push(() => child.stop())
    const [other] = await servers(1, start)
    const pool = poolOver([child.url, other!.url], { retryDelay: 20, maxRetryDelay: 100, healthCheckInterval: 100 })
    await pool.start()
    const client = pool.getHealthyClients().find(({ endpoint }) => endpoint.url === child.url)!
    const seen: string[] = []
    for (const name of ['client:disconnected', 'client:recovering', 'client:recovery-failed', 'client:recovered', 'client:healthy'] as const)
      pool.on(name, ({ clientId }) => void (clientId === client.id && seen.at(-1) !== name && seen.push(name)))
    const disconnected = next(pool, 'client:disconnected')
    const failed = next(pool, 'client:recovery-failed')
    await child.kill()
    // Whoever notices first: a call or a probe. Nobody sees it.
    const calls = Array.from({ length: 20 }, (_, n) => pool.request({ ...list, id: n }))
    expect(await disconnected).toEqual({ clientId: client.id, endpoint: client.endpointLabel })
    await failed
    expect(pool.isHealthy(client.id)).toBe(false)
    expect((await Promise.all(calls)).every((response) => 'result' in response)).toBe(true)
    const healthy = next(pool, 'client:healthy')
    await child.restart()
    expect(await healthy).toEqual({ clientId: client.id, endpoint: client.endpointLabel })
    expect(seen[0]).toBe('client:disconnected')
    expect(seen.slice(-2)).toEqual(['client:recovered', 'client:healthy'])
    expect(pool.isHealthy(client.id)).toBe(true)
    expect(await client.send(list)).toHaveProperty('result')
  })
})

it('shows no secret in errors, events, statistics or what is printed of it', async () => {
  const oauth = await startOAuthServer({ clients: [{ clientId: 'id', clientSecret: 'right' }] })
  stops.push(() => oauth.close())
  const SECRET = 'hunter2-not-right'
  const shown: unknown[] = []
  const pool = new MCPClientPool({
    endpoints: [{ url: 'http://127.0.0.1:9/mcp?key=hunter2-query', auth: oauth.url, headers: { 'x-key': 'hunter2-header' } }],
    clientId: 'id',
    clientSecret: SECRET,
  })
  stops.push(() => pool.shutdown({ timeout: 0 }))
  pool.on('client:error', (payload) => shown.push(payload))
  pool.on('client:creation-failed', (payload) => shown.push(payload))
  const error = await pool.start().catch((reason: unknown) => reason)
  expect(error).toMatchObject({ code: 'NO_HEALTHY_CLIENTS' })
  shown.push(error, pool.getStatistics(), pool.config, pool)
  for (const each of shown) {
    expect(inspect(each, { depth: 12, showHidden: false })).not.toContain('hunter2')
    expect(String(JSON.stringify(each === pool ? pool.config : each))).not.toContain('hunter2')
  }
})

it.each<[string, () => Promise<EndpointOptions>]>([
  ['modern', async () => over((await servers(1))[0]!)],
  ['legacy', async () => over((await servers(1, startLegacyServer))[0]!)],
  ['stdio', async () => ({ id: 'child', ...stdioServer(), env: { API_KEY: 'hunter2-env' } })],
])('shows no secret of what it is connected to, at any depth: %s', async (_, endpoint) => {
  const pool = new MCPClientPool({ endpoints: [await endpoint()], minSize: 1 })
  stops.push(() => pool.shutdown({ timeout: 0 }))
  await pool.start()
  await pool.callTool({ name: 'echo', arguments: { text: 'x' } })
  const slow = pool
    .request({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'slow', arguments: { ms: 60_000 } } }, { headers: { 'x-key': 'hunter2-call' } })
    .catch((error: unknown) => error)
  const [client] = pool.getHealthyClients()
  const shown = [pool, client, pool.clients, pool.transport(), pool.config, pool.getStatistics()]
  for (const each of shown) expect(inspect(each, { depth: Number.POSITIVE_INFINITY })).not.toContain('hunter2')
  await pool.shutdown({ timeout: 0 })
  expect(inspect(await slow, { depth: Number.POSITIVE_INFINITY })).not.toContain('hunter2')
})

const over = ({ url }: HttpServer): EndpointOptions => ({
  url: `${url}?api_key=hunter2-query`,
  headers: { 'x-key': 'hunter2-header' },
  authProvider: { token: async () => 'hunter2-token' },
})
