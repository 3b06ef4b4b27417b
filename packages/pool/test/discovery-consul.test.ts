import { type ConsulServer, type ConsulServerOptions, startConsulServer } from '@mcp-client-pool/testbed'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { ConsulDiscoveryOptions } from '../src/config/index.js'
import { consulResolver } from '../src/discovery/consul/consul-registry.js'
import { VirtualTime } from '../src/testing/index.js'
import { running } from './pool-world.js'
import { parts, resolved, type Watching, watching } from './registry-world.js'

const PATH = '/v1/health/service/mcp'
const url = (port: number): string => `http://127.0.0.1:${port}/mcp`
const instance = (port: number, more: object = {}) => ({ id: `mcp-${port}`, service: 'mcp', port, ...more })

async function begin(
  options: Partial<ConsulDiscoveryOptions> = {},
  { server, wait = 50_000, slack = 10_000 }: { server?: ConsulServerOptions; wait?: number; slack?: number } = {},
): Promise<{ consul: ConsulServer; seen: Watching }> {
  const consul = await running(startConsulServer(server))
  consul.register(instance(8_001))
  const seen = watching(consulResolver(resolved({ type: 'consul', consulUrl: consul.url, serviceName: 'mcp', ...options }), parts(), { wait, slack }))
  return { consul, seen }
}

const queries = (consul: ConsulServer) => consul.requests.all(PATH).map(({ path }) => new URL(path, 'http://consul').searchParams)

describe('instances of a service in Consul', () => {
  it('are found at once, and again as soon as they change', async () => {
    const { consul, seen } = await begin()
    await expect.poll(() => seen.sets).toEqual([[url(8_001)]])
    consul.register(instance(8_002))
    await expect.poll(() => seen.sets.at(-1)).toEqual([url(8_001), url(8_002)])
    consul.register(instance(8_002, { checks: ['critical'] }))
    await expect.poll(() => seen.sets.at(-1)).toEqual([url(8_001)])
    consul.deregister('mcp-8001')
    await expect.poll(() => seen.sets.at(-1)).toEqual([])
    expect(seen.errors).toEqual([])
    // Each change took one question, which waited for it.
    expect(queries(consul).map((query) => query.get('index'))).toEqual([null, '11', '12', '13', '14'])
  })

  it('are asked for with what the options say, and the token in its header alone', async () => {
    const { consul, seen } = await begin(
      { tag: ['v2', 'eu'], datacenter: 'dc1', near: '_agent', onlyPassing: true, token: 'sesame-open' },
      { server: { tokens: { 'sesame-open': true } } },
    )
    await expect.poll(() => seen.sets).toEqual([[]])
    consul.register(instance(8_002, { tags: ['eu', 'v2'] }), instance(8_003, { tags: ['eu', 'v2'], checks: ['warning'] }), instance(8_004, { tags: ['eu'] }))
    await expect.poll(() => seen.sets.at(-1)).toEqual([url(8_002)])
    const [first] = consul.requests.all(PATH)
    expect(first?.path).toBe(`${PATH}?tag=v2&tag=eu&dc=dc1&near=_agent&passing=1&stale=`)
    expect(first?.headers['x-consul-token']).toBe('sesame-open')
  })

  it('are asked for below the path of a proxy', async () => {
    const consul = await running(startConsulServer())
    watching(consulResolver(resolved({ type: 'consul', consulUrl: `${consul.url}/consul/`, serviceName: 'a b/c' }), parts()))
    await expect.poll(() => consul.requests.last()?.path).toMatch(/^\/consul\/v1\/health\/service\/a%20b%2Fc\?/)
  })
})

