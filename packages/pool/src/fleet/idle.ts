import { Alarm, type Milliseconds, type Timers } from '../ports.js'
import type { Member } from './member.js'
import type { Roster } from './roster.js'
import type { Site } from './site.js'

/** Looks in one `idleTimeout`: a client is closed at most a quarter of it late. */
const LOOKS = 4

/** Looking more often than this gains nobody anything. */
const SHORTEST_LOOK: Milliseconds = 250

/**
 * Closes clients above the minimum that nobody has used for `idleTimeout`, so that the endpoints stay evenly staffed.
 *
 * It looks now and then whether a client did anything since it looked last, so that a call need not leave a note of its time.
 */
export class IdleWatch extends Alarm {
  readonly #roster: Roster
  readonly #timers: Timers
  readonly #minimum: () => number
  readonly #idleTimeout: Milliseconds
  readonly #close: (member: Member) => void
  readonly #seen = new Map<Member, { readonly total: number; readonly since: Milliseconds }>()
  #looking = false

  constructor(roster: Roster, timers: Timers, limits: { readonly minimum: () => number; readonly idleTimeout: Milliseconds }, close: (member: Member) => void) {
    super()
    this.#roster = roster
    this.#timers = timers
    this.#minimum = limits.minimum
    this.#idleTimeout = limits.idleTimeout
    this.#close = close
  }

  /** The number of clients changed: there may be some to spare. */
  sizeChanged(): void {
    if (this.#looking || this.#roster.serving <= this.#minimum()) return
    this.#looking = true
    this.#note(this.#timers.now())
    this.#lookAgain()
  }

  stop(): void {
    this.#looking = false
    this.#seen.clear()
    this.#timers.clear(this)
  }

  override fire(now: Milliseconds): void {
    this.#note(now)
    for (const member of this.#toSpare(now)) this.#close(member)
    if (this.#roster.serving > this.#minimum()) this.#lookAgain()
    else this.stop()
  }

  #lookAgain(): void {
    this.#timers.set(this, Math.max(SHORTEST_LOOK, this.#idleTimeout / LOOKS))
  }

  #note(now: Milliseconds): void {
    const { listed } = this.#roster
    for (const member of listed.values()) {
      const total = member.client.load.statistics.total
      const seen = this.#seen.get(member)
      const idle = seen !== undefined && seen.total === total && member.outstanding === 0 && (member.client.connection.held ?? 0) === 0
      if (!idle) this.#seen.set(member, { total, since: now })
    }
    for (const member of this.#seen.keys()) if (!listed.has(member.id)) this.#seen.delete(member)
  }

  /**
   * As many as there are fit ones above the minimum: where most stand, and of those who idles longest. One that stands alone at
   * its endpoint is spared for a while where another, at an endpoint with more, is about to have idled as long.
   */
  #toSpare(now: Milliseconds): Member[] {
    const population = new Map<Site, number>()
    for (const { site } of this.#roster.listed.values()) population.set(site, site.population)
    const quiet = new Map<Member, Milliseconds>()
    for (const [member, { since }] of this.#seen) if (member.health.fit && since < now) quiet.set(member, now - since)
    const spare: Member[] = []
    for (let left = this.#roster.fit.length - this.#minimum(); left > 0 && quiet.size > 0; left--) {
      const member = this.#mostSuperfluous(quiet, population)
      population.set(member.site, population.get(member.site)! - 1)
      if (quiet.get(member)! >= this.#idleTimeout) spare.push(member)
      quiet.delete(member)
    }
    return spare
  }

  #mostSuperfluous(quiet: ReadonlyMap<Member, Milliseconds>, population: ReadonlyMap<Site, number>): Member {
    const overdue = (member: Member): number => (quiet.get(member)! >= 2 * this.#idleTimeout ? 1 : 0)
    return [...quiet.keys()].reduce((best, member) => {
      const more = overdue(member) - overdue(best) || population.get(member.site)! - population.get(best.site)! || quiet.get(member)! - quiet.get(best)!
      return more > 0 ? member : best
    })
  }
}
