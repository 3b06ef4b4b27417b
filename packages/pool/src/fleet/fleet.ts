import type { ResolvedEndpoint } from '../config/index.js'
import { PoolError } from '../errors.js'
import type { EjectionReason } from '../health/index.js'
import type { AttemptFailure, Milliseconds, Outcome, Target } from '../ports.js'
import { EndpointSet } from './endpoint-set.js'
import type { EndpointChanges, FleetOptions } from './fleet-ports.js'
import { Member, type MemberOwner } from './member.js'
import type { FleetClient } from './fleet-client.js'
import { Roster } from './roster.js'
import type { Site } from './site.js'
import { Sites } from './sites.js'
import { Sizing } from './sizing.js'
import { Until } from './until.js'
import { type Views, viewsOf } from './views.js'

/** How long `shutdown` waits for calls when it is not told: half of what Kubernetes gives before it kills, so that the rest can be closed. */
const SHUTDOWN_TIMEOUT: Milliseconds = 15_000

/** Ids in a message. */
const SHOWN = 10

export interface ShutdownOptions {
  /** How long calls under way may take to finish; then they fail with `SHUTTING_DOWN`. 0 does not wait. Milliseconds. @default 15_000 */
  readonly timeout?: Milliseconds | undefined
}

/**
 * Who is there: the clients of a pool, from `start` to `shutdown`.
 *
 *     Sizing   how many, and where                     ┐
 *     Member   one client: connections, health, events ├── Roster: who is fit ──▶ onSnapshot
 *     Views    the maps that people read and write     ┘
 *
 * The methods that the pool has in the seed's names are here in the same names; ids that are unknown are those of clients
 * that are gone, and nothing is done for them.
 */
export class Fleet implements MemberOwner {
  readonly options: FleetOptions
  readonly views: Views
  readonly #sites: Sites
  readonly #roster: Roster
  readonly #sizing: Sizing
  readonly #set: EndpointSet
  /** Makes ids of several pools in one log differ. */
  readonly #idPrefix: string
  #lastId = 0
  #starting: Promise<void> | undefined
  #closing: Promise<void> | undefined

  constructor(options: FleetOptions) {
    this.options = options
    this.#idPrefix = `client-${Math.floor(options.random() * 36 ** 6)
      .toString(36)
      .padStart(6, '0')}`
    this.#sites = new Sites(options.endpoints)
    this.#roster = new Roster((available) => options.hooks.onSnapshot(available))
    this.#sizing = new Sizing(options, this.#sites, this.#roster, (site, number) => new Member(this, site, number, `${this.#idPrefix}-${++this.#lastId}`))
    this.#set = new EndpointSet(this.#sites, this.#roster, this.#sizing, (id) => options.hooks.onEndpointGone(id))
    this.views = viewsOf(this.#roster, (member) => void this.#sizing.depart(member))
  }

  // ── Beginning and end ────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Connects `minSize` clients. Resolves when all have been tried and one is there, the rest follow; rejects with
   * `NO_HEALTHY_CLIENTS` when no endpoint can be reached, and may then be called again.
   */
  start(): Promise<void> {
    if (this.#closing !== undefined) return Promise.reject(shuttingDown())
    this.#starting ??= this.#start().catch((error: unknown) => {
      this.#starting = undefined
      throw error
    })
    return this.#starting
  }

  /** Waits for calls, then closes everything. Idempotent. */
  shutdown({ timeout = SHUTDOWN_TIMEOUT }: ShutdownOptions = {}): Promise<void> {
    this.#closing ??= this.#shutdown(timeout)
    return this.#closing
  }

