import { type HttpServer, MemoryLedger, type OAuthServer, startLegacyServer, startModernServer, startOAuthServer } from '@mcp-client-pool/testbed'
import { describe, expect, it } from 'vitest'
import type { MCPClientPool, PoolOptions } from '../src/index.js'
import { poolOver, running } from './pool-world.js'

const CREDENTIALS = { clientId: 'testbed', clientSecret: 'secret' }

describe.each([
  ['modern', startModernServer],
  ['legacy', startLegacyServer],
] as const)('tokens of a pool over servers of the %s era', (_era, start) => {
  interface World {
    readonly oauth: OAuthServer
    readonly servers: HttpServer[]
    readonly ledger: MemoryLedger
    readonly pool: MCPClientPool
  }

  async function begin(options: Partial<PoolOptions> = {}, resource?: string): Promise<World> {
    const oauth = await running(startOAuthServer(resource === undefined ? {} : { resources: [resource] }))
    const ledger = new MemoryLedger()
    const auth = { verify: (token: string) => oauth.verify(token, resource) }
    const servers = await Promise.all(['a', 'b'].map((id) => running(start({ id, ledger, auth }))))
    const own = resource === undefined ? oauth.url : { url: oauth.url, resource }
    const pool = await poolOver(
      servers.map(({ url }) => ({ url, auth: own })),
      { ...CREDENTIALS, minSize: 6, ...options },
    )
    return { oauth, servers, ledger, pool }
  }

  it('are one for all its clients, asked for once, and revoked when it shuts down', async () => {
    const { oauth, servers, pool } = await begin()
    expect(pool.getHealthyClients()).toHaveLength(6)
    await Promise.all(Array.from({ length: 12 }, (_, n) => pool.callTool({ name: 'append', arguments: { key: `${n}` } })))
    const sent = servers.flatMap(({ requests }) => requests.all('tools/call')).map(({ headers }) => headers.authorization)
    expect([sent.length, new Set(sent).size, oauth.tokenRequests(), oauth.revocations()]).toEqual([12, 1, 1, 0])
    await pool.shutdown()
    expect(oauth.revocations()).toBe(1)
    expect(await oauth.verify(sent[0]!.replace('Bearer ', ''))).toBe(false)
  })

  it('are shared by replicas that declare one resource', async () => {
    const { oauth, pool } = await begin({}, 'https://tools.example.com/mcp')
    expect(await pool.callTool({ name: 'append', arguments: { key: 'k' } })).toMatchObject({ content: [{ text: 'appended k' }] })
    expect(oauth.tokenRequests()).toBe(1)
  })

  it('are renewed once by a 401, and the call, be it unsafe, is repeated where it was refused', async () => {
    const { oauth, servers, ledger, pool } = await begin()
    oauth.expireAll()
    for (const { requests } of servers) requests.clear()
    await Promise.all(Array.from({ length: 20 }, (_, n) => pool.callTool({ name: 'append', arguments: { key: `${n}` } })))
    expect([ledger.count('append'), ledger.repeated('append'), oauth.tokenRequests()]).toEqual([20, [], 2])
    for (const { requests } of servers) {
      const keys = requests.all('tools/call').map(({ message }) => (message?.params as { arguments: { key: string } }).arguments.key)
      const [first, again] = [new Set(keys).size, keys.length - new Set(keys).size]
      expect(again).toBe(first)
    }
  })

  it('that are refused again are AUTH_FAILED, and nobody else is tried', async () => {
    const { oauth, servers, ledger, pool } = await begin()
    for (const { requests, faults } of servers) {
      requests.clear()
      faults.next('401', Number.POSITIVE_INFINITY, 'tools/call')
    }
    const error = await pool.callTool({ name: 'echo', arguments: { text: 'x', key: 'k' } }).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'AUTH_FAILED', progress: 'refused' })
    expect(new Set(servers.map(({ requests }) => requests.all('tools/call').length))).toEqual(new Set([0, 2]))
    expect([ledger.count('echo'), oauth.tokenRequests()]).toEqual([0, 2])
  })

  it('may come from an AuthProvider of the SDK, which is told of a 401 once', async () => {
    let good = 'first'
    let given = 'first'
    let told = 0
    const servers = await Promise.all(['a', 'b'].map((id) => running(start({ id, auth: { verify: (token) => token === good } }))))
    const authProvider = {
      token: () => Promise.resolve(given),
      onUnauthorized: () => {
        told++
        given = good
        return Promise.resolve()
      },
    }
    const pool = await poolOver(servers.map(({ url }) => ({ url, authProvider })))
    await pool.callTool({ name: 'append', arguments: { key: 'before' } })
    expect(told).toBe(0)
    good = 'second'
    await Promise.all(Array.from({ length: 8 }, (_, n) => pool.callTool({ name: 'append', arguments: { key: `${n}` } })))
    expect(told).toBe(1)
  })
})
