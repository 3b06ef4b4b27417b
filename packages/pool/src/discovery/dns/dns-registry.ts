import dns from 'node:dns'
import type { ResolvedDnsDiscovery } from '../../config/index.js'
import type { Milliseconds, Resolver } from '../../ports.js'
import { instanceUrl } from '../instance-url.js'
import { proportional } from '../proportional.js'
import { type Registry, RegistryWatch } from '../registry-watch.js'
import type { ResolverParts } from '../resolver-parts.js'
import { DnsClient } from './dns-client.js'
import { normalized, type Reply } from './dns-message.js'
import { addresses, type Service, services, timeToLive } from './dns-records.js'

interface DnsTimes {
  /** How long one exchange with one server may take. */
  readonly timeout: Milliseconds
  /** The shortest and the longest time between two questions, whatever the records say. */
  readonly shortest: Milliseconds
  readonly longest: Milliseconds
}

/**
 * Many servers give a time to live of 0 and mean "do not keep it"; a thousand workers that take it at its word ask without end. And after five minutes
 * somebody has changed a record of a day by hand, in vain: to ask a resolver that has it cached costs nothing.
 */
const TIMES: DnsTimes = { timeout: 2_000, shortest: 5_000, longest: 300_000 }
/** Part of the time by which questions are spread: those who were answered together are not to ask together. */
const SPREAD = 0.1
/** Names that are looked up at once. */
const AT_ONCE = 16

interface Found {
  readonly service: Service
  readonly hosts: readonly string[]
}

/**
 * Addresses in the DNS, asked for again when their time to live is over.
 *
 *     srv:  _mcp._tcp.example.com  SRV ─▶ priority, weight, port, target ─▶ A or AAAA of each target, if the reply did not bring them along
 *     else: mcp.example.com        A or AAAA, and the port of the options
 *
 * Every address is an endpoint of its own: behind the name of a headless service in Kubernetes stand the pods themselves.
 */
class DnsRegistry implements Registry {
  readonly #options: ResolvedDnsDiscovery
  readonly #client: DnsClient
  readonly #times: DnsTimes
  readonly #random: () => number

  constructor(options: ResolvedDnsDiscovery, { timers, random }: ResolverParts, times: DnsTimes) {
    this.#options = options
    const { servers } = options
    // Looked up each time: `dns.setServers` puts another function in its place.
    this.#client = new DnsClient(() => servers ?? dns.getServers(), timers, times.timeout)
    this.#times = times
    this.#random = random
  }

  async turn(found: (endpoints: readonly unknown[]) => void, signal: AbortSignal): Promise<Milliseconds> {
    const lookup = new Lookup(this.#client, signal)
    found(this.#options.srv ? await this.#services(lookup) : await this.#hosts(lookup))
    const { shortest, longest } = this.#times
    const time = Math.min(longest, Math.max(shortest, lookup.timeToLive ?? shortest))
    return time * (1 + SPREAD * this.#random())
  }

  async close(): Promise<void> {}

  async #hosts(lookup: Lookup): Promise<readonly unknown[]> {
    const { hostname, scheme, port = scheme === 'https' ? 443 : 80 } = this.#options
    return (await lookup.hosts(hostname)).map((host) => ({ url: instanceUrl(host, port, this.#options) }))
  }

  /** Those of the lowest priority of which any target has an address: the others are for when there are none. */
  async #services(lookup: Lookup): Promise<readonly unknown[]> {
    const reply = await lookup.ask(this.#options.hostname, 'SRV')
    const all = services(reply)
    for (const priority of new Set(all.map((service) => service.priority))) {
      const found: Found[] = []
      const wanted = all.filter((service) => service.priority === priority)
      for (let from = 0; from < wanted.length; from += AT_ONCE) {
        const some = wanted.slice(from, from + AT_ONCE)
        found.push(...(await Promise.all(some.map(async (service) => ({ service, hosts: await lookup.hosts(service.target, reply) })))))
      }
      const endpoints = this.#endpoints(found)
      if (endpoints.length > 0) return endpoints
    }
    return []
  }

  /** A target with several addresses shares its weight among them. */
  #endpoints(found: readonly Found[]): readonly unknown[] {
    const endpoints = found.flatMap(({ service: { target, port, weight }, hosts }) =>
      hosts.map((host) => ({
        url: instanceUrl(host, port, this.#options),
        id: hosts.length === 1 ? `${target}:${port}` : `${target}:${port}/${host}`,
        weight: weight / hosts.length,
      })),
    )
    const weights = proportional(endpoints.map(({ weight }) => weight))
    return endpoints.map((endpoint, index) => ({ ...endpoint, weight: weights[index] }))
  }
}

/** The questions of one turn, and how long the shortest-lived of their answers may be relied on. */
class Lookup {
  readonly #client: DnsClient
  readonly #signal: AbortSignal
  timeToLive: Milliseconds | undefined

  constructor(client: DnsClient, signal: AbortSignal) {
    this.#client = client
    this.#signal = signal
  }

  async ask(name: string, type: 'SRV' | 'A' | 'AAAA'): Promise<Reply> {
    const reply = await this.#client.ask({ name, type }, this.#signal)
    const time = timeToLive(reply)
    if (time !== undefined) this.timeToLive = Math.min(time, this.timeToLive ?? time)
    return reply
  }

  /** Of a host with addresses of both families those of IPv4: they are the same host. */
  async hosts(name: string, brought?: Reply): Promise<readonly string[]> {
    for (const type of ['A', 'AAAA'] as const) {
      const found = addresses(brought?.additionals ?? [], type, normalized(name))
      if (found.length > 0) return found
    }
    for (const type of ['A', 'AAAA'] as const) {
      const found = addresses((await this.ask(name, type)).answers, type)
      if (found.length > 0) return found
    }
    return []
  }
}

export function dnsResolver(options: ResolvedDnsDiscovery, parts: ResolverParts, times: DnsTimes = TIMES): Resolver {
  return new RegistryWatch(new DnsRegistry(options, parts, times), parts)
}
