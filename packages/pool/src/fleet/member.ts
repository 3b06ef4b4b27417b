import type { ResolvedEndpoint } from '../config/index.js'
import { PoolError } from '../errors.js'
import type { PoolEvents } from '../events.js'
import { ClientHealth, type HealthStatus } from '../health/index.js'
import type { JsonRpcNotification, JsonRpcRequest, JsonRpcResponse, LiveConnection, ReportedMetrics } from '../ports.js'
import { Bounded } from './bounded.js'
import { CallRecord, type CallRecordOwner } from './call-record.js'
import { Connections, type ConnectionsOwner } from './connections.js'
import type { FleetOptions } from './fleet-ports.js'
import { type ClientWays, FleetClient } from './fleet-client.js'
import type { HealthReport } from './pooled-client.js'
import { type Recoverable, Recovery, recoveryLimits } from './recovery.js'
import { Reports } from './reports.js'
import type { Site } from './site.js'
import type { Until } from './until.js'
import { Watch, type Watched } from './watch.js'

/** The fleet, as one of its members sees it. */
export interface MemberOwner {
  readonly options: FleetOptions
  /** Somebody became fit or unfit. */
  fitnessChanged(): void
  /** Others are fit. */
  canSpare(member: Member): boolean
  /** The member has another connection than before. */
  connectionChanged(member: Member): void
  /** The member lost its connection. */
  disconnected(member: Member): void
  /** Its recovery failed. `false`: it is above `minSize`, and gives its place up. */
  keeps(member: Member): boolean
}

/**
 * One client from its first connection to its end: the place where what connections, probes, calls and users say of it comes
 * together, is weighed by `ClientHealth`, and has its consequences.
 *
 * Every consequence has the same order: first the state, then the snapshot, then the event, so that a listener sees a pool
 * that already is what it is told.
 */
export class Member implements ConnectionsOwner, CallRecordOwner, ClientWays, Watched, Recoverable {
  readonly client: FleetClient
  readonly site: Site
  /** Among the clients of its endpoint. */
  readonly number: number
  readonly health: ClientHealth
  readonly watch: Watch
  readonly recovery: Recovery
  readonly reports: Reports
  readonly record: CallRecord
  readonly #owner: MemberOwner
  readonly #connections: Connections
  #probing: Bounded<HealthReport> | undefined
  #reportsWhenProbed = false
  /** Its end, once it leaves. */
  departure: Promise<void> | undefined
  /** The end of its calls, once it leaves. */
  finishing: Until | undefined
  /** Wall-clock time, in milliseconds since 1970. */
  lastCheck = 0
  latency = 0
  lastError: string | undefined

  constructor(owner: MemberOwner, site: Site, number: number, id: string) {
    const { config, timers, random, newLoad, newGuard, wallClock } = owner.options
    const { endpoint } = site
    this.#owner = owner
    this.site = site
    this.number = number
    this.health = new ClientHealth(config)
    this.watch = new Watch(this, timers, config.healthCheckInterval, random)
    this.recovery = new Recovery(this, timers, random, recoveryLimits(config))
    this.client = new FleetClient({ id, place: `${endpoint.id}#${number}`, endpoint, load: newLoad(endpoint), guard: newGuard(endpoint) }, this)
    this.reports = new Reports(this.client.load, wallClock)
    this.record = new CallRecord(this, owner.options)
    this.#connections = new Connections(this, owner.options)
    this.client.on('error', (error) => this.record.failed(error))
    this.client.on('disconnected', () => this.disconnected())
    this.client.on('metrics', (metrics) => this.reports.fromServer(metrics))
    this.client.on('notification', (notification) => this.#notification(notification))
  }

  get id(): string {
    return this.client.id
  }

  get endpoint(): ResolvedEndpoint {
    return this.site.endpoint
  }

  get outstanding(): number {
    return this.client.load.outstanding
  }

  get leaving(): boolean {
    return this.health.status === 'draining'
  }

  /** It can take calls. One that a user ejected by hand can not. */
  get available(): boolean {
    const { status } = this.health
    return status === 'healthy' || (status === 'ejected' && this.record.ejection !== undefined)
  }

  // ── Connections ──────────────────────────────────────────────────────────────────────────────────────────────────

  connected(connection: LiveConnection): void {
    this.client.connection = connection
    this.#learnEra(connection)
    if (this.health.connected()) {
      this.#startSlowly()
      this.lastCheck = this.#owner.options.wallClock()
      return
    }
    this.#backOnline()
    this.#owner.connectionChanged(this)
  }

  /** Told before the client is: it is what speaks another revision. */
  #learnEra({ era, facts: { protocolVersion } }: LiveConnection): void {
    const { spoken } = this.site
    this.site.spoken = { era, protocolVersion }
    if (spoken === undefined || (spoken.era === era && spoken.protocolVersion === protocolVersion)) return
    const { era: previousEra, protocolVersion: previousProtocolVersion } = spoken
    this.#emit('endpoint:era-changed', { endpoint: this.endpoint.label, era, protocolVersion, previousEra, previousProtocolVersion })
  }

