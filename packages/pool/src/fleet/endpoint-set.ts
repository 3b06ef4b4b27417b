import { type ResolvedEndpoint, sameConnection } from '../config/index.js'
import { PoolError } from '../errors.js'
import type { EndpointChanges } from './fleet-ports.js'
import type { Member } from './member.js'
import type { Roster } from './roster.js'
import type { Site } from './site.js'
import type { Sites } from './sites.js'
import type { Sizing } from './sizing.js'

/**
 * The set of endpoints, which changes while the pool runs, and what becomes of the clients then.
 *
 *     added                                  its share of the clients, at once
 *     another weight, other tags, zone       the same clients, with that
 *     another URL, credentials, protocol, …  other clients, one for each; then those that were there finish what they have
 *     gone                                   no new calls, and closed when those under way are done
 */
export class EndpointSet {
  readonly #sites: Sites
  readonly #roster: Roster
  readonly #sizing: Sizing
  readonly #onGone: (endpointId: string) => void

  constructor(sites: Sites, roster: Roster, sizing: Sizing, onGone: (endpointId: string) => void) {
    this.#sites = sites
    this.#roster = roster
    this.#sizing = sizing
    this.#onGone = onGone
  }

  /** Costs what changed, and one way through the clients. */
  change({ found, gone }: EndpointChanges): void {
    const added: Site[] = []
    const redescribed = new Set<Site>()
    /** By the sites whose clients go: where others come for them. */
    const heirs = new Map<Site, Site | undefined>()
    for (const id of gone) {
      const site = this.#sites.get(id)
      if (site !== undefined) heirs.set(this.#dismiss(site), undefined)
    }
    for (const endpoint of found) {
      const known = this.#sites.get(endpoint.id)
      if (known === undefined) added.push(this.#sites.list(endpoint))
      else if (sameConnection(known.endpoint, endpoint)) redescribed.add(this.#sites.relist(known, endpoint))
      else heirs.set(this.#dismiss(known), this.#heirOf(known, endpoint))
    }
    const following = new Map<Site, Member[]>()
    let seen = false
    for (const member of [...this.#roster.held]) {
      const { site } = member
      if (redescribed.has(site)) {
        member.client.describe(site.endpoint)
        seen ||= member.available
      } else if (heirs.has(site) && !member.leaving) {
        const heir = heirs.get(site)
        if (heir === undefined || !member.available) void this.letGo(member)
        else following.set(heir, [...(following.get(heir) ?? []), member])
      }
    }
    if (seen) this.#roster.republish()
    this.#sizing.endpointsChanged(added, heirs, following)
  }

  /** One whose connection is only being made is given up, all others finish what they have. */
  letGo(member: Member): Promise<void> {
    const { label } = member.endpoint
    if (member.health.status !== 'connecting') return this.#sizing.depart(member)
    member.leave(new PoolError('CANCELLED', `${label} takes no clients any more`, { endpoint: label }))
    return Promise.resolve()
  }

  #dismiss(site: Site): Site {
    this.#sites.dismiss(site)
    this.#onGone(site.endpoint.id)
    return site
  }

  #heirOf({ drained }: Site, endpoint: ResolvedEndpoint): Site {
    const heir = this.#sites.list(endpoint)
    heir.drained = drained
    return heir
  }
}
