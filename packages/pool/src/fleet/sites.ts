import type { ResolvedEndpoint } from '../config/index.js'
import { Site, type SiteOwner } from './site.js'
import { SiteRanks } from './site-ranks.js'

/** All endpoints: which one gets the next client. Those that are listed, and those that somebody named. */
export class Sites implements SiteOwner {
  readonly #sites = new Map<string, Site>()
  readonly #ranks = new SiteRanks()
  readonly #owing = new Set<Site>()
  #listed = 0

  constructor(endpoints: readonly ResolvedEndpoint[]) {
    for (const endpoint of endpoints) this.list(endpoint)
  }

  /** Of those that are known, listed or named. */
  get ids(): Iterable<string> {
    return this.#sites.keys()
  }

  /** Endpoints that are listed. */
  get size(): number {
    return this.#listed
  }

  get(id: string): Site | undefined {
    return this.#sites.get(id)
  }

  /** The site of an endpoint that may be none of those that are listed; such a one is known as long as it has clients. */
  of(endpoint: ResolvedEndpoint): Site {
    return this.#sites.get(endpoint.id) ?? this.#add(new Site(endpoint, 'named', this))
  }

  /** A site for an endpoint that is one of the set from now on. */
  list(endpoint: ResolvedEndpoint): Site {
    this.#listed++
    return this.#add(new Site(endpoint, 'listed', this))
  }

  /** The endpoint is one of the set, and this is how it is described. */
  relist(site: Site, endpoint: ResolvedEndpoint): Site {
    if (site.standing === 'named') this.#listed++
    site.endpoint = endpoint
    site.standing = 'listed'
    return site
  }

  /** The endpoint is one of the set no more, or not as it was. */
  dismiss(site: Site): void {
    if (site.standing === 'listed') this.#listed--
    this.#sites.delete(site.endpoint.id)
    site.standing = 'gone'
  }

  /** Endpoints of the set that take clients. */
  get open(): number {
    return this.#ranks.size
  }

  /** The clients of each, where there are so many and all have alike. */
  share(clients: number): number {
    return Math.ceil(clients / this.open)
  }

  get someDrained(): boolean {
    return this.open < this.#listed
  }

  /** Those that owe a client. */
  get owing(): ReadonlySet<Site> {
    return this.#owing
  }

  forget(site: Site): void {
    if (site.empty && site.standing === 'named') this.#sites.delete(site.endpoint.id)
  }

  /** Where a client is missing most: where fewest are; then who is not failing; then who may be tried first. Equals take turns. */
  neediest(among: (site: Site) => boolean = anyone): Site | undefined {
    return this.#ranks.neediest(among)
  }

  /** Where a client is most likely to be had at once: who is not failing; then where fewest are. Equals take turns. */
  likeliest(among: (site: Site) => boolean = anyone): Site | undefined {
    return this.#ranks.likeliest(among)
  }

  siteChanged(site: Site): void {
    this.#ranks.place(site, site.standing === 'listed' && site.open)
    if (site.owed > 0 && site.open) this.#owing.add(site)
    else this.#owing.delete(site)
  }

  #add(site: Site): Site {
    this.#sites.set(site.endpoint.id, site)
    this.siteChanged(site)
    return site
  }
}

const anyone = (): boolean => true
