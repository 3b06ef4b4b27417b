import type { Site } from './site.js'

/** Sites with the same number of clients. */
interface Level {
  readonly well: Set<Site>
  readonly failing: Set<Site>
}

/**
 * Sites in the order in which clients are missing there.
 *
 * Those with the same number of clients are equals, in a queue: who was chosen goes to its end. So a choice costs nearly the same
 * among ten thousand endpoints as among ten. Only those that fail are looked through, for the one that may be tried first.
 *
 *     clients   well          failing
 *        0      d ▶ e ▶ a     f          ◀── #lowest
 *        1      b ▶ c
 */
export class SiteRanks {
  readonly #levels: Level[] = []
  /** No site is below. */
  #lowest = 0
  #size = 0

  /** Sites that take part. */
  get size(): number {
    return this.#size
  }

  /** Puts the site where it belongs. `takesPart: false` takes it out. */
  place(site: Site, takesPart: boolean): void {
    const rank = takesPart ? this.#rankOf(site) : undefined
    if (rank === site.rank) return
    if (site.rank === undefined) this.#size++
    else site.rank.delete(site)
    if (rank === undefined) this.#size--
    else rank.add(site)
    site.rank = rank
  }

  /** Where fewest clients are; of those who is not failing; of those that fail who may be tried first. */
  neediest(among: (site: Site) => boolean): Site | undefined {
    for (let population = this.#skipEmpty(); population < this.#levels.length; population++) {
      const { well, failing } = this.#levels[population]!
      const site = first(well, among) ?? soonest(failing, among)
      if (site !== undefined) return this.#chosen(site)
    }
    return undefined
  }

  /** Who is not failing; of those where fewest clients are; of those that fail who may be tried first. */
  likeliest(among: (site: Site) => boolean): Site | undefined {
    const lowest = this.#skipEmpty()
    for (const which of ['well', 'failing'] as const) {
      for (let population = lowest; population < this.#levels.length; population++) {
        const sites = this.#levels[population]![which]
        const site = which === 'well' ? first(sites, among) : soonest(sites, among)
        if (site !== undefined) return this.#chosen(site)
      }
    }
    return undefined
  }

  #chosen(site: Site): Site {
    site.rank!.delete(site)
    site.rank!.add(site)
    return site
  }

  #rankOf({ population, failing }: Site): Set<Site> {
    while (this.#levels.length <= population) this.#levels.push({ well: new Set(), failing: new Set() })
    this.#lowest = Math.min(this.#lowest, population)
    return this.#levels[population]![failing ? 'failing' : 'well']
  }

  #skipEmpty(): number {
    const levels = this.#levels
    while (this.#lowest < levels.length - 1 && levels[this.#lowest]!.well.size + levels[this.#lowest]!.failing.size === 0) this.#lowest++
    return this.#lowest
  }
}

function first(sites: ReadonlySet<Site>, among: (site: Site) => boolean): Site | undefined {
  for (const site of sites) if (among(site)) return site
  return undefined
}

function soonest(sites: ReadonlySet<Site>, among: (site: Site) => boolean): Site | undefined {
  let best: Site | undefined
  for (const site of sites) if ((best === undefined || site.retryAt < best.retryAt) && among(site)) best = site
  return best
}
