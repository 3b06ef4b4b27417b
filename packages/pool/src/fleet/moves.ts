import type { Milliseconds } from '../ports.js'
import type { Member } from './member.js'
import type { Roster } from './roster.js'
import type { Site } from './site.js'
import type { Sites } from './sites.js'

/** What a move is made of. None of it rejects. */
export interface MoveWays {
  /** Clients that may be added now. */
  readonly room: number
  /** Connects one; whether that came to be. */
  fill(site: Site): Promise<boolean>
  depart(member: Member): Promise<void>
  /** Begins what can begin now. */
  keep(): void
  /** Lets the member go, and connects one in its place where that is still wanted then. */
  replaceBy(member: Member, to: Site, wanted: () => boolean): Promise<void>
}

/** A client of `to` in the stead of `from`, where there are less than `upTo`; undefined: of one at an endpoint that has more than the others. */
interface Move {
  readonly to: Site
  readonly from: Member | undefined
  readonly upTo: number
}

/**
 * Clients that are at one endpoint and should be at another: because their own is described otherwise than it was (another URL,
 * other credentials), or because one was added to a fleet that has all the clients that it wants.
 *
 * The new one comes first where there is room for it. Where there is none the old one has to make it, and then a quarter of the
 * clients move at a time, so that the others serve.
 */
export class Moves {
  readonly #sites: Sites
  readonly #roster: Roster
  readonly #ways: MoveWays
  #waiting: Move[] = []
  #running = 0
  /** Of those, one has gone and the other has not come yet. */
  #between = 0

  constructor(sites: Sites, roster: Roster, ways: MoveWays) {
    this.#sites = sites
    this.#roster = roster
    this.#ways = ways
  }

  /** The endpoint of these is `to` from now on. */
  follow(members: readonly Member[], to: Site): void {
    for (const [at, from] of members.entries()) this.#waiting.push({ to, from, upTo: at + 1 })
  }

  /** Those that were to go to one of these go to where that is now. */
  redirect(heirs: ReadonlyMap<Site, Site | undefined>): void {
    this.#waiting = this.#waiting.map((move) => ({ ...move, to: heirs.get(move.to) ?? move.to }))
  }

  /** Endpoints that were added get their share of what there is. */
  settle(newcomers: readonly Site[]): void {
    const share = this.#leastShare
    for (const to of newcomers) for (let upTo = to.population + 1; upTo <= share; upTo++) this.#waiting.push({ to, from: undefined, upTo })
  }

  stop(): void {
    this.#waiting = []
  }

  /** Begins what can begin. Returns when something of the rest can, by itself. */
  run(now: Milliseconds): Milliseconds {
    let next = Number.POSITIVE_INFINITY
    const moves = this.#waiting
    // What is done below may lead here again.
    this.#waiting = []
    for (const move of moves) {
      const { to, from } = move
      if (from === undefined ? !this.#fits(move) : from.leaving) continue
      if (from !== undefined && !to.open) void this.#ways.depart(from)
      else if (!to.mayTry(now)) next = this.#later(move, next)
      else if (this.#ways.room > 0 || this.#running < Math.max(1, (this.#roster.serving + this.#between) >> 2)) {
        void this.#begin(move)
      } else this.#waiting.push(move)
    }
    return next
  }

  #later(move: Move, next: Milliseconds): Milliseconds {
    this.#waiting.push(move)
    return Math.min(next, move.to.retryAt)
  }

  async #begin(move: Move): Promise<void> {
    this.#running++
    await (this.#ways.room > 0 && this.#fits(move) ? this.#before(move) : this.#after(move))
    this.#running--
    this.#ways.keep()
  }

  /** The new one comes before the old one goes. Whoever has to go goes, whatever became of its successor; a newcomer is tried again. */
  async #before(move: Move): Promise<void> {
    const came = await this.#ways.fill(move.to)
    const from = move.from ?? (came ? this.#superfluous(move.to.population) : undefined)
    if (from !== undefined) void this.#ways.depart(from)
    else if (!came) this.#waiting.push(move)
  }

  async #after(move: Move): Promise<void> {
    const from = move.from ?? this.#superfluous(move.upTo)
    if (from === undefined) return
    this.#between++
    await this.#ways.replaceBy(from, move.to, () => this.#fits(move))
    this.#between--
  }

  /** It lacks the client, and where that is for being new, has a right to it. */
  #fits({ to, from, upTo }: Move): boolean {
    return to.open && to.population < upTo && (from !== undefined || upTo <= this.#leastShare)
  }

  /** One where there are more than the share of each, and more than at a newcomer with so many. */
  #superfluous(atNewcomer: number): Member | undefined {
    const enough = Math.max(this.#leastShare, atNewcomer)
    let best: Member | undefined
    for (const member of this.#roster.listed.values()) {
      const { site, leaving, outstanding } = member
      if (leaving || site.population <= enough) continue
      if (best === undefined || site.population > best.site.population || (site === best.site && outstanding < best.outstanding)) best = member
    }
    return best
  }

  get #leastShare(): number {
    return Math.floor((this.#roster.serving + this.#between) / this.#sites.open)
  }
}
