import type { ResolvedConsulDiscovery } from '../../config/index.js'
import { PoolError } from '../../errors.js'
import type { Milliseconds, Resolver, Timers } from '../../ports.js'
import { type RegistryAnswer, RegistryHttp } from '../registry-http.js'
import { type Registry, RegistryWatch } from '../registry-watch.js'
import type { ResolverParts } from '../resolver-parts.js'
import { NO_INDEX, nextIndex } from './consul-index.js'
import { consulEndpoints } from './consul-instances.js'

interface QueryTimes {
  /** How long a query blocks. */
  readonly wait: Milliseconds
  /** How long an answer may take beyond that. */
  readonly slack: Milliseconds
}

/** Less than the minute after which proxies and load balancers take a silent connection for dead. */
const TIMES: QueryTimes = { wait: 50_000, slack: 10_000 }
/** Part of the wait that Consul may add to it, by chance, so that queries that began together do not end together. */
const JITTER = 1 / 16
/** A server that has heard nothing from its leader for so long is behind. */
const STALEST: Milliseconds = 30_000

/**
 * Consul's blocking queries: each asks for the instances as they are, and is answered when they are no longer what they were at `index`, or
 * when `wait` is over. A return is no proof of a change; what was found is told all the same, since it is the set as it is now.
 *
 * Any server may answer (`stale`), so that an election or the loss of the leader takes nobody's answer away. A server that is cut off from
 * its leader would go on telling old news: then the leader is asked for, and what the server said counts only where nothing else is known.
 */
class ConsulRegistry implements Registry {
  readonly #options: ResolvedConsulDiscovery
  readonly #http: RegistryHttp
  readonly #times: QueryTimes
  #index = NO_INDEX
  #found = false
  /** The last server to answer was behind. */
  #behind = false

  constructor(options: ResolvedConsulDiscovery, timers: Timers, times: QueryTimes) {
    this.#options = options
    this.#http = new RegistryHttp('Consul', options.tls, timers)
    this.#times = times
  }

  async turn(found: (endpoints: readonly unknown[]) => void, signal: AbortSignal): Promise<Milliseconds> {
    const previous = this.#index
    // Until this one is answered well: after an error the next asks for what there is, without waiting.
    this.#index = NO_INDEX
    const stale = this.#options.stale && !this.#behind
    const answer = await this.#ask(previous, stale, signal)
    this.#behind = stale && isBehind(answer)
    if (this.#behind && this.#found) return 0
    const endpoints = consulEndpoints(answer.body, this.#options)
    if (endpoints.length === 0 && answer.headers['x-consul-results-filtered-by-acls'] === 'true') throw hidden(this.#options.serviceName)
    this.#index = this.#behind ? NO_INDEX : nextIndex(previous, answer.headers['x-consul-index'])
    this.#found = true
    found(endpoints)
    return 0
  }

  close(): Promise<void> {
    return this.#http.close()
  }

  #ask(index: bigint, stale: boolean, signal: AbortSignal): Promise<RegistryAnswer> {
    const { consulUrl, serviceName, tag, datacenter, token, onlyPassing, near } = this.#options
    const url = new URL(consulUrl)
    url.pathname = `${url.pathname.replace(/\/+$/, '')}/v1/health/service/${encodeURIComponent(serviceName)}`
    const query = url.searchParams
    for (const one of [tag ?? []].flat()) query.append('tag', one)
    if (datacenter !== undefined) query.set('dc', datacenter)
    if (near !== undefined) query.set('near', near)
    if (onlyPassing) query.set('passing', '1')
    if (stale) query.set('stale', '')
    if (index !== NO_INDEX) {
      query.set('index', String(index))
      query.set('wait', `${this.#times.wait}ms`)
    }
    return this.#http.ask({
      url: url.href,
      headers: token === undefined ? {} : { 'x-consul-token': token },
      secrets: token === undefined ? [] : [token],
      signal,
      timeout: (index === NO_INDEX ? 0 : this.#times.wait * (1 + JITTER)) + this.#times.slack,
    })
  }
}

export function consulResolver(options: ResolvedConsulDiscovery, parts: ResolverParts, times: QueryTimes = TIMES): Resolver {
  return new RegistryWatch(new ConsulRegistry(options, parts.timers, times), parts)
}

function isBehind({ headers }: RegistryAnswer): boolean {
  return headers['x-consul-knownleader'] === 'false' || Number(headers['x-consul-lastcontact'] ?? 0) > STALEST
}

/** Consul leaves out what a token may not see, and answers 200: without this an ACL that was forgotten would be an empty service. */
function hidden(serviceName: string): PoolError {
  const words = `Consul hides the instances of ${serviceName}: the token needs service:read on the service and node:read on its nodes`
  return new PoolError('AUTH_FAILED', words, { progress: 'answered' })
}
