import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type HttpServer, startLegacyServer, startModernServer, startOAuthServer, stdioServer } from '@mcp-client-pool/testbed'
import { describe, expect, it, onTestFinished } from 'vitest'
import { MCPClientPool, type PoolEvents, type PoolOptions, type Resolver, type ResolverListener } from '../src/index.js'
import { eventually } from './attempts.js'
import { next, running, whoAnswers } from './pool-world.js'

const server = (id: string): Promise<HttpServer> => running<HttpServer>(startModernServer({ id }))

/** A source that says what the test says. */
class Told implements Resolver {
  listener!: ResolverListener
  closed = 0
  readonly #atOnce: (listener: ResolverListener) => void

  constructor(atOnce: (listener: ResolverListener) => void = () => {}) {
    this.#atOnce = atOnce
  }

  watch(listener: ResolverListener): void {
    this.listener = listener
    queueMicrotask(() => this.#atOnce(listener))
  }

  async close(): Promise<void> {
    this.closed++
  }
}

function poolOf(options: PoolOptions): MCPClientPool {
  const pool = new MCPClientPool({ retryDelay: 10, ...options })
  onTestFinished(() => pool.shutdown({ timeout: 0 }))
  return pool
}

async function started(options: PoolOptions): Promise<MCPClientPool> {
  const pool = poolOf(options)
  await pool.start()
  return pool
}

function record<Name extends keyof PoolEvents>(pool: MCPClientPool, ...names: Name[]): unknown[] {
  const events: unknown[] = []
  for (const name of names) pool.on(name, (...args) => void events.push([name, ...args]))
  return events
}

async function whoIsThere(pool: MCPClientPool): Promise<string[]> {
  return [...new Set((await whoAnswers(pool, 20)).map((who) => who.server))].sort()
}

async function temporary(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'mcp-discovery-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  return directory
}

describe('a pool whose servers are found in a file', () => {
  it('follows it: servers that are added are used, those that are gone finish their calls', async () => {
    const [a, b, path] = [await server('a'), await server('b'), join(await temporary(), 'servers.yaml')]
    const put = async (text: string): Promise<void> => {
      await writeFile(`${path}.new`, text)
      await rename(`${path}.new`, path)
    }
    await put(`- url: ${a.url}\n`)
    const pool = await started({ serviceDiscovery: { type: 'file', path } })
    expect(await whoIsThere(pool)).toEqual(['a'])

    const changed = next(pool, 'discovery:changed')
    await put(`- url: ${a.url}\n- url: ${b.url}\n  tags: [new]\n`)
    expect(await changed).toEqual({ source: 'file', added: 1, removed: 0, changed: 0, total: 2 })
    await eventually(async () => (await whoIsThere(pool)).join() === 'a,b')

    const before = a.requests.all('tools/call').length
    const slow = pool.callTool({ name: 'slow', arguments: { key: 'k', ms: 2_500 } }, { affinity: await keyOf(pool, a.url) })
    await eventually(() => a.requests.all('tools/call').length > before)
    const removed = next(pool, 'endpoint:removed')
    await put(`- url: ${b.url}\n`)
    expect(await removed).toEqual({ endpointId: a.url, endpoint: a.url })
    expect(await whoIsThere(pool)).toEqual(['b'])
    await expect(slow).resolves.toMatchObject({ content: expect.anything() })
    await eventually(() => pool.clients.size === 2 && [...pool.clients.values()].every(({ endpoint }) => endpoint.id === b.url))
  })

  it('keeps what it has while the file is broken, and says the line', async () => {
    const [a, path] = [await server('a'), join(await temporary(), 'servers.yaml')]
    await writeFile(path, `- url: ${a.url}\n`)
    const pool = await started({ serviceDiscovery: { type: 'file', path } })
    const events = record(pool, 'discovery:failed', 'discovery:recovered', 'discovery:changed')
    await writeFile(path, `- url: ${a.url}\n- url: [\n`)
    await eventually(() => events.length === 1)
    expect(events).toEqual([
      ['discovery:failed', { source: 'file', error: expect.objectContaining({ message: expect.stringMatching(/servers\.yaml: line 3/) }) }],
    ])
    expect(await whoIsThere(pool)).toEqual(['a'])
    expect(pool.getStatistics().discovery).toMatchObject({ endpoints: 1, failingFor: expect.any(Number), lastError: expect.stringContaining('line 3') })
    await writeFile(path, `- url: ${a.url}\n`)
    await eventually(() => events.length === 2)
    expect(events[1]).toEqual(['discovery:recovered', { source: 'file' }])
  })

  it('starts children that it lists', async () => {
    const path = join(await temporary(), 'servers.json')
    await writeFile(path, JSON.stringify([{ id: 'child', ...stdioServer({ id: 'child' }) }]))
    const pool = await started({ serviceDiscovery: { type: 'file', path }, minSize: 1 })
    expect(await whoIsThere(pool)).toEqual(['child'])
  })

  it('authorizes at them as endpointDefaults say', async () => {
    const oauth = await running(startOAuthServer())
    const a = await running<HttpServer>(startModernServer({ id: 'a', auth: { verify: (token) => oauth.verify(token) } }))
    const path = join(await temporary(), 'servers.json')
    await writeFile(path, JSON.stringify([{ url: a.url }]))
    const pool = await started({ serviceDiscovery: { type: 'file', path }, endpointDefaults: { auth: oauth.url }, clientId: 'testbed', clientSecret: 'secret' })
    expect(await whoIsThere(pool)).toEqual(['a'])
  })
})

describe('a pool with a Resolver of the user’s', () => {
  it('uses what it finds, and says what it left out', async () => {
    const a = await server('a')
    const source = new Told((listener) => listener.onFound([{ url: a.url }, { url: 'http://h:99999/' }, { url: a.url }, 7]))
    const pool = await started({ serviceDiscovery: source })
    expect(await whoIsThere(pool)).toEqual(['a'])
    const { discovery } = pool.getStatistics()
    expect(discovery).toMatchObject({ source: 'resolver', endpoints: 1, rejected: 3, changes: 1, lastError: undefined, failingFor: undefined, missing: 0 })
    expect(discovery!.reasons).toHaveLength(3)
    expect(JSON.parse(JSON.stringify(discovery))).toEqual(JSON.parse(JSON.stringify({ ...discovery })))
    await pool.shutdown()
    expect(source.closed).toBe(1)
    source.listener.onFound([])
    source.listener.onError(new Error('late'))
  })

  it('does not lose its servers by an outage or an empty answer', async () => {
    const a = await server('a')
    const source = new Told((listener) => listener.onFound([{ url: a.url }]))
    const pool = await started({ serviceDiscovery: source })
    const events = record(pool, 'discovery:failed', 'client:removed')
    source.listener.onFound([])
    source.listener.onError(new Error('away'))
    source.listener.onError(new Error('still away'))
    expect(await whoIsThere(pool)).toEqual(['a'])
    expect(pool.getStatistics().discovery).toMatchObject({ endpoints: 1, lastError: 'still away' })
    expect(events).toHaveLength(1)
  })

  it('connects what moves to another URL there, with its calls', async () => {
    const [a, b] = [await server('a'), await server('b')]
    const source = new Told((listener) => listener.onFound([{ id: 'one', url: a.url }]))
    const pool = await started({ serviceDiscovery: source })
    const calls = whoAnswers(pool, 50)
    source.listener.onFound([{ id: 'one', url: b.url }])
    expect((await calls).every((who) => who.server === 'a' || who.server === 'b')).toBe(true)
    await eventually(async () => (await whoIsThere(pool)).join() === 'b')
  })

  it('has listed endpoints too, always', async () => {
    const [a, b] = [await server('a'), await server('b')]
    const source = new Told((listener) => listener.onFound([{ url: b.url }, { url: a.url }]))
    const pool = await started({ endpoints: [{ url: a.url }], serviceDiscovery: source })
    await eventually(async () => (await whoIsThere(pool)).join() === 'a,b')
    expect(pool.getStatistics().discovery).toMatchObject({ endpoints: 1, rejected: 1 })
  })

  it('forgets what it knew of a server that is another now', async () => {
    const [modern, legacy] = [await server('modern'), await running<HttpServer>(startLegacyServer({ id: 'legacy' }))]
    const source = new Told((listener) => listener.onFound([{ id: 'one', url: modern.url }]))
    const pool = await started({ serviceDiscovery: source })
    source.listener.onFound([{ id: 'one', url: legacy.url }])
    await eventually(async () => (await whoIsThere(pool)).join() === 'legacy')
    expect(new Set(pool.getStatistics().clients.map(({ era, health }) => health === 'healthy' && era))).toContain('legacy')
  })
})

describe('start', () => {
  it('waits for the first answer', async () => {
    const a = await server('a')
    const source = new Told()
    const pool = poolOf({ serviceDiscovery: source })
    const start = pool.start()
    source.listener.onFound([])
    setImmediate(() => source.listener.onFound([{ url: a.url }]))
    await start
    expect(await whoIsThere(pool)).toEqual(['a'])
  })

  it.each<[string, (listener: ResolverListener) => void, RegExp]>([
    ['fails', (listener) => listener.onError(new Error('no route')), /^no endpoint was found \(resolver\): no route$/],
    [
      'has nothing that can be used',
      (listener) => listener.onFound([{ url: 'h' }]),
      /^no endpoint was found \(resolver\): none of 1 entries can be used: "h": endpoint\.url must be/,
    ],
    ['has none', (listener) => listener.onFound([]), /^no endpoint was found \(resolver\): there are none$/],
    ['says nothing', () => {}, /^no endpoint was found \(resolver\): there was no answer in time$/],
    ['says what is no list', (listener) => listener.onFound('a' as never), /no list of endpoints$/],
    [
      'throws',
      () => {
        throw new Error('unused')
      },
      /^no endpoint was found \(resolver\): cannot watch$/,
    ],
  ])('rejects where the source %s, and may be called again', async (what, say, message) => {
    const a = await server('a')
    const source = new Told(what === 'throws' ? () => {} : say)
    const watch = source.watch.bind(source)
    source.watch = (listener) => {
      watch(listener)
      if (what === 'throws') throw new Error('cannot watch')
    }
    const pool = poolOf({ serviceDiscovery: source, connectionTimeout: 300 })
    await expect(pool.start()).rejects.toMatchObject({ code: 'NO_HEALTHY_CLIENTS', message: expect.stringMatching(message), cause: expect.any(Error) })
    source.listener.onFound([{ url: a.url }])
    await pool.start()
    expect(await whoIsThere(pool)).toEqual(['a'])
  })

  it('does with what is listed where the source fails', async () => {
    const a = await server('a')
    const source = new Told((listener) => listener.onError(new Error('no route')))
    const pool = await started({ endpoints: [{ url: a.url }], serviceDiscovery: source })
    expect(await whoIsThere(pool)).toEqual(['a'])
  })

  it('ends when the pool is shut down', async () => {
    const pool = poolOf({ serviceDiscovery: new Told() })
    const start = pool.start()
    await Promise.all([expect(start).rejects.toMatchObject({ code: 'SHUTTING_DOWN' }), pool.shutdown()])
  })
})

/** An affinity key of the client at an endpoint. */
async function keyOf(pool: MCPClientPool, endpointId: string): Promise<string> {
  for (let n = 0; ; n++) if ((await pool.getClient({ affinity: `${n}` })).endpoint.id === endpointId) return `${n}`
}
