import { createSocket } from 'node:dgram'
import { startConsulServer, startDnsServer, startEtcd, startKubernetesServer, type Zone } from '@mcp-client-pool/testbed'
import type { DiscoveryOptions } from 'mcp-client-pool'

/** A registry that runs, and says that these servers are there. */
export interface BenchRegistry {
  readonly options: DiscoveryOptions
  /** Milliseconds between two changes, for the pool to be watching again. */
  readonly apart: number
  /** Resolves with the time at which the pool was told. */
  tell(urls: readonly string[]): Promise<number>
  close(): Promise<void>
}

const ports = (urls: readonly string[]): number[] => urls.map((url) => Number(new URL(url).port))

/** etcd and dnsmasq are the real ones; Consul and Kubernetes are doubles that speak their APIs over HTTP. */
export const registries: Readonly<Record<string, (first: readonly string[]) => Promise<BenchRegistry>>> = {
  consul: async (first) => {
    const consul = await startConsulServer()
    const tell = async (urls: readonly string[]): Promise<number> => {
      const begin = performance.now()
      consul.register(...ports(urls).map((port) => ({ id: `mcp-${port}`, service: 'mcp', port })))
      return begin
    }
    await tell(first)
    // Beyond the first ten a pool asks Consul once a second.
    return { options: { type: 'consul', consulUrl: consul.url, serviceName: 'mcp' }, apart: 1_100, tell, close: () => consul.close() }
  },
  etcd: async (first) => {
    const etcd = await startEtcd()
    const tell = async (urls: readonly string[]): Promise<number> => {
      const begin = performance.now()
      await etcd.put(`/mcp/${urls.length}`, urls.at(-1)!)
      return begin
    }
    await tell(first)
    return { options: { type: 'etcd', hosts: etcd.url, prefix: '/mcp/' }, apart: 120, tell, close: () => etcd.close() }
  },
  kubernetes: async (first) => {
    const api = await startKubernetesServer()
    const tell = async (urls: readonly string[]): Promise<number> => {
      const begin = performance.now()
      for (const port of ports(urls.slice(-1))) api.apply({ name: `mcp-${port}`, service: 'mcp', ports: [{ port }], endpoints: [{ addresses: ['127.0.0.1'] }] })
      return begin
    }
    await tell(first)
    const options = { type: 'kubernetes', apiServer: api.url, namespace: 'default', service: 'mcp' } as const
    return { options, apart: 120, tell, close: () => api.close() }
  },
  dns: async (first) => {
    const zone = (urls: readonly string[]): Zone => ({
      hosts: { 'host.test': ['127.0.0.1'] },
      services: ports(urls).map((port) => ({ name: '_mcp._tcp.test', target: 'host.test', port })),
    })
    const dns = await startDnsServer(zone(first))
    const relay = await startRelay(dns.port)
    const tell = async (urls: readonly string[]): Promise<number> => {
      await dns.change(zone(urls))
      return await relay.nextReply()
    }
    const options = { type: 'dns', hostname: '_mcp._tcp.test', srv: true, servers: [`127.0.0.1:${relay.port}`] } as const
    return { options, apart: 0, tell, close: () => Promise.all([relay.close(), dns.close()]).then(() => {}) }
  },
}

/** Stands before a DNS server to see when it answers: nothing else tells when a change has been noticed. */
async function startRelay(server: number): Promise<{ readonly port: number; nextReply(): Promise<number>; close(): Promise<void> }> {
  const near = createSocket('udp4')
  let seen: ((time: number) => void) | undefined
  near.on('message', (query, client) => {
    const far = createSocket('udp4').unref()
    far.on('message', (reply) => {
      far.close()
      near.send(reply, client.port, client.address)
      seen?.(performance.now())
    })
    far.send(query, server, '127.0.0.1')
  })
  await new Promise<void>((resolve) => near.bind(0, '127.0.0.1', resolve))
  return {
    port: near.address().port,
    nextReply: () => new Promise((resolve) => (seen = resolve)),
    close: () => new Promise((resolve) => near.close(resolve)),
  }
}
