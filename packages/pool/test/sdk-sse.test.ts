import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startSseServer } from '@mcp-client-pool/testbed'
import { describe, expect, it, onTestFinished } from 'vitest'
import { connectSse } from '../src/mcp/channel/index.js'
import { sseFetch } from '../src/mcp/channel/sse-fetch.js'
import { EraMemory } from '../src/mcp/era-memory.js'
import { PoolLogLevel } from '../src/mcp/pool-log-level.js'
import { ToolCatalog } from '../src/mcp/tool-catalog.js'
import type { TokenSource } from '../src/ports.js'
import { systemTimers } from '../src/system-timers.js'
import { Tried } from './attempts.js'

async function serving(listener: RequestListener): Promise<URL> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/sse`)
}

const get = (url: URL, maxMessageSize = 100) => sseFetch({ dispatcher: undefined, maxMessageSize })(url, { headers: { authorization: 'Bearer secret' } })
const events = { 'content-type': 'text/event-stream' }

describe('sseFetch', () => {
  it('follows a redirect within the origin', async () => {
    const url = await serving((req, res) => (req.url === '/sse' ? res.writeHead(308, { location: '/sse/' }).end() : res.end(req.headers.authorization)))
    expect(await (await get(url)).text()).toBe('Bearer secret')
  })

  it('takes the token to no other origin', async () => {
    const visits: string[] = []
    const elsewhere = await serving((req, res) => {
      visits.push(req.url ?? '')
      res.end()
    })
    const url = await serving((_req, res) => res.writeHead(302, { location: elsewhere.href }).end())
    await expect(get(url)).rejects.toThrow('another origin')
    expect(visits).toEqual([])
  })

  it('does not go round in circles', async () => {
    const url = await serving((_req, res) => res.writeHead(302, { location: '/sse' }).end())
    await expect(get(url)).rejects.toThrow('redirects')
  })

  it.each([
    ['many events under the limit', `data: ${'x'.repeat(80)}\n\n`.repeat(50), true],
    ['many events with carriage returns', `data: ${'x'.repeat(80)}\r\n\r\n`.repeat(50), true],
    ['an event over the limit', `data: ${'x'.repeat(200)}\n\n`, false],
    ['an event over the limit in many lines', 'data: x\n'.repeat(50), false],
  ])('reads a stream of %s', async (_what, body, fits) => {
    const url = await serving((_req, res) => res.writeHead(200, events).end(body))
    const text = (await get(url)).text()
    if (fits) expect(await text).toBe(body)
    else await expect(text).rejects.toThrow('maxMessageSize')
  })

  it('limits nothing but streams', async () => {
    const url = await serving((_req, res) => res.end('x'.repeat(1_000)))
    expect(await (await get(url)).text()).toHaveLength(1_000)
  })
})

/** Gives out one token after another, and remembers what it was told. */
class Tokens implements TokenSource {
  readonly #tokens: string[]
  readonly rejected: Array<string | undefined> = []
  revoked = 0
  constructor(...tokens: string[]) {
    this.#tokens = tokens
  }
  current(): string | undefined {
    return this.#tokens[0]
  }
  async token(): Promise<string | undefined> {
    return this.#tokens[0]
  }
  async renew(rejected: string | undefined): Promise<string | undefined> {
    this.rejected.push(rejected)
    if (this.#tokens.length > 1) this.#tokens.shift()
    return this.#tokens[0]
  }
  async revoke(): Promise<void> {
    this.revoked++
  }
}

describe('a token for HTTP+SSE', () => {
  const timers = systemTimers()

  async function connect(tokens: Tokens) {
    const server = await startSseServer({ auth: { verify: (token) => token === 'good' } })
    onTestFinished(() => server.close())
    return connectSse(
      { url: server.url, label: 'a server', headers: { 'x-own': '1' }, tokens, dispatcher: undefined, maxMessageSize: 100_000 },
      {
        clientId: 'c',
        endpointId: 'e',
        label: 'a server',
        listener: { onNotification() {}, onRequest() {}, onServesChanged() {}, onMetrics() {}, onSession() {}, onError() {}, onLost() {} },
        timers,
        random: Math.random,
        nextId: (
          (id) => () =>
            ++id
        )(0),
        clientInfo: { name: 'pool', version: '1' },
        capabilities: {},
        protocolVersion: undefined,
        eras: new EraMemory(timers, 1_000),
        logLevel: new PoolLogLevel(),
        catalog: new ToolCatalog({ trustAnnotations: true }),
        connectionTimeout: 5_000,
        healthCheckMethod: undefined,
        signal: undefined,
      },
    )
  }

  it('is renewed once where it is refused, used for everything, and given up at the end', async () => {
    const tokens = new Tokens('stale', 'good')
    const connection = await connect(tokens)
    expect(tokens.rejected).toEqual(['stale'])
    expect(await new Tried(connection, 'tools/call', { name: 'echo', arguments: { text: 'x' } }).result()).toMatchObject({ structuredContent: { text: 'x' } })
    await connection.close()
    await connection.close()
    expect(tokens.revoked).toBe(1)
  })

  it('that is refused also when it is new is AUTH_FAILED, and stays with whoever asked for the connection', async () => {
    const tokens = new Tokens('bad', 'worse')
    const error: unknown = await connect(tokens).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ name: 'PoolError', code: 'AUTH_FAILED' })
    expect(String(error)).not.toMatch(/bad|worse/)
    expect(tokens.revoked).toBe(0)
  })
})