  async #start(): Promise<void> {
    const { hooks } = this.options
    hooks.emit('starting')
    if (hooks.endpointsKnown !== undefined) await this.#known(hooks.endpointsKnown)
    const failures: FirstFailure[] = []
    const tried = new Set<Site>()
    let successful = 0
    // When none of those comes up, endpoints that nobody has tried yet are better than giving up.
    for (let round = this.#firstClients(tried); round.length > 0; round = this.#firstClients(tried)) {
      const failed: FirstFailure[] = []
      for (const outcome of await Promise.all(round)) {
        if (outcome === undefined) successful++
        else failed.push(outcome)
      }
      if (this.#closing !== undefined) throw shuttingDown()
      for (const failure of failed) hooks.emit('client:creation-failed', failure)
      failures.push(...failed)
      if (successful > 0) break
    }
    if (successful === 0)
      throw nobody(
        failures.map(({ error }) => error),
        this.#sites.size,
      )
    hooks.emit('started', { successful, failed: failures.length, total: this.#roster.listed.size })
    this.#sizing.start()
  }

  async #known(endpoints: () => Promise<void>): Promise<void> {
    await endpoints()
    if (this.#closing !== undefined) throw shuttingDown()
  }

  /** One for each place of the minimum, at endpoints that were not tried before. */
  #firstClients(tried: Set<Site>): Array<Promise<FirstFailure | undefined>> {
    const { maxSize } = this.options.config
    const before = new Set(tried)
    const round: Array<Promise<FirstFailure | undefined>> = []
    while (round.length < this.#sizing.minimum && this.#roster.held.size < maxSize) {
      const site = this.#sites.neediest((candidate) => !before.has(candidate))
      if (site === undefined) break
      tried.add(site)
      const { label: endpoint } = site.endpoint
      const firstFailure = (error: Error): FirstFailure => ({ endpoint, error })
      round.push(this.#sizing.supply(site).then(() => undefined, firstFailure))
    }
    return round
  }

  async #shutdown(timeout: Milliseconds): Promise<void> {
    const { hooks, timers } = this.options
    hooks.emit('shutting-down')
    const why = shuttingDown()
    this.#sizing.stop()
    for (const member of this.#roster.held) if (member.health.status === 'connecting') member.leave(why)
    // Until they are done, calls may need another client: those who are there are kept fit.
    const idle = (): boolean => hooks.callsUnderWay() === 0 && this.#outstanding === 0
    await new Until(timers, idle, timeout).over
    try {
      hooks.abandonCalls()
    } finally {
      // Whatever a caller's own parts do when they are told: nothing stays open for it.
      await this.#close(why)
    }
  }

  async #close(why: PoolError): Promise<void> {
    const { hooks, totals } = this.options
    const ends: Array<Promise<void>> = []
    for (const member of this.#roster.held) {
      member.leave(why)
      member.finishing?.cut()
      ends.push(member.departure ?? member.close())
    }
    this.#roster.publish()
    await Promise.all(ends)
    this.#roster.clear()
    totals.activeConnections = 0
    await hooks.release()
    hooks.emit('shutdown')
  }

  get #outstanding(): number {
    let sum = 0
    for (const { outstanding } of this.#roster.held) sum += outstanding
    return sum
  }

  #mustRun(): void {
    if (this.#closing !== undefined) throw shuttingDown()
    if (this.#starting === undefined) throw new PoolError('NOT_STARTED', 'the pool is not started: call start() first')
  }

  // ── Who is there ─────────────────────────────────────────────────────────────────────────────────────────────────

  /** Those who can take calls: the fit, and those who are out only for their outcomes. The same array until that changes. */
  get available(): readonly FleetClient[] {
    return this.#roster.available
  }

  /** Those who are well: the same array until that changes. */
  get fit(): readonly FleetClient[] {
    return this.#roster.fit
  }

  /** Somebody who is not fit now may be soon. */
  get recovering(): boolean {
    return this.#closing === undefined && (this.#roster.serving > this.#roster.fit.length || this.#sizing.expecting)
  }

  /** The clients that there should be: `minSize`, or where it was not given, what follows from the endpoints. */
  get minimum(): number {
    return this.#sizing.minimum
  }

  isHealthy(clientId: string): boolean {
    return this.#member(clientId)?.health.fit ?? false
  }

  getHealthyClients(): FleetClient[] {
    return [...this.#roster.fit]
  }

  /**
   * A client more, connected: at `endpoint`, whether it was drained or not, or where it is likely to be had. What replaced it
   * elsewhere while it was drained goes. Rejects with `POOL_FULL` at `maxSize`, with what went wrong where it cannot be connected, and outside of start and shutdown.
   */
  async createClient(endpoint?: ResolvedEndpoint): Promise<FleetClient> {
    this.#mustRun()
    return this.#sizing.add(endpoint === undefined ? this.#likeliest() : this.#sites.of(endpoint), endpoint !== undefined)
  }

  /** Where the next client goes: endpoints take turns, those with fewest clients first. */
  async discoverEndpoint(): Promise<ResolvedEndpoint> {
    return this.#likeliest().endpoint
  }

  #likeliest(): Site {
    const site = this.#sites.likeliest()
    if (site === undefined)
      throw new PoolError('NO_HEALTHY_CLIENTS', `there is no endpoint to connect to: ${this.#sites.size === 0 ? 'none is known' : 'all are drained'}`)
    return site
  }

  /** Takes no new calls, finishes those it has, and is closed; another takes its place where `minSize` asks for one. */
  async removeClient(clientId: string): Promise<void> {
    const member = this.#member(clientId)
    if (member !== undefined) await this.#sizing.depart(member)
  }

  /**
   * Removes all clients of an endpoint, which gets no others until `createClient` is called for it. They are replaced elsewhere
   * where `minSize` was given, or there would be less than two. Rejects with `CONFIG` for an unknown one.
   */
  async drain(endpointId: string): Promise<void> {
    const site = this.#sites.get(endpointId)
    if (site === undefined) throw new PoolError('CONFIG', `there is no endpoint ${endpointId}: known are ${some(this.#sites.ids)}`)
    site.drained = true
    const ends = [...this.#roster.held].filter((member) => member.site === site).map((member) => this.#set.letGo(member))
    this.#sizing.keep()
    await Promise.all(ends)
  }

  /** The set of endpoints is another: see `EndpointSet`. */
  changeEndpoints(changes: EndpointChanges): void {
    if (this.#closing === undefined) this.#set.change(changes)
  }

  #member(clientId: string): Member | undefined {
    return this.#roster.listed.get(clientId)
  }

  // ── Health ───────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Probes every client now, and from now on. `start` does it by itself, spread over the first interval. */
  startHealthMonitoring(): void {
    for (const id of this.#roster.listed.keys()) this.startHealthCheck(id)
  }

  startHealthCheck(clientId: string): void {
    const member = this.#member(clientId)
    if (member === undefined || member.leaving) return
    member.watch.start()
    void member.watch.check()
  }

  async performHealthCheck(clientId: string): Promise<void> {
    await this.#member(clientId)?.watch.check()
  }

  handleHealthCheckFailure(clientId: string, error: Error): void {
    const member = this.#member(clientId)
    if (member !== undefined && !member.leaving) member.probeFailed(error)
  }

  handleClientError(clientId: string, error: Error): void {
    const member = this.#member(clientId)
    if (member === undefined) this.options.hooks.emit('client:error', { clientId, endpoint: undefined, error })
    else member.record.failed(error)
  }

  async handleClientDisconnection(clientId: string): Promise<void> {
    this.#member(clientId)?.disconnected()
  }

  async attemptClientRecovery(clientId: string): Promise<void> {
    const member = this.#member(clientId)
    if (member !== undefined && !member.leaving) await member.recovery.attempt()
  }

  updateLoadMetrics(clientId: string, metrics: Readonly<Record<string, unknown>>): void {
    this.#member(clientId)?.reports.add(metrics)
  }

  // ── From the calls ───────────────────────────────────────────────────────────────────────────────────────────────

  /** An attempt was settled. `failure` is why it failed, where it did. */
  report(target: Target, outcome: Outcome, failure: AttemptFailure | undefined): void {
    this.#member(target.id)?.record.settled(outcome, failure)
  }

  /** The target is out for its outcomes, for so long. It keeps its connection, and its probes; said again, the new time counts. */
  eject(target: Target, reason: EjectionReason, duration: Milliseconds): void {
    this.#member(target.id)?.record.eject(reason, duration)
  }

  /** The target is not out for its outcomes any more. */
  reinstate(target: Target): void {
    this.#member(target.id)?.record.reinstate()
  }

  /** A call found its client busy, or waits in a queue: see `Sizing.pressure`. */
  pressure(queued = false): void {
    this.#sizing.pressure(queued)
  }

  // ── From the members ─────────────────────────────────────────────────────────────────────────────────────────────

  fitnessChanged(): void {
    this.#roster.publish()
    this.#sizing.relieve()
  }

  canSpare(member: Member): boolean {
    return this.#roster.fit.some((client) => client !== member.client)
  }

  connectionChanged(member: Member): void {
    member.site.reachable()
    this.options.hooks.onServesChanged(member.client)
    if (member.available) this.#roster.republish()
    this.#sizing.keep()
  }

  disconnected(member: Member): void {
    this.#sizing.replace(member.client)
  }

  keeps(member: Member): boolean {
    return this.#sizing.keeps(member)
  }
}

/** Where a client could not be had at the start, and why. */
interface FirstFailure {
  readonly endpoint: string
  readonly error: Error
}

/** Of ten thousand nobody reads all. */
function some(ids: Iterable<string>): string {
  const all = [...ids]
  return all.length > SHOWN ? `${all.slice(0, SHOWN).join(', ')} and ${all.length - SHOWN} more` : all.join(', ')
}

function shuttingDown(): PoolError {
  return new PoolError('SHUTTING_DOWN', 'the pool is shut down')
}

function nobody(failures: readonly Error[], endpoints: number): PoolError {
  const what = `none of ${endpoints} endpoints could be connected`
  const first = failures[0] === undefined ? '' : `: ${failures[0].message}`
  return new PoolError('NO_HEALTHY_CLIENTS', `${what}${first}`, { attempts: failures.length, cause: new AggregateError(failures, what) })
}
