import { createServer, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, connect } from 'node:net'
import { inspect } from 'node:util'
import { type OAuthServer, type OAuthServerOptions, reservePort, startOAuthServer } from '@mcp-client-pool/testbed'
import { Agent, type Dispatcher, Pool } from 'undici'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type ClientCredentials, endpointFetch, TokenCache, type TokenSource } from '../src/auth/index.js'
import { VirtualTime } from '../src/testing/index.js'
import { CERTIFICATE, KEY } from './tls-pair.js'

const HOUR = 3_600_000
const resource = 'http://127.0.0.1:1/mcp'

/** Tokens of a real authorization server, on a time of our own: nothing here waits for a token to grow old. */
async function begin(options: OAuthServerOptions = {}): Promise<{
  server: OAuthServer
  time: VirtualTime
  cache: TokenCache
  lease: (credentials?: Partial<ClientCredentials>) => TokenSource
}> {
  const server = await startOAuthServer({ lifetime: 3_600, ...options })
  const time = new VirtualTime()
  const cache = new TokenCache({ timers: time, random: () => 0.5 })
  onTestFinished(async () => {
    await cache.revokeAll().catch(() => {})
    await server.close()
  })
  const auth = { server: server.url, clientId: 'testbed', clientSecret: 'secret' }
  return { server, time, cache, lease: (credentials = {}) => cache.lease({ url: resource, auth: { ...auth, ...credentials }, authProvider: undefined })! }
}

describe('tokens of a real authorization server', () => {
  it('are asked for once by a hundred connections', async () => {
    const { server, lease } = await begin()
    const tokens = await Promise.all(Array.from({ length: 100 }, () => lease().token()))
    expect(new Set(tokens).size).toBe(1)
    expect([server.tokenRequests(), await server.verify(tokens[0]!)]).toEqual([1, true])
  })

  it('are renewed before they expire, while the old one serves', async () => {
    const { server, time, lease } = await begin()
    const source = lease()
    const first = await source.token()
    time.advance(0.9 * HOUR)
    expect(source.current()).toBe(first)
    await expect.poll(() => source.current()).not.toBe(first)
    expect(await server.verify(source.current()!)).toBe(true)
    expect(server.tokenRequests()).toBe(2)
  })

  it('are replaced once when a server refuses them', async () => {
    const { server, lease } = await begin()
    const sources = Array.from({ length: 20 }, () => lease())
    const first = await sources[0]!.token()
    server.expireAll()
    const renewed = await Promise.all(sources.map((source) => source.renew(first)))
    expect(new Set(renewed).size).toBe(1)
    expect([server.tokenRequests(), await server.verify(renewed[0]!)]).toEqual([2, true])
  })

  it('are asked for with the scope that a server wants besides', async () => {
    const { server, lease } = await begin()
    const source = lease()
    const narrow = await source.token()
    const wide = await source.renew(narrow, 'Bearer error="insufficient_scope", scope="mcp"')
    expect([wide === narrow, await server.verify(wide!)]).toEqual([false, true])
    expect(server.tokenRequests()).toBe(2)
    await expect(source.renew(wide, 'Bearer error="insufficient_scope", scope="mcp"')).rejects.toMatchObject({ code: 'AUTH_FAILED', status: 403 })
    expect(server.tokenRequests()).toBe(2)
  })

  it('are bound to the resource that was declared', async () => {
    const { server, lease } = await begin({ resources: [resource] })
    expect(await server.verify((await lease({ resource }).token())!, resource)).toBe(true)
    expect(await server.verify((await lease().token())!, resource)).toBe(false)
    await expect(lease({ resource: 'http://127.0.0.1:2/mcp' }).token()).rejects.toMatchObject({
      code: 'AUTH_FAILED',
      message: expect.stringContaining('invalid_target'),
    })
  })

  it('are revoked at the end', async () => {
    const { server, cache, lease } = await begin()
    const token = (await lease().token())!
    await cache.revokeAll()
    expect([server.revocations(), await server.verify(token)]).toEqual([1, false])
  })

  it('survive an authorization server that fails for a while', async () => {
    const { server, time, lease } = await begin()
    const source = lease()
    const first = await source.token()
    server.faults.next('503', 1, '/oauth/token')
    time.advance(0.9 * HOUR)
    source.current()
    await expect.poll(() => server.tokenRequests()).toBe(2)
    expect(source.current()).toBe(first)
    time.advance(60_000)
    await expect.poll(() => source.current()).not.toBe(first)
    expect(server.tokenRequests()).toBe(3)
  })
})

/** Notes where requests go, and lets them. */
class Noting extends Agent {
  readonly seen: string[] = []
  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    this.seen.push(`${String(options.origin)}${options.path}`)
    return super.dispatch(options, handler)
  }
}

