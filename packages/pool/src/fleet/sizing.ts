import { defaultMinSize } from '../config/index.js'
import { PoolError } from '../errors.js'
import { Alarm } from '../ports.js'
import type { FleetOptions } from './fleet-ports.js'
import { IdleWatch } from './idle.js'
import type { Member } from './member.js'
import { Moves } from './moves.js'
import type { FleetClient } from './fleet-client.js'
import { recoveryLimits } from './recovery.js'
import type { Roster } from './roster.js'
import type { Site } from './site.js'
import type { Sites } from './sites.js'
import { StandIns } from './stand-ins.js'
import { Until } from './until.js'

/**
 * How many clients there are, and where.
 *
 * It keeps no list of things to do, which could lose one. Whenever anything changed, `keep` compares what there is with what
 * there should be, and begins to connect what is missing; what cannot be connected now has an alarm for when it can. So a
 * place is never given up, however it became vacant.
 *
 *     missing   the minimum − those who are there or being connected: where fewest are
 *     owed      clients above the minimum whose recovery failed: where they were
 *     pressure  every fit client has all its sockets busy, or calls wait in the queue: one more, where it is likely to be had
 *     moves     those whose endpoint is another now, and the share of endpoints that were added: one comes, one goes
 *     stand-ins above the minimum, in the stead of a drained endpoint that is back: closed when their calls are done
 *     idle      above the minimum, and unused: closed
 */
export class Sizing extends Alarm {
  readonly #options: FleetOptions
  readonly #sites: Sites
  readonly #roster: Roster
  readonly #newMember: (site: Site, number: number) => Member
  readonly #standIns = new StandIns()
  readonly #idle: IdleWatch
  readonly #moves: Moves
  #keeping = false
  #growing = false
  /** Places that become free, and are somebody's already. */
  #promised = 0
  /** Where the search for a client with a free socket begins: at the one that had one when asked last. */
  #spare = 0

  constructor(options: FleetOptions, sites: Sites, roster: Roster, newMember: (site: Site, number: number) => Member) {
    super()
    const { config, timers } = options
    this.#options = options
    this.#sites = sites
    this.#roster = roster
    this.#newMember = newMember
    const limits = { minimum: () => this.minimum, idleTimeout: config.idleTimeout }
    this.#idle = new IdleWatch(roster, timers, limits, (member) => void this.depart(member))
    this.#moves = new Moves(sites, roster, this)
  }

  /** From now on `minSize` holds, and what is idle above it is closed. */
  start(): void {
    this.#keeping = true
    this.keep()
  }

  stop(): void {
    this.#keeping = false
    this.#options.timers.clear(this)
    this.#idle.stop()
    this.#moves.stop()
  }

