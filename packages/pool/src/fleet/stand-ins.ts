import type { Member } from './member.js'
import type { Site } from './site.js'

/**
 * Clients that are where others were already, because an endpoint that lacked one was drained.
 *
 * When that endpoint is back they are too many. Idleness rids the pool of them only where nobody calls; where it is busy their
 * endpoint would have the traffic of two for ever, and after a restart of each endpoint in turn every one would have another number.
 *
 * Only as many go as come back: a pool that is above its minimum because it has much to do needs them as it needs the others.
 */
export class StandIns {
  readonly #members = new Set<Member>()
  /** So many have come back, and those who stood in for them are still there. */
  #relieved = 0

  add(member: Member): void {
    this.#members.add(member)
  }

  has(member: Member): boolean {
    return this.#members.has(member)
  }

  remove(member: Member): void {
    this.#members.delete(member)
    this.#relieved = Math.min(this.#relieved, this.#members.size)
  }

  /** An endpoint has a client again that it lacked: one may go. */
  relieve(): void {
    this.#relieved = Math.min(this.#relieved + 1, this.#members.size)
  }

  /** The next to go, none of an endpoint that has no more clients than its `share`. It is not named again. */
  takeRelieved(share: number): Member | undefined {
    if (this.#relieved === 0) return undefined
    const member = this.#most(({ population }) => population > share)
    if (member !== undefined) this.#relieved--
    return member
  }

  /** One whose place would be better at `site`. */
  betterAt(site: Site): Member | undefined {
    return this.#most(({ population }) => population > site.population + 1)
  }

  /** Where most are, and there the one that has least to finish. */
  #most(among: (site: Site) => boolean): Member | undefined {
    const candidates = [...this.#members].filter((member) => !member.leaving && member.health.status !== 'connecting' && among(member.site))
    return candidates.sort((a, b) => b.site.population - a.site.population || a.outstanding - b.outstanding)[0]
  }
}
