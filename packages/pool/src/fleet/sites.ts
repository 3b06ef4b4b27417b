import { type BackoffLimits, fullJitter } from '../backoff.js'
import type { ResolvedEndpoint } from '../config/index.js'
import type { EndpointEra } from '../events.js'
import type { Milliseconds, Random } from '../ports.js'

/** One endpoint, and what the fleet has there. */
export class Site {
  readonly endpoint: ResolvedEndpoint
  /** Clients that are there to stay, those being connected included. */
  population = 0
  /** Of those, being connected for the first time. */
  connecting = 0
  /** Takes no clients until somebody asks for one here by name. */
  drained = false
  /** Clients above `minSize` that gave up here, and are tried again when the endpoint is back. */
  owed = 0
  /** What was spoken when a client was last connected here. */
  spoken: EndpointEra | undefined
  readonly #numbers = new Set<number>()
  #failures = 0
  /** No client is connected before this by the fleet's own doing. */
  retryAt: Milliseconds = Number.NEGATIVE_INFINITY

  constructor(endpoint: ResolvedEndpoint) {
    this.endpoint = endpoint
  }

  /** The last connection that was tried here failed. */
  get failing(): boolean {
    return this.#failures > 0
  }

  /** Nobody is here, nor on the way out. */
  get empty(): boolean {
    return this.#numbers.size === 0 && this.owed === 0
  }

  /**
   * Whether the fleet may connect here by its own doing. While connections fail it is one at a time: if the endpoint is still
   * down, one refusal says so as well as ten.
   */
  mayTry(now: Milliseconds): boolean {
    return !this.drained && (!this.failing || (now >= this.retryAt && this.connecting === 0))
  }

  /** A client comes. Its number is the lowest that is free, so that all workers number theirs alike. */
  enter(): number {
    let number = 1
    while (this.#numbers.has(number)) number++
    this.#numbers.add(number)
    this.population++
    return number
  }

  /** A client is there no longer; only now its number is free. */
  leave(number: number): void {
    this.#numbers.delete(number)
  }

  /** Somebody is connected here (again). */
  reachable(): void {
    this.#failures = 0
    this.retryAt = Number.NEGATIVE_INFINITY
  }

  /** A new client is connected. */
  gained(): void {
    this.reachable()
    if (this.owed > 0) this.owed--
  }

  refused(now: Milliseconds, limits: BackoffLimits, random: Random): void {
    this.retryAt = now + fullJitter(this.#failures, limits, random)
    this.#failures++
  }
}

/** All endpoints: which one gets the next client. */
export class Sites {
  readonly #sites = new Map<string, Site>()
  readonly #listed: readonly Site[]
  /** Where the next search begins; endpoints that are equal take turns. */
  #turn = 0

  constructor(endpoints: readonly ResolvedEndpoint[]) {
    this.#listed = endpoints.map((endpoint) => new Site(endpoint))
    for (const site of this.#listed) this.#sites.set(site.endpoint.id, site)
  }

  get all(): Iterable<Site> {
    return this.#sites.values()
  }

  get ids(): readonly string[] {
    return [...this.#sites.keys()]
  }

  get(id: string): Site | undefined {
    return this.#sites.get(id)
  }

  /** The site of an endpoint that may be none of those in the options; such a one is known as long as it has clients. */
  of(endpoint: ResolvedEndpoint): Site {
    const known = this.#sites.get(endpoint.id)
    if (known !== undefined) return known
    const site = new Site(endpoint)
    this.#sites.set(endpoint.id, site)
    return site
  }

  /** Endpoints of the options that take clients. */
  get open(): number {
    return this.#listed.reduce((count, site) => count + (site.drained ? 0 : 1), 0)
  }

  /** The clients of each, where there are so many and all have alike. */
  share(clients: number): number {
    return Math.ceil(clients / this.open)
  }

  get someDrained(): boolean {
    return this.open < this.#listed.length
  }

  forget(site: Site): void {
    if (site.empty && !this.#listed.includes(site)) this.#sites.delete(site.endpoint.id)
  }

  /** Where a client is missing most: where fewest are; then who is not failing; then who may be tried first. */
  neediest(among: (site: Site) => boolean = () => true): Site | undefined {
    return this.#best(among, (a, b) => a.population - b.population || (a.failing ? 1 : 0) - (b.failing ? 1 : 0) || later(a, b))
  }

  /** Where a client is most likely to be had at once: who is not failing; then where fewest are. */
  likeliest(among: (site: Site) => boolean = () => true): Site | undefined {
    return this.#best(among, (a, b) => (a.failing ? 1 : 0) - (b.failing ? 1 : 0) || a.population - b.population || later(a, b))
  }

  #best(among: (site: Site) => boolean, compare: (a: Site, b: Site) => number): Site | undefined {
    const listed = this.#listed
    let best: Site | undefined
    let bestAt = 0
    for (let i = 0; i < listed.length; i++) {
      const at = (this.#turn + i) % listed.length
      const site = listed[at]!
      if (site.drained || !among(site)) continue
      if (best !== undefined && compare(site, best) >= 0) continue
      best = site
      bestAt = at
    }
    if (best !== undefined) this.#turn = bestAt + 1
    return best
  }
}

function later(a: Site, b: Site): number {
  return a.failing && b.failing ? a.retryAt - b.retryAt : 0
}
