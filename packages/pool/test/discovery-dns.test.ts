import { createSocket, type Socket } from 'node:dgram'
import dns from 'node:dns'
import { createServer } from 'node:net'
import { reservePort, startDnsServer, type Zone } from '@mcp-client-pool/testbed'
import { decode, encode, type Packet } from 'dns-packet'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { DnsDiscoveryOptions } from '../src/config/index.js'
import { dnsResolver } from '../src/discovery/dns/dns-registry.js'
import { VirtualTime } from '../src/testing/index.js'
import { parts, resolved, type Watching, watching } from './registry-world.js'

const TIMES = { timeout: 5_000, shortest: 50, longest: 300_000 }
/** For servers that are not going to answer. */
const HASTY = { ...TIMES, timeout: 300 }

function watch(options: Partial<DnsDiscoveryOptions>, times = TIMES): Watching {
  return watching(dnsResolver(resolved({ type: 'dns', hostname: 'mcp.test', ...options }), parts(), times))
}

/** dnsmasq, which knows these. */
async function server(zone: Zone) {
  const started = await startDnsServer(zone)
  onTestFinished(() => started.close())
  return started
}

describe('addresses in a real DNS server', () => {
  it('are each an endpoint, and are asked for again', async () => {
    const known = await server({ hosts: { 'mcp.test': ['10.0.0.1', '10.0.0.2'] } })
    const seen = watch({ port: 8_080, servers: [known.address] })
    await expect.poll(() => seen.sets[0]).toEqual(['http://10.0.0.1:8080/mcp', 'http://10.0.0.2:8080/mcp'])
    await known.change({ hosts: { 'mcp.test': ['10.0.0.2', '10.0.0.3'] } })
    await expect.poll(() => seen.sets.at(-1), { timeout: 10_000 }).toEqual(['http://10.0.0.2:8080/mcp', 'http://10.0.0.3:8080/mcp'])
  })

  it('of IPv6 count where there are none of IPv4', async () => {
    const known = await server({ hosts: { 'mcp.test': ['fd00::1'], 'both.test': ['fd00::2', '10.0.0.2'] } })
    const alone = watch({ servers: [known.address], path: '/' })
    const beside = watch({ hostname: 'both.test.', servers: [known.address], scheme: 'https' })
    await expect.poll(() => [alone.sets[0], beside.sets[0]]).toEqual([['http://[fd00::1]:80/'], ['https://10.0.0.2:443/mcp']])
  })

  it('are none where the name does not exist, or has no addresses: that is an answer', async () => {
    const known = await server({ services: [{ name: 'mcp.test', target: 'a.test', port: 1 }] })
    const [absent, without] = [watch({ hostname: 'nobody.test', servers: [known.address] }), watch({ servers: [known.address] })]
    await expect.poll(() => [absent.sets[0], without.sets[0]]).toEqual([[], []])
    expect([...absent.errors, ...without.errors]).toEqual([])
  })

  it('are what they were while the server refuses, is silent or is away, which is told of', async () => {
    const known = await server({ hosts: { 'mcp.test': ['10.0.0.1'] } })
    const seen = watch({ servers: [known.address] }, HASTY)
    await expect.poll(() => seen.sets.length).toBeGreaterThan(0)
    known.pause()
    await expect
      .poll(() => seen.errors[0], { timeout: 10_000 })
      .toMatchObject({ code: 'CONNECT_FAILED', message: expect.stringContaining('no answer within 300 ms') })
    known.resume()
    await known.close()
    await expect.poll(() => String(seen.errors.at(-1)), { timeout: 10_000 }).toContain('ECONNREFUSED')
    expect(seen.sets).toEqual([['http://10.0.0.1:80/mcp']])
    const elsewhere = watch({ hostname: 'mcp.example.com', servers: [(await server({})).address] })
    await expect.poll(() => String(elsewhere.errors[0])).toContain('REFUSED')
  })
})

describe('services in a real DNS server', () => {
  const services = [
    { name: '_mcp._tcp.test', target: 'a.test', port: 8_001, priority: 10, weight: 30 },
    { name: '_mcp._tcp.test', target: 'b.test', port: 8_002, priority: 10, weight: 10 },
    { name: '_mcp._tcp.test', target: 'spare.test', port: 8_003, priority: 20, weight: 1 },
  ]
  const srv = { hostname: '_mcp._tcp.test', srv: true } as const

  it('of the lowest priority are found, with their ports and weights', async () => {
    const known = await server({ services, hosts: { 'a.test': ['10.0.0.1'], 'b.test': ['10.0.0.2', '10.0.0.3'], 'spare.test': ['10.0.0.9'] } })
    const seen = watch({ ...srv, servers: [known.address] })
    await expect.poll(() => seen.sets.length).toBeGreaterThan(0)
    expect(seen.last().toSorted((x, y) => (JSON.stringify(x) < JSON.stringify(y) ? -1 : 1))).toEqual([
      { url: 'http://10.0.0.1:8001/mcp', id: 'a.test:8001', weight: 30 },
      { url: 'http://10.0.0.2:8002/mcp', id: 'b.test:8002/10.0.0.2', weight: 5 },
      { url: 'http://10.0.0.3:8002/mcp', id: 'b.test:8002/10.0.0.3', weight: 5 },
    ])
  })

  it('of the next priority are for when the first has no addresses', async () => {
    const known = await server({ services, hosts: { 'spare.test': ['10.0.0.9'] } })
    const seen = watch({ ...srv, servers: [known.address] })
    await expect.poll(() => seen.sets[0]).toEqual(['http://10.0.0.9:8003/mcp'])
    await known.change({ services, hosts: { 'spare.test': ['10.0.0.9'], 'b.test': ['10.0.0.2'] } })
    await expect.poll(() => seen.sets.at(-1), { timeout: 10_000 }).toEqual(['http://10.0.0.2:8002/mcp'])
  })

  it('that do not fit into a datagram come over TCP', async () => {
    const many = Array.from({ length: 200 }, (_, n) => `pod-with-quite-a-long-name-${n}.mcp.test`)
    const known = await server({
      services: many.map((target) => ({ name: '_mcp._tcp.test', target, port: 80 })),
      hosts: Object.fromEntries(many.map((name, n) => [name, [`10.0.1.${n}`]])),
    })
    const seen = watch({ ...srv, servers: [known.address] })
    await expect.poll(() => seen.sets[0]?.length, { timeout: 20_000 }).toBe(200)
    expect(seen.errors).toEqual([])
  })
})

