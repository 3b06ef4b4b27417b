import { describe, expect, it } from 'vitest'
import { VirtualTime } from '../testing/index.js'
import { TokenCache } from './token-cache.js'
import type { ClientCredentials } from './types.js'

const credentials: ClientCredentials = { server: 'https://auth.example.com', clientId: 'client', clientSecret: 's3cr3t' }

/** A cache over an authorization server that gives `token-1`, `token-2`, …, and remembers what was revoked. */
function setUp(refuseRevocation = false) {
  const time = new VirtualTime()
  const asked: URLSearchParams[] = []
  const revoked: string[] = []
  const cache = new TokenCache({
    timers: time,
    random: () => 0,
    timeout: 1_000,
    fetch: async (url, init) => {
      const body = new URLSearchParams(String(init?.body ?? ''))
      const { pathname } = new URL(url)
      if (pathname === '/oauth/token') return Response.json({ access_token: `token-${asked.push(body)}`, token_type: 'bearer', expires_in: 3_600 })
      if (pathname === '/oauth/revoke') revoked.push(body.get('token')!)
      return new Response(null, { status: pathname === '/oauth/revoke' && !refuseRevocation ? 200 : refuseRevocation ? 503 : 404 })
    },
  })
  const lease = (auth: Partial<ClientCredentials> = {}, url = 'https://h/mcp') =>
    cache.lease({ url, auth: { ...credentials, ...auth }, authProvider: undefined })!
  return { cache, time, asked, revoked, lease }
}

describe('TokenCache', () => {
  it('has one token for all connections that ask for the same', async () => {
    const { lease, asked } = setUp()
    const leases = [lease({}, 'https://h1/mcp'), lease({}, 'https://h2/mcp'), lease({}, 'https://h2/mcp')]
    expect(await Promise.all(leases.map((source) => source.token()))).toEqual(['token-1', 'token-1', 'token-1'])
    expect(asked).toHaveLength(1)
  })

  it.each<Partial<ClientCredentials>>([
    { server: 'https://other.example.com' },
    { clientId: 'other' },
    { clientSecret: 'other' },
    { resource: 'https://h/mcp' },
    { scope: 'other' },
  ])('has another one for %o', async (other) => {
    const { lease } = setUp()
    expect(await lease().token()).not.toBe(await lease(other).token())
  })

  it('has none for an endpoint that needs none', () => {
    expect(setUp().cache.lease({ url: 'https://h/', auth: undefined, authProvider: undefined })).toBeUndefined()
  })

  it('revokes a token a while after its last user is gone', async () => {
    const { lease, time, revoked } = setUp()
    const [first, second] = [lease(), lease()]
    await Promise.all([first.token(), second.token()])
    await first.revoke()
    await first.revoke()
    await time.run(120_000)
    expect(revoked).toEqual([])
    await second.revoke()
    await time.run(59_999)
    expect(revoked).toEqual([])
    await time.run(1)
    expect(revoked).toEqual(['token-1'])
    expect(await lease().token()).toBe('token-2')
  })

  it('keeps the token of a connection that comes back', async () => {
    const { lease, time, revoked } = setUp()
    const first = lease()
    await first.token()
    await first.revoke()
    await time.run(30_000)
    const second = lease()
    expect(second.current()).toBe('token-1')
    await time.run(120_000)
    expect([second.current(), revoked]).toEqual(['token-1', []])
  })

  it('gives nothing to a connection that has given its token up', async () => {
    const { lease } = setUp()
    const [first, second] = [lease(), lease()]
    await second.token()
    await first.revoke()
    expect(first.current()).toBeUndefined()
    await expect(first.token()).rejects.toMatchObject({ code: 'AUTH_FAILED' })
    await expect(first.renew('token-1')).rejects.toMatchObject({ code: 'AUTH_FAILED' })
    expect(second.current()).toBe('token-1')
  })

  it('revokes all of them at the end, those in use and those that linger', async () => {
    const { cache, lease, time, revoked } = setUp()
    const [used, unused] = [lease(), lease({ scope: 'other' })]
    await used.token()
    await unused.token()
    await unused.revoke()
    await Promise.all([cache.revokeAll(), cache.revokeAll()])
    expect(revoked.toSorted()).toEqual(['token-1', 'token-2'])
    expect(used.current()).toBeUndefined()
    expect(() => lease()).toThrow(expect.objectContaining({ code: 'SHUTTING_DOWN' }))
    expect(time.pending).toBe(0)
  })

  it('says which tokens could not be revoked, after it has tried all', async () => {
    const { cache, lease, revoked } = setUp(true)
    await lease().token()
    await lease({ scope: 'other' }).token()
    await expect(cache.revokeAll()).rejects.toMatchObject({ code: 'AUTH_FAILED', message: '2 tokens could not be revoked' })
    expect(revoked).toHaveLength(2)
  })
})