  closeFailed(error: Error): void {
    this.#emit('client:disconnect-error', { ...this.client.ref, error })
  }

  reconnect(): Promise<void> {
    return this.#connections.renew()
  }

  async disconnect(): Promise<void> {
    this.#connections.letGo()
    this.client.emit('disconnected')
    await this.#connections.drop()
  }

  /** Takes no new calls, is neither probed nor recovered; a connection that is being made for it is given up. */
  leave(why: PoolError): void {
    this.health.moveTo('draining')
    this.watch.stop()
    this.recovery.stop()
    this.#connections.stop(why)
    this.#probing?.cancel(why)
  }

  /** Closes everything, within `connectionTimeout`. Never rejects. */
  async close(): Promise<void> {
    const { client } = this
    await Promise.all([this.#connections.closing((async () => client.disconnect())()), this.#connections.closeRetired()])
  }

  // ── What happens to it ───────────────────────────────────────────────────────────────────────────────────────────

  notified(notification: JsonRpcNotification): void {
    this.client.emit('notification', notification)
  }

  #notification(notification: JsonRpcNotification): void {
    this.#emit('notification', { ...this.client.ref, notification })
    this.#owner.options.hooks.onNotification(this.client, notification)
  }

  asked(request: JsonRpcRequest, reply: (response: JsonRpcResponse) => void): void {
    this.#owner.options.hooks.onRequest(this.client, request, reply)
  }

  servesChanged(): void {
    this.#owner.options.hooks.onServesChanged(this.client)
  }

  sessionChanged(change: 'lost' | 'restored'): void {
    this.#emit(`session:${change}`, { ...this.client.ref, owner: 'pool' })
  }

  reported(metrics: ReportedMetrics): void {
    this.client.emit('metrics', metrics)
  }

  erred(error: Error): void {
    this.record.noted(error)
  }

  lost(error: Error): void {
    this.client.emit('error', error)
    this.client.emit('disconnected')
  }

  fitnessChanged(): void {
    this.#owner.fitnessChanged()
  }

  /** The connection is gone. */
  disconnected(): void {
    if (!this.health.lost()) return
    this.watch.pace()
    this.fitnessChanged()
    this.#emit('client:disconnected', this.client.ref)
    this.#owner.disconnected(this)
    if (this.health.status === 'disconnected') this.recovery.start()
  }

  // ── Probes ───────────────────────────────────────────────────────────────────────────────────────────────────────

  /** A server that reports of itself in answers to probes, or was given a probe of its own, is asked for those, whatever calls say. */
  get answered(): number {
    return this.#reportsWhenProbed || this.#owner.options.config.healthCheckMethod !== undefined ? 0 : this.client.load.statistics.answered
  }

  spared(): void {
    this.lastCheck = this.#owner.options.wallClock()
  }

  async probe(): Promise<void> {
    if (this.leaving) return
    const { timers, config, hooks } = this.#owner.options
    const { healthCheckTimeout } = config
    const { client } = this
    const startedAt = timers.now()
    const { current } = this.#connections
    const late = (): Error => new PoolError('REQUEST_TIMEOUT', `no answer to the health check within ${healthCheckTimeout} ms`, { progress: 'sent' })
    this.#probing = new Bounded(timers, (async () => client.healthCheck())(), healthCheckTimeout, late)
    try {
      const report = await this.#probing.result
      if (this.#connections.current !== current || this.leaving) return
      hooks.onProbed(true, timers.now() - startedAt)
      this.#probeSucceeded(report)
    } catch (error) {
      if (this.#connections.current !== current || this.leaving) return
      hooks.onProbed(false, timers.now() - startedAt)
      this.probeFailed(error instanceof Error ? error : new Error(String(error)))
    }
  }

  probeFailed(error: Error): void {
    const seen = this.health.probeFailed(this.#isUnauthorized(error))
    const verdict = seen === 'unchanged' && this.#failsOutside() ? 'unhealthy' : seen
    this.lastCheck = this.#owner.options.wallClock()
    this.lastError = error.message
    if (verdict === 'unchanged') return
    this.watch.pace()
    if (verdict === 'unhealthy') {
      this.fitnessChanged()
      this.#emit('client:unhealthy', { ...this.client.ref, error: error.message })
    }
    if (this.health.status === 'unhealthy') this.recovery.start()
  }

  /** It does not take our token, also a new one: nothing to do with chance. Where all say so the token is to blame, and calls should say that. */
  #isUnauthorized(error: Error): boolean {
    return error instanceof PoolError && error.code === 'AUTH_FAILED' && error.status !== undefined && this.#owner.canSpare(this)
  }

  /** One that is out for its calls fails its probes too, which is worse. By hand it is out whatever they say. */
  #failsOutside(): boolean {
    const { health, record } = this
    const { unhealthyThreshold } = this.#owner.options.config
    return record.ejection !== undefined && health.consecutiveFailures >= unhealthyThreshold && health.transition('ejected', 'unhealthy')
  }

  #probeSucceeded(report: HealthReport): void {
    const fitAgain = this.health.probeSucceeded()
    this.lastCheck = this.#owner.options.wallClock()
    this.latency = report.latency
    this.lastError = undefined
    this.#reportsWhenProbed = report.metrics !== undefined
    this.reports.fromServer(report.metrics ?? {})
    if (!fitAgain) return
    this.#becameFit()
    this.#emit('client:healthy', this.client.ref)
  }

  #becameFit(): void {
    this.#startSlowly()
    this.recovery.done()
    this.#connections.cancel(new PoolError('CANCELLED', `client ${this.id} is well again without a new connection`, { endpoint: this.endpoint.label }))
    this.watch.pace()
    this.fitnessChanged()
  }

