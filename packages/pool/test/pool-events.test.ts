import { startLegacyServer, startModernServer, startOAuthServer } from '@mcp-client-pool/testbed'
import { Client } from '@modelcontextprotocol/client'
import { describe, expect, it } from 'vitest'
import type { MCPClientPool, PoolEvent, PoolOptions } from '../src/index.js'
import { next, poolOver, running } from './pool-world.js'

/** Everything that a pool tells of, from its start on. */
function heardOf(pool: MCPClientPool): PoolEvent[] {
  const heard: PoolEvent[] = []
  pool.onAny((event) => heard.push(event))
  return heard
}

const failing = (pool: MCPClientPool): Promise<unknown> => pool.callTool({ name: 'append', arguments: { key: 'k' } }).catch(() => {})

describe('a cause comes before its effects', () => {
  const withBreaker: Partial<PoolOptions> = { minSize: 1, maxSize: 1, breakerThreshold: 2, unhealthyThreshold: 10, retryAttempts: 0 }

  it('the failed call before the breaker that it opens, which is open by then', async () => {
    const server = await running(startModernServer())
    const pool = await poolOver([{ url: server.url }], withBreaker)
    const heard = heardOf(pool)
    const states: Array<string | undefined> = []
    pool.on('client:error', ({ clientId }) => states.push(pool.circuitBreakers.get(clientId)?.state))
    server.faults.next('500', 2, 'tools/call')
    for (let n = 0; n < 2; n++) await failing(pool)
    expect(heard.map(({ name }) => name)).toEqual(['client:error', 'client:error', 'circuit:opened'])
    expect(states).toEqual(['closed', 'open'])
  })

  it('an error that is reported before the breaker that it opens', async () => {
    const server = await running(startModernServer())
    const pool = await poolOver([{ url: server.url }], withBreaker)
    const heard = heardOf(pool)
    const [id] = pool.clients.keys()
    for (let n = 0; n < 2; n++) pool.handleClientError(id!, new Error('reported'))
    expect(heard.map(({ name }) => name)).toEqual(['client:error', 'client:error', 'circuit:opened'])
  })

  it('the failed call before the ejection of its client', async () => {
    const servers = await Promise.all(Array.from({ length: 3 }, () => running(startModernServer())))
    // In turns: any better policy would leave the one that fails to itself.
    const endpoints = servers.map(({ url }) => ({ url }))
    const pool = await poolOver(endpoints, { retryAttempts: 0, loadBalancingAlgorithm: 'round-robin' })
    const heard = heardOf(pool)
    servers[2]!.faults.next('500', Number.POSITIVE_INFINITY, 'tools/call')
    while (heard.at(-1)?.name !== 'client:ejected') await failing(pool)
    expect(heard.slice(-2).map(({ name }) => name)).toEqual(['client:error', 'client:ejected'])
    expect(heard.at(-1)).toMatchObject({ endpoint: servers[2]!.url, reason: 'failing' })
  })
})

describe('a session of the legacy era', () => {
  it('of the pool is told of when its server forgot it, and when it is open again', async () => {
    const server = await running(startLegacyServer())
    const pool = await poolOver([{ url: server.url }], { minSize: 1, maxSize: 1 })
    const heard = heardOf(pool)
    const restored = next(pool, 'session:restored')
    await server.forgetSessions()
    await pool.callTool({ name: 'append', arguments: { key: 'k' } })
    await restored
    const [clientId] = pool.clients.keys()
    const session = { clientId, endpoint: server.url, owner: 'pool' }
    expect(heard.filter(({ name }) => name !== 'notification')).toEqual([
      { name: 'session:lost', ...session },
      { name: 'session:restored', ...session },
    ])
  })

  it('of a caller is told of too, and not when the caller ends it or the pool shuts down', async () => {
    const server = await running(startLegacyServer())
    const pool = await poolOver([{ url: server.url }], { minSize: 1, maxSize: 1 })
    const heard = heardOf(pool)
    const own = (): string[] => heard.flatMap((event) => ('owner' in event && event.owner === 'caller' ? [event.name] : []))
    const [first, second] = [new Client({ name: 'a', version: '1' }), new Client({ name: 'b', version: '1' })]
    const call = (client: Client) => client.callTool({ name: 'append', arguments: { key: 'k' } })
    for (const client of [first, second]) await client.connect(pool.transport())
    await Promise.all([call(first), call(second)])
    await server.forgetSessions()
    await call(first)
    expect(own()).toEqual(['session:lost', 'session:restored'])
    await first.close()
    await pool.shutdown({ timeout: 0 })
    expect(own()).toHaveLength(2)
  })
})

describe('tokens', () => {
  it('are told of by their authorization server, and why there is none', async () => {
    const oauth = await running(startOAuthServer())
    const server = await running(startModernServer({ auth: { verify: (token) => oauth.verify(token) } }))
    const pool = await poolOver([{ url: server.url, auth: oauth.url }], { clientId: 'testbed', clientSecret: 'secret', minSize: 1, maxSize: 1 })
    const heard = heardOf(pool)
    oauth.expireAll()
    await pool.callTool({ name: 'append', arguments: { key: 'k' } })
    oauth.expireAll()
    await oauth.close()
    await failing(pool)
    const tokens = heard.filter(({ name }) => name.startsWith('token:'))
    const owner = { authorizationServer: oauth.url, endpoint: undefined }
    expect(tokens).toEqual([
      { name: 'token:renewed', ...owner, expiresIn: expect.any(Number) },
      { name: 'token:failed', ...owner, error: expect.stringContaining('ECONNREFUSED'), usable: true },
    ])
  })
})

describe('what changes by hand', () => {
  it('the algorithm, when it becomes another one', async () => {
    const server = await running(startModernServer())
    const pool = await poolOver([{ url: server.url }])
    const heard = heardOf(pool)
    pool.config.loadBalancingAlgorithm = 'random'
    pool.config.loadBalancingAlgorithm = 'random'
    expect(heard).toEqual([{ name: 'balancing:changed', algorithm: 'random', previous: 'least-load' }])
  })

  it('the tools of a server, by name', async () => {
    const server = await running(startModernServer())
    const pool = await poolOver([{ url: server.url }], { minSize: 2 })
    await pool.listTools()
    const changed = next(pool, 'endpoint:tools-changed')
    server.catalogue.mutate('tool', 'remove', 'echo')
    await pool.listTools()
    expect(await changed).toMatchObject({ endpoint: server.url, added: [], removed: ['echo'], altered: [] })
  })
})