type Answering = (query: Packet, reply: (packet: Packet) => void) => void

/** A DNS server over UDP that does what the test says. */
async function double(answering: Answering): Promise<{ address: string; port: number; asked: () => number }> {
  const socket: Socket = createSocket('udp4')
  let asked = 0
  socket.on('message', (bytes, { port, address }) => {
    asked++
    const query = decode(bytes)
    answering(query, (packet) =>
      socket.send(encode({ type: 'response', ...(query.id === undefined ? {} : { id: query.id }), questions: query.questions, ...packet }), port, address),
    )
  })
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  onTestFinished(() => void socket.close())
  const { port } = socket.address()
  return { address: `127.0.0.1:${port}`, port, asked: () => asked }
}

const answer = (data: string, ttl = 30): Packet => ({ answers: [{ type: 'A', name: 'mcp.test', ttl, data }] })

describe('a DNS server in trouble', () => {
  it.each<[string, Answering, string]>([
    ['fails', (_query, reply) => reply({ flags: 2 }), 'SERVFAIL'],
    ['refers elsewhere', (_query, reply) => reply({ authorities: [{ type: 'NS', name: 'test', data: 'ns.test' }] }), 'to ask elsewhere'],
    ['answers somebody else', (_query, reply) => reply({ id: 1, ...answer('10.6.6.6') }), 'no answer within 300 ms'],
    ['answers another question', (_query, reply) => reply({ questions: [{ type: 'A', name: 'evil.test' }], ...answer('10.6.6.6') }), 'no answer within'],
  ])('that %s is passed over for the next', async (_what, answering, words) => {
    const bad = await double(answering)
    const good = await double((query, reply) => reply(query.questions?.[0]?.type === 'A' ? answer('10.0.0.1') : {}))
    const seen = watch({ servers: [bad.address, good.address] }, HASTY)
    await expect.poll(() => seen.sets[0]).toEqual(['http://10.0.0.1:80/mcp'])
    expect(seen.errors).toEqual([])
    const alone = watch({ servers: [bad.address] }, HASTY)
    await expect.poll(() => String(alone.errors[0])).toContain(words)
    expect(alone.sets).toEqual([])
  })

  it('is asked twice before it counts as away', async () => {
    const bad = await double((_query, reply) => reply({ flags: 5 }))
    const seen = watching(
      dnsResolver(resolved({ type: 'dns', hostname: 'mcp.test', servers: [bad.address] }), { timers: new VirtualTime(), random: () => 0.5 }),
    )
    await expect.poll(() => seen.errors.length).toBe(1)
    expect(bad.asked()).toBe(2)
  })

  it.each([
    ['is not there', false],
    ['ends in the middle', true],
  ])('whose TCP %s, while its datagrams are too short, is told of', async (_what, listens) => {
    const bad = await double((_query, reply) => reply({ flags: 0x0200 }))
    if (listens) {
      const tcp = createServer((socket) => void socket.end(Buffer.from([1, 0, 7]))).listen(bad.port, '127.0.0.1')
      onTestFinished(() => void tcp.close())
    }
    const seen = watch({ servers: [bad.address] })
    await expect.poll(() => String(seen.errors[0])).toContain(listens ? 'ended the connection' : 'ECONNREFUSED')
  })

  it('is let go of when the resolver is closed in the middle of a question', async () => {
    const silent = await double(() => {})
    const resolver = dnsResolver(resolved({ type: 'dns', hostname: 'mcp.test', servers: [silent.address] }), parts(), TIMES)
    const seen = watching(resolver)
    await expect.poll(silent.asked).toBe(1)
    await resolver.close()
    expect(seen.errors).toEqual([])
  })
})

describe('the time to live', () => {
  it.each([
    ['is honoured', 60, 60_000],
    ['is five seconds at least', 0, 5_000],
    ['is five minutes at most', 86_400, 300_000],
  ])('%s', async (_what, ttl, wait) => {
    const known = await double((_query, reply) => reply(answer('10.0.0.1', ttl)))
    const time = new VirtualTime()
    const seen = watching(dnsResolver(resolved({ type: 'dns', hostname: 'mcp.test', servers: [known.address] }), { timers: time, random: () => 0 }))
    await expect.poll(() => seen.sets.length).toBe(1)
    await expect.poll(() => time.nextDue).toBe(wait)
    await time.run(wait)
    await expect.poll(seen.answers).toBe(2)
  })
})

it('without servers of its own it asks those of the system', async () => {
  const nobody = await reservePort()
  const before = dns.getServers()
  dns.setServers([`127.0.0.1:${nobody}`])
  onTestFinished(() => dns.setServers(before))
  const seen = watch({})
  await expect.poll(() => String(seen.errors[0])).toContain(`127.0.0.1:${nobody}`)
})