  /** `minSize`. Where it was not given it follows the endpoints, and one that is drained is not replaced: the others are enough for it. */
  get minimum(): number {
    const { minSize, minSizeGiven, maxSize } = this.#options.config
    return minSizeGiven ? minSize : defaultMinSize(this.#sites.open, maxSize)
  }

  /** Some of the minimum is missing, and may be had. */
  get expecting(): boolean {
    return (this.#missing > 0 && this.#sites.open > 0) || this.#roster.connecting > 0
  }

  get #missing(): number {
    return this.minimum - this.#roster.serving - this.#roster.connecting - this.#promised
  }

  /** Clients that may be added. */
  get room(): number {
    return this.#options.config.maxSize - this.#roster.held.size - this.#promised
  }

  override fire(): void {
    this.keep()
  }

  keep(): void {
    if (!this.#keeping) return
    const { timers } = this.#options
    const now = timers.now()
    let next = Number.POSITIVE_INFINITY
    while (this.#missing > 0 && this.room > 0) {
      const site = this.#sites.neediest()
      if (site === undefined) break
      if (!site.mayTry(now)) {
        next = site.retryAt
        break
      }
      void this.#settled(this.supply(site), site)
    }
    this.relieve()
    for (const site of [...this.#sites.owing]) {
      while (site.owed > site.connecting && this.room > 0 && site.mayTry(now)) void this.fill(site)
      if (site.owed > site.connecting && this.room > 0) next = Math.min(next, site.retryAt)
    }
    next = Math.min(next, this.#moves.run(now))
    // One that is being connected asks again when it is done, whatever comes of it.
    if (next > now && next !== Number.POSITIVE_INFINITY) timers.set(this, next - now)
    else timers.clear(this)
    this.#idle.sizeChanged()
  }

  /**
   * Asked when a call finds its client busy, or is `queued`: adds a client, one at a time; for the former only if nobody has a free
   * socket. Cheap as long as anybody has one.
   */
  pressure(queued: boolean): void {
    if (!this.#keeping || this.#growing || this.room <= 0) return
    // Limits, and not sockets, are what a queue waits for.
    if (!queued && this.#anyoneFree()) return
    const now = this.#options.timers.now()
    const site = this.#sites.likeliest((candidate) => candidate.mayTry(now))
    if (site === undefined) return
    this.#growing = true
    void this.fill(site).finally(() => {
      this.#growing = false
    })
  }

  /** Asked when somebody became fit: lets those go that were needed only until then. */
  relieve(): void {
    while (this.#keeping && this.#roster.fit.length > this.minimum) {
      const member = this.#standIns.takeRelieved(this.#sites.share(this.minimum))
      if (member === undefined) return
      void this.depart(member)
    }
  }

  /** The pool is below its minimum and this one was just lost: tried at once, whatever the endpoints' backoff. */
  replace({ ref }: FleetClient): void {
    if (!this.#keeping || this.#missing <= 0 || this.room <= 0) return
    const site = this.#sites.likeliest()
    if (site === undefined) return
    this.supply(site).catch((error: Error) => this.#options.hooks.emit('client:replacement-failed', { ...ref, error }))
  }

  /**
   * A client that somebody asked for. Where it was asked for `byName`, and its endpoint has less than its share, it relieves one
   * that stands in for it: now if the pool is full, else when it is connected.
   */
  async add(site: Site, byName: boolean): Promise<FleetClient> {
    if (this.room <= 0) return this.#inStead(byName ? this.#standIns.betterAt(site) : undefined, site)
    site.drained = false
    const lacked = byName && site.population < this.#sites.share(this.minimum)
    const client = await this.create(site)
    if (lacked) {
      this.#standIns.relieve()
      this.relieve()
    }
    return client
  }

  async #inStead(standIn: Member | undefined, site: Site): Promise<FleetClient> {
    if (standIn === undefined) {
      this.#sites.forget(site)
      const { maxSize } = this.#options.config
      throw new PoolError('POOL_FULL', `the pool has ${maxSize} clients, its maxSize: raise it, or remove one`)
    }
    site.drained = false
    this.#promised++
    try {
      await this.depart(standIn)
    } finally {
      this.#promised--
    }
    // What was asked for last counts.
    if (!site.open || !this.#keeping) {
      this.keep()
      throw new PoolError('CANCELLED', `${site.endpoint.label} takes no clients any more`)
    }
    return this.create(site)
  }

  /** One of the minimum, at `site`. Where others are already, it is there in the stead of one that a drained endpoint lacks. */
  supply(site: Site): Promise<FleetClient> {
    return this.create(site, site.population > 0 && this.#sites.someDrained)
  }

  /** A new client, connected. */
  async create(site: Site, standsIn = false): Promise<FleetClient> {
    const { hooks, timers, random, config, totals } = this.#options
    const number = site.enter()
    const member = this.#newMember(site, number)
    if (standsIn) this.#standIns.add(member)
    this.#roster.hold(member)
    site.connecting++
    try {
      await member.reconnect()
    } catch (cause) {
      const error = cause instanceof Error ? cause : new Error(String(cause))
      site.connecting--
      site.lose()
      this.#roster.dismiss(member)
      this.#vacate(member)
      if (!member.leaving) {
        site.refused(timers.now(), recoveryLimits(config), random)
        totals.failedConnections++
        hooks.emit('client:error', { ...member.client.ref, error })
      }
      this.keep()
      throw error
    }
    site.connecting--
    site.gained()
    totals.totalConnections++
    totals.activeConnections++
    this.#roster.list(member)
    member.watch.start()
    const { era, facts } = member.client.connection
    hooks.emit('client:connected', { ...member.client.ref, era, protocolVersion: facts.protocolVersion })
    this.keep()
    return member.client
  }

  /** Leaves the pool: no new calls, those under way finish, then it is closed. Resolves when it is gone. */
  depart(member: Member): Promise<void> {
    member.departure ??= this.#depart(member)
    return member.departure
  }

  /** The recovery of a member failed. `false`: there are enough without it, and its endpoint will be tried again. */
  keeps(member: Member): boolean {
    const { config, timers, random } = this.#options
    if (this.#roster.serving <= this.minimum) return true
    if (!this.#standIns.has(member) && member.site.standing !== 'gone') member.site.owe()
    member.site.refused(timers.now(), recoveryLimits(config), random)
    void this.depart(member)
    return false
  }

  /** The endpoints of the set are others than they were: some were added, for others `heirs` say what they are now, and whose clients follow. */
  endpointsChanged(added: readonly Site[], heirs: ReadonlyMap<Site, Site | undefined>, following: ReadonlyMap<Site, readonly Member[]>): void {
    this.#moves.redirect(heirs)
    for (const [heir, members] of following) this.#moves.follow(members, heir)
    // First what is missing, which comes to those that were added.
    this.keep()
    this.#moves.settle(added)
    this.keep()
  }

  /** Connects one by the pool's own doing; whether that came to be. */
  fill(site: Site): Promise<boolean> {
    return this.#settled(this.create(site), site)
  }

  /** Lets the member go, and connects one at `site` in its place where that is still wanted then. */
  async replaceBy(member: Member, site: Site, wanted: () => boolean): Promise<void> {
    this.#promised++
    await this.depart(member)
    this.#promised--
    if (wanted() && this.#keeping) await this.fill(site)
    else this.keep()
  }

  async #settled(client: Promise<FleetClient>, site: Site): Promise<boolean> {
    try {
      await client
      return true
    } catch (error) {
      // A drain or shutdown that came in between is no failure.
      if (site.open && this.#keeping) this.#options.hooks.emit('client:creation-failed', { endpoint: site.endpoint.label, error: error as Error })
      return false
    }
  }

  async #depart(member: Member): Promise<void> {
    const { hooks, timers, totals } = this.#options
    const { site } = member
    member.leave(new PoolError('CANCELLED', `client ${member.id} leaves the pool`, { endpoint: site.endpoint.label }))
    site.lose()
    this.#roster.left()
    hooks.emit('client:draining', { ...member.client.ref, outstanding: member.outstanding })
    if (member.outstanding > 0) {
      // Its place is needed now, if there is room for another.
      this.keep()
      member.finishing = new Until(timers, () => member.outstanding === 0)
      await member.finishing.over
    }
    await member.close()
    totals.activeConnections--
    this.#roster.release(member)
    this.#vacate(member)
    hooks.onRemoved(member.id)
    hooks.emit('client:removed', member.client.ref)
    this.keep()
  }

  #vacate(member: Member): void {
    member.site.leave(member.number)
    this.#standIns.remove(member)
    this.#sites.forget(member.site)
  }

  #anyoneFree(): boolean {
    const { fit } = this.#roster
    const { connectionsPerClient } = this.#options.config
    for (let i = 0; i < fit.length; i++) {
      const at = (this.#spare + i) % fit.length
      if (fit[at]!.load.outstanding < connectionsPerClient) {
        this.#spare = at
        return true
      }
    }
    return false
  }
}