  #startSlowly(): void {
    const { timers, config } = this.#owner.options
    this.client.load.returned(timers.now(), config.slowStartTime)
  }

  // ── Recovery ─────────────────────────────────────────────────────────────────────────────────────────────────────

  recovering(): void {
    this.#emit('client:recovering', this.client.ref)
  }

  recovered(): void {
    this.#backOnline()
    this.#emit('client:recovered', this.client.ref)
  }

  recoveryFailed(error: Error): boolean {
    this.lastError = error.message
    this.#emit('client:recovery-failed', { ...this.client.ref, error: error.message })
    // One that was asked to reconnect without need still has the connection that it had.
    return !this.leaving && !this.available && this.#owner.keeps(this)
  }

  #backOnline(): void {
    if (this.health.reconnected()) this.watch.pace()
  }

  // ── What it is told to do ────────────────────────────────────────────────────────────────────────────────────────

  /** What a user says counts, whatever probes and calls said; what they say from now on counts again. */
  decree(status: HealthStatus): void {
    if (this.record.ejection !== undefined) {
      // Whoever ejected it forgets that when it is not available, if only for a moment.
      this.record.forget()
      this.fitnessChanged()
    }
    if (!this.health.moveTo(status)) return
    if (status === 'healthy') return this.#becameFit()
    this.fitnessChanged()
    // An unhealthy client keeps the pace that it had, so that a decree lasts as long as an interval and not a moment.
    if (status === 'recovering') this.watch.pace()
    if (status === 'disconnected') {
      this.watch.pace()
      this.recovery.start()
    }
  }

  send(message: JsonRpcRequest): Promise<JsonRpcResponse> {
    return this.#owner.options.hooks.dispatch(this.client, message)
  }

  async healthCheck(): Promise<HealthReport> {
    const { timers, config } = this.#owner.options
    const startedAt = timers.now()
    const metrics = await this.client.connection.probe(config.healthCheckTimeout)
    return { latency: timers.now() - startedAt, metrics }
  }

  #emit<Name extends keyof PoolEvents>(name: Name, ...args: PoolEvents[Name]): void {
    this.#owner.options.hooks.emit(name, ...args)
  }
}
