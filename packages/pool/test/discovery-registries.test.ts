import { type HttpServer, startConsulServer, startDnsServer, startEtcd, startKubernetesServer, startModernServer } from '@mcp-client-pool/testbed'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type DiscoveryOptions, MCPClientPool } from '../src/index.js'
import { eventually } from './attempts.js'
import { next, running, whoAnswers } from './pool-world.js'

/** A registry that runs, and says that these servers are there. */
interface Running {
  readonly options: DiscoveryOptions
  say(servers: readonly HttpServer[]): Promise<void>
  /** It does not answer from now on. */
  lose(): Promise<void>
}

const registries: Readonly<Record<string, () => Promise<Running>>> = {
  consul: async () => {
    const consul = await running(startConsulServer())
    let known: readonly string[] = []
    return {
      options: { type: 'consul', consulUrl: consul.url, serviceName: 'mcp' },
      say: async (servers) => {
        const ids = servers.map(({ port }) => `mcp-${port}`)
        consul.register(...servers.map(({ port }) => ({ id: `mcp-${port}`, service: 'mcp', port })))
        for (const id of known) if (!ids.includes(id)) consul.deregister(id)
        known = ids
      },
      lose: () => consul.close(),
    }
  },
  dns: async () => {
    const zone = (servers: readonly HttpServer[]) => ({
      hosts: { 'host.test': ['127.0.0.1'] },
      services: servers.map(({ port }) => ({ name: '_mcp._tcp.test', target: 'host.test', port })),
    })
    const dns = await running(startDnsServer(zone([])))
    return {
      options: { type: 'dns', hostname: '_mcp._tcp.test', srv: true, servers: [dns.address] },
      say: (servers) => dns.change(zone(servers)),
      lose: () => dns.close(),
    }
  },
  etcd: async () => {
    const etcd = await running(startEtcd())
    let known: readonly string[] = []
    return {
      options: { type: 'etcd', hosts: etcd.url, prefix: '/mcp/' },
      say: async (servers) => {
        for (const { port, url } of servers) await etcd.put(`/mcp/${port}`, url)
        const keys = servers.map(({ port }) => `/mcp/${port}`)
        for (const key of known) if (!keys.includes(key)) await etcd.remove(key)
        known = keys
      },
      lose: () => etcd.kill(),
    }
  },
  kubernetes: async () => {
    const api = await running(startKubernetesServer())
    let known: readonly string[] = []
    return {
      options: { type: 'kubernetes', apiServer: api.url, namespace: 'default', service: 'mcp' },
      say: async (servers) => {
        const names = servers.map(({ port }) => `mcp-${port}`)
        for (const { port } of servers) api.apply({ name: `mcp-${port}`, service: 'mcp', ports: [{ port }], endpoints: [{ addresses: ['127.0.0.1'] }] })
        for (const name of known) if (!names.includes(name)) api.remove(name)
        known = names
      },
      lose: () => api.close(),
    }
  },
}

describe.each(Object.entries(registries))('a pool whose servers are found in %s', (type, begin) => {
  it('follows it: what is added is used, what is gone is let go of, and an outage takes nothing away', async () => {
    const [a, b, c] = await Promise.all(['a', 'b', 'c'].map((id) => running<HttpServer>(startModernServer({ id }))))
    const registry = await begin()
    await registry.say([a!, b!])
    const pool = new MCPClientPool({ serviceDiscovery: registry.options, retryDelay: 10 })
    onTestFinished(() => pool.shutdown({ timeout: 0 }))
    await pool.start()
    const answering = async (...ids: readonly string[]): Promise<void> => {
      await eventually(async () => [...new Set((await whoAnswers(pool, 12)).map((who) => who.server))].toSorted().join() === ids.join())
    }
    await answering('a', 'b')
    await registry.say([a!, b!, c!])
    await answering('a', 'b', 'c')
    const removed = next(pool, 'endpoint:removed')
    await registry.say([b!, c!])
    await removed
    await answering('b', 'c')
    const failed = next(pool, 'discovery:failed')
    await registry.lose()
    expect(await failed).toMatchObject({ source: type })
    await answering('b', 'c')
    expect(pool.getStatistics().discovery).toMatchObject({ source: type, endpoints: 2, rejected: 0 })
  })
})