describe('a blocking query', () => {
  it('that returns for want of a change is no change, and is asked again with the same index', async () => {
    const { consul, seen } = await begin({}, { wait: 50 })
    await expect.poll(seen.answers).toBeGreaterThan(3)
    expect(seen.sets).toEqual([[url(8_001)]])
    expect(
      queries(consul)
        .slice(1, 4)
        .map((query) => [query.get('index'), query.get('wait')]),
    ).toEqual([
      ['11', '50ms'],
      ['11', '50ms'],
      ['11', '50ms'],
    ])
  })

  it('starts anew when the index goes backwards', async () => {
    const { consul, seen } = await begin({}, { wait: 50 })
    await expect.poll(() => queries(consul).length).toBe(2)
    consul.rewind(3)
    await expect
      .poll(() =>
        queries(consul)
          .map((query) => query.get('index'))
          .slice(-2),
      )
      .toEqual([null, '3'])
    consul.register(instance(8_002))
    await expect.poll(() => seen.sets.at(-1)).toEqual([url(8_001), url(8_002)])
  })

  it.each(['0', 'garbage', '-7'])('blocks on index 1 where the server says %s', async (shown) => {
    const { consul } = await begin()
    consul.shownIndex = shown
    consul.touch()
    await expect.poll(() => queries(consul).some((query) => query.get('index') === '1')).toBe(true)
  })

  it('is asked once a second where its index never rests', async () => {
    const consul = await running(startConsulServer())
    const time = new VirtualTime()
    const seen = watching(consulResolver(resolved({ type: 'consul', consulUrl: consul.url, serviceName: 'mcp' }), { timers: time, random: () => 0 }))
    const restless = setInterval(() => consul.touch(), 1)
    onTestFinished(() => clearInterval(restless))
    // Eleven in a moment, and then nothing until time passes.
    await expect.poll(() => [queries(consul).length, time.nextDue]).toEqual([11, 1_000])
    await time.run(1_000)
    await expect.poll(() => [queries(consul).length, time.nextDue]).toEqual([12, 2_000])
    expect(seen.errors).toEqual([])
  })

  it.each(['silence', 'slow-header'] as const)('that is answered by %s is given up after its wait and some slack', async (fault) => {
    const { consul, seen } = await begin({}, { wait: 50, slack: 300 })
    await expect.poll(() => seen.sets.length).toBeGreaterThan(0)
    consul.faults.next(fault, 1, PATH)
    await expect.poll(() => seen.errors).toMatchObject([{ code: 'REQUEST_TIMEOUT' }])
    consul.register(instance(8_002))
    await expect.poll(() => seen.sets.at(-1)).toEqual([url(8_001), url(8_002)])
  })
})

describe('stale reads', () => {
  it('are what is asked for, unless the options say no', async () => {
    const { consul } = await begin({ stale: false })
    await expect.poll(() => queries(consul).map((query) => query.has('stale'))).toEqual([false, false])
  })

  it.each([
    ['has not heard from its leader for long', { lastContact: 60_000, knownLeader: true }],
    ['knows no leader', { lastContact: 0, knownLeader: false }],
  ])('of a server that %s count only where nothing else is known', async (_what, contact) => {
    const consul = await running(startConsulServer())
    consul.register(instance(8_001))
    consul.contact = contact
    const seen = watching(consulResolver(resolved({ type: 'consul', consulUrl: consul.url, serviceName: 'mcp' }), parts()))
    await expect.poll(() => queries(consul).length).toBeGreaterThan(1)
    expect(seen.sets[0]).toEqual([url(8_001)])
    // The leader is asked next.
    expect(
      queries(consul)
        .slice(0, 2)
        .map((query) => query.has('stale')),
    ).toEqual([true, false])
  })

  it('that are old news do not replace what is known', async () => {
    const { consul, seen } = await begin({}, { wait: 50 })
    await expect.poll(() => seen.sets.length).toBeGreaterThan(0)
    consul.contact = { lastContact: 90_000, knownLeader: false }
    consul.deregister('mcp-8001')
    await expect.poll(() => seen.errors.map(String)).toContainEqual(expect.stringContaining('No cluster leader'))
    expect(seen.sets).toEqual([[url(8_001)]])
    consul.contact = { lastContact: 0, knownLeader: true }
    await expect.poll(() => seen.sets.at(-1), { timeout: 10_000 }).toEqual([])
  })
})