describe('tokens are asked for by the way of their endpoint', () => {
  const NOTHING = { dispatcher: undefined, proxy: undefined, tls: undefined }

  async function listening(server: Server | ReturnType<typeof createTlsServer>): Promise<number> {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(
      () =>
        new Promise<void>((resolve) => {
          server.close(() => resolve())
          server.closeAllConnections()
        }),
    )
    return (server.address() as AddressInfo).port
  }

  function tokenOver(server: string, fetch: ReturnType<typeof endpointFetch>): Promise<string | undefined> {
    const cache = new TokenCache({ timers: new VirtualTime(), random: () => 0.5 })
    return cache.lease({ url: resource, auth: { server, clientId: 'testbed', clientSecret: 'secret' }, authProvider: undefined, fetch })!.token()
  }

  it('which is everybody’s where there is nothing special', () => {
    expect(endpointFetch(NOTHING)).toBeUndefined()
  })

  it('its dispatcher', async () => {
    const { server } = await begin()
    const dispatcher = new Noting()
    onTestFinished(() => dispatcher.close())
    expect(await server.verify((await tokenOver(server.url, endpointFetch({ ...NOTHING, dispatcher })))!)).toBe(true)
    expect(dispatcher.seen).toEqual([`${new URL(server.url).origin}/oauth/token`])
  })

  it('but not one that sends everything to the endpoint, secrets included', async () => {
    const { server } = await begin()
    const bodies: string[] = []
    const endpoint = createServer((req, res) => {
      bodies.push(`${req.method} ${req.url}`)
      res.end('{}')
    })
    const dispatcher = new Pool(`http://127.0.0.1:${await listening(endpoint)}`)
    onTestFinished(() => dispatcher.close())
    expect(await server.verify((await tokenOver(server.url, endpointFetch({ ...NOTHING, dispatcher }) ?? fetch))!)).toBe(true)
    expect(bodies).toEqual([])
  })

  it('its proxy', async () => {
    const { server } = await begin()
    const tunnels: unknown[] = []
    const proxy = createServer()
    proxy.on('connect', (req, socket) => {
      tunnels.push(req.url)
      const { hostname, port } = new URL(`http://${req.url}`)
      const target = connect(Number(port), hostname, () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n')
        target.pipe(socket).pipe(target)
      })
      target.on('error', () => socket.destroy())
      socket.on('error', () => target.destroy())
      onTestFinished(() => void socket.destroy())
    })
    const fetch = endpointFetch({ ...NOTHING, proxy: `http://127.0.0.1:${await listening(proxy)}` })
    expect(await server.verify((await tokenOver(server.url, fetch))!)).toBe(true)
    expect(tunnels).toEqual([new URL(server.url).host])
  })

  it('its certificates, and not the name of its host', async () => {
    const answer = JSON.stringify({ access_token: 'over-tls', token_type: 'Bearer' })
    const server = createTlsServer({ cert: CERTIFICATE, key: KEY }, (_req, res) => res.setHeader('content-type', 'application/json').end(answer))
    const url = `https://127.0.0.1:${await listening(server)}`
    const tls = { ca: CERTIFICATE, servername: 'mcp.example.com' }
    expect(await tokenOver(url, endpointFetch({ ...NOTHING, tls }))).toBe('over-tls')
    await expect(tokenOver(url, undefined)).rejects.toMatchObject({ code: 'AUTH_FAILED' })
  })
})

describe('AUTH_FAILED', () => {
  async function failure(source: TokenSource): Promise<string> {
    const error: unknown = await source.token().catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'AUTH_FAILED', progress: 'refused', cause: expect.any(Error) })
    return inspect(error, { depth: 9, showHidden: true })
  }

  it('is what a wrong secret gives, and it does not show it', async () => {
    const { server, lease } = await begin()
    const text = await failure(lease({ clientSecret: 'wr0ng-s3cr3t' }))
    expect(text).toContain('HTTP 401, invalid_client')
    expect(text).not.toContain('wr0ng-s3cr3t')
    expect(text).not.toContain(btoa('testbed:wr0ng-s3cr3t'))
    expect(server.tokensIssued()).toBe(0)
  })

  it('is what an authorization server gives that is not there', async () => {
    const { lease } = await begin()
    expect(await failure(lease({ server: `http://127.0.0.1:${await reservePort()}` }))).toContain('ECONNREFUSED')
  })

  it('is not what one broken connection gives: the request is sent again', async () => {
    const { server, lease } = await begin()
    server.faults.next('reset-before', 1, '/oauth/token')
    expect(await server.verify((await lease().token())!)).toBe(true)
  })

  it.each([
    ['reset-before', 2],
    ['garbage', 1],
    ['500', 1],
    ['endless', 2],
  ] as const)('is what %s gives (%d times), and the next request works', async (fault, times) => {
    const { server, time, lease } = await begin()
    const source = lease()
    server.faults.next(fault, times, '/oauth/token')
    await failure(source)
    time.advance(1_000)
    expect(await server.verify((await source.token())!)).toBe(true)
  })
})