describe('Consul in trouble', () => {
  it.each([
    ['answers 500', '500', 'HTTP_STATUS'],
    ['answers 429', '429', 'HTTP_STATUS'],
    ['resets the connection', 'reset-before', 'CONNECTION_LOST'],
    ['breaks off in the middle', 'cut', 'CONNECTION_LOST'],
    ['answers half a JSON', 'garbage', 'PROTOCOL'],
    ['answers HTML', 'wrong-type', 'PROTOCOL'],
    ['answers for ever', 'endless', 'PROTOCOL'],
    ['redirects', { kind: 'redirect', to: 'http://127.0.0.1:1/' }, 'HTTP_STATUS'],
    ['answers with something else than a list', { kind: 'garbage', body: '{"Node":{}}' }, 'PROTOCOL'],
  ] as const)('that %s is told of, and asked again for what there is', async (_what, fault, code) => {
    const { consul, seen } = await begin({}, { wait: 50 })
    await expect.poll(() => seen.sets.length).toBeGreaterThan(0)
    consul.faults.next(fault, 1, PATH)
    await expect.poll(() => seen.errors, { timeout: 20_000 }).toMatchObject([{ code }])
    consul.register(instance(8_002))
    await expect.poll(() => seen.sets.at(-1)).toEqual([url(8_001), url(8_002)])
    expect(seen.errors).toHaveLength(1)
  })

  it('that is away is waited for', async () => {
    const { consul, seen } = await begin()
    await expect.poll(() => seen.sets.length).toBe(1)
    await consul.close()
    await expect.poll(() => seen.errors.map((error) => (error as { code?: unknown }).code)).toContain('CONNECT_FAILED')
    const again = await running(startConsulServer({ port: consul.port }))
    again.register(instance(8_005))
    await expect.poll(() => seen.sets.at(-1), { timeout: 10_000 }).toEqual([url(8_005)])
  })

  it('that does not know the token is told of without showing the token', async () => {
    const { seen } = await begin({ token: 'sesame-wrong' }, { server: { tokens: { 'sesame-open': true } } })
    await expect.poll(() => seen.errors.length).toBeGreaterThan(0)
    expect(seen.errors[0]).toMatchObject({ code: 'HTTP_STATUS', status: 403, message: expect.stringContaining('ACL not found') })
    expect(String(seen.errors)).not.toContain('sesame-wrong')
    expect(seen.sets).toEqual([])
  })

  it('that repeats the token in its answer does not get it into a message', async () => {
    const consul = await running(startConsulServer())
    consul.faults.next({ kind: 'status', status: 403, body: 'Permission denied for sesame-open' }, 1, PATH)
    const seen = watching(consulResolver(resolved({ type: 'consul', consulUrl: consul.url, serviceName: 'mcp', token: 'sesame-open' }), parts()))
    await expect.poll(() => seen.errors.map(String)).toContainEqual(expect.stringContaining('Permission denied for …'))
  })

  it('that hides the instances from the token is no empty service', async () => {
    const { seen } = await begin({ token: 'sesame-blind' }, { server: { tokens: { 'sesame-blind': false } } })
    await expect.poll(() => seen.errors).toContainEqual(expect.objectContaining({ code: 'AUTH_FAILED' }))
    expect(seen.sets).toEqual([])
  })

  it('leaves no question open when the resolver is closed', async () => {
    const consul = await running(startConsulServer())
    const resolver = consulResolver(resolved({ type: 'consul', consulUrl: consul.url, serviceName: 'mcp' }), parts())
    const seen = watching(resolver)
    await expect.poll(() => queries(consul).length).toBe(2)
    await resolver.close()
    expect(await consul.requests.last()?.outcome).toBe('aborted')
    await expect.poll(() => consul.sockets.size).toBe(0)
    expect(seen.errors).toEqual([])
  })
})
