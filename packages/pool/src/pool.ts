import { affinityView } from './affinity-view.js'
import { Announcements } from './announcements.js'
import { ReplicaLoad } from './balance/index.js'
import { checkRequest, type RequestOptions } from './call-arguments.js'
import { CallPath, guardOf } from './call-path.js'
import type { GetClientOptions } from './client-wait.js'
import type { CallListener, CallTerms } from './call/index.js'
import {
  type EndpointOptions,
  type PoolOptions,
  readClientOptions,
  readRequestOptions,
  readShutdownOptions,
  readTransportOptions,
  type ResolvedConfig,
  type ResolvedEndpoint,
  resolveConfig,
  resolveEndpoint,
} from './config/index.js'
import { Connecting } from './connecting.js'
import type { Discovery } from './discovery/index.js'
import { PoolError } from './errors.js'
import type { Announcement } from './events.js'
import {
  type CircuitRecord,
  circuitView,
  Fleet,
  FleetClient,
  type HealthRecord,
  type LiveMap,
  type LoadMetrics,
  type PooledClient,
  type ShutdownOptions,
} from './fleet/index.js'
import { findingOf } from './finding.js'
import { eraOfRequest, type PoolTransport, type PoolVerbs, requiredEra, SdkTransport, type TransportOptions, TypedVerbs } from './mcp/index.js'
import { type PoolMetrics, type PoolStatistics, type PoolTally, statisticsOf, tallyOf } from './observe/index.js'
import { observedClients } from './observed-clients.js'
import type { MetricsCollector } from './observe/prometheus/index.js'
import type { Metering } from './observe/prometheus/metering.js'
import { PoolEngine } from './pool-engine.js'
import type { HealthChange } from './health/index.js'
import type { JsonRpcRequest, JsonRpcResponse, Requirements, Target, Timers } from './ports.js'
import { PoolEmitter } from './pool-emitter.js'
import { tellSafely } from './safe-emitter.js'
import { answerOutsideOfCalls, answerServerRequest } from './server-requests.js'
import { systemTimers } from './system-timers.js'
import { WatchedPool } from './watched-pool.js'

/**
 * One MCP client for many servers: keeps live connections to replicas of an MCP server, sends each request to the best of
 * them, and hides what goes wrong behind them.
 *
 *     const pool = new MCPClientPool({ endpoints: [{ url: 'http://127.0.0.1:8001/mcp' }, { url: 'http://127.0.0.1:8002/mcp' }] })
 *     await pool.start()
 *     const result = await pool.callTool({ name: 'search', arguments: { query: 'mcp' } })
 *     await pool.shutdown()
 *
 * The one file that sees every room: it makes them, and tells each what it has to know of the others.
 *
 *     request ─▶ call path ─▶ client ─▶ connection (mcp)
 *                  │  ▲          │
 *           report ▼  │ snapshot ▼ probes, recovery
 *                  └─ fleet ◀────┘
 */
export class MCPClientPool extends PoolEmitter {
  /** The options, with their defaults. `loadBalancingAlgorithm` may be changed while the pool runs. */
  readonly config: ResolvedConfig
  /** By id, as the other maps. Views over the pool's state: `set` and `delete` change it. */
  readonly clients: LiveMap<PooledClient>
  readonly healthStatus: LiveMap<HealthRecord, Partial<HealthRecord>>
  readonly loadMetrics: LiveMap<LoadMetrics, Partial<LoadMetrics>>
  readonly failureCounts: LiveMap<number>
  /** Circuit breakers, where the pool has them. */
  readonly circuitBreakers: LiveMap<CircuitRecord, Partial<CircuitRecord>>
  /** Affinity key -> id of its client. */
  readonly affinityMap: LiveMap<string>
  /** Sums since the pool was made. */
  readonly metrics: PoolMetrics
  readonly #timers: Timers = systemTimers()
  readonly #tally: PoolTally = tallyOf(this)
  readonly #announcements = new Announcements(([name, ...payload]) => void this.emit(name, ...payload))
  readonly #connecting: Connecting
  readonly #discovery: Discovery | undefined
  readonly #path: CallPath
  readonly #fleet: Fleet
  /** What `clients` shows, with all that the pool needs of them. */
  readonly #clients: LiveMap<FleetClient>
  readonly #engine: PoolEngine
  readonly #verbs: TypedVerbs
  /** Where the options ask for one, from `start` on. */
  #metering: Metering | undefined
  readonly #watched: WatchedPool | undefined
  #starting: Promise<void> | undefined
  #ending: Promise<void> | undefined
  #isShuttingDown = false

  /** @throws PoolError `CONFIG`, naming every option that is wrong */
  constructor(options: PoolOptions) {
    super()
    const config = resolveConfig(options, (algorithm, previous) => this.#announcements.tell(['balancing:changed', { algorithm, previous }]))
    const announce = (event: Announcement): void => this.#announcements.tell(event)
    this.config = config
    this.#watched = config.observer && new WatchedPool(config.observer)
    const totals = { totalConnections: 0, activeConnections: 0, failedConnections: 0, totalRequests: 0, failedRequests: 0, averageLatency: 0 }
    this.metrics = totals
    this.#connecting = new Connecting({ config, timers: this.#timers, random: Math.random, announce, nextId: () => this.#path.calls.nextWireId() })
    const { discovery, listed } = findingOf({
      config,
      timers: this.#timers,
      random: Math.random,
      emit: (name, ...args) => announce([name, ...args] as unknown as Announcement),
      onChanges: (changes) => this.#fleet.changeEndpoints(changes),
    })
    this.#discovery = discovery
    this.#path = new CallPath({
      timers: this.#timers,
      random: Math.random,
      settings: config,
      totals,
      observer: this.#tally,
      requiredEra,
      answerServer: (request, reply) => answerServerRequest(config.handlers, request, reply),
      watching: this.#watched,
      recovering: () => this.#fleet.recovering,
      onBusy: (queued) => this.#fleet.pressure(queued),
      onSettling: () => this.#announcements.hold(),
      onSettled: (target, outcome, failure) => {
        const effects = this.#announcements.release()
        this.#fleet.report(target, outcome, failure)
        if (effects !== undefined) for (const effect of effects) announce(effect)
      },
      onHealthChange: (change) => this.#onHealthChange(change),
      onBadTime: announce,
    })
    this.#fleet = new Fleet({
      config,
      endpoints: listed,
      timers: this.#timers,
      random: Math.random,
      wallClock: Date.now,
      connect: this.#connecting.connect,
      newLoad: ({ weight }) => this.#path.newLoad(weight),
      newGuard: () => this.#path.newGuard(),
      totals,
      hooks: {
        emit: (name, ...args) => announce([name, ...args] as unknown as Announcement),
        endpointsKnown: this.#discovery && (() => this.#discovery!.start(config.connectionTimeout)),
        onSnapshot: (fit) => this.#onSnapshot(fit),
        onErrorReported: (client) => guardOf(client).seat.breaker?.recordFailure(),
        onServesChanged: () => this.#path.servesChanged(),
        onProbed: (ok, elapsed) => this.#tally.probed(ok, elapsed),
        onRemoved: (clientId) => this.#path.affinity.forget(clientId),
        onEndpointGone: (endpointId) => this.#onEndpointGone(endpointId),
        onNotification: (client, notification) => this.#engine.notified(client, notification),
        onRequest: ({ id }, request, reply) => answerOutsideOfCalls(config.handlers, id === this.#path.calls.home?.client, request, reply),
        dispatch: async (client, message) => {
          checkRequest(message)
          this.#mustRun()
          return this.#call(message, { era: eraOfRequest(message), only: client })
        },
        callsUnderWay: () => this.#path.calls.underWay,
        abandonCalls: () => this.#path.calls.abandonAll(),
        release: async () => {
          this.#path.stop()
          await Promise.all([this.#discovery?.close(), this.#connecting.release()])
        },
      },
    })
    const { views } = this.#fleet
    this.clients = views.clients
    this.#clients = views.clients
    this.healthStatus = views.healthStatus
    this.loadMetrics = views.loadMetrics
    this.failureCounts = views.failureCounts
    this.circuitBreakers = circuitView({
      clients: views.clients,
      clock: this.#timers,
      wallClock: Date.now,
      breakerOf: (client) => guardOf(client).seat.breaker,
    })
    this.affinityMap = affinityView(this.#path.affinity, this.#timers)
    this.#engine = new PoolEngine({
      calls: this.#path.calls,
      timers: this.#timers,
      random: Math.random,
      logLevel: this.#connecting.logLevel,
      identity: config.clientInfo,
      ready: () => this.#ready(),
      admit: () => this.#mustRun(),
      finishAuth: (callback, issuer) => this.#connecting.finishAuth(callback, issuer),
      replica: (id) => this.#clients.get(id),
      onSession: (change, { client, label }) => {
        if (!this.#isShuttingDown) announce([`session:${change}`, { clientId: client, endpoint: label, owner: 'caller' }])
      },
    })
    this.#verbs = new TypedVerbs(this.#engine, config)
  }

  // ── Beginning and end ────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Connects `minSize` clients and resolves when one is there; the others follow. Called twice it is the same start.
   *
   * Where servers are found it waits for the first answer of the source, for `connectionTimeout` at most.
   *
   * @throws PoolError `NO_HEALTHY_CLIENTS` with every cause where no endpoint can be reached, or none is found; `SHUTTING_DOWN` after `shutdown`
   */
  start(): Promise<void> {
    if (this.#isShuttingDown) return Promise.reject(shuttingDown())
    this.#watched?.started(this)
    this.#starting ??= this.#start().catch((error: unknown) => {
      this.#starting = undefined
      throw error
    })
    return this.#starting
  }

  /**
   * Takes no new calls, lets those under way finish for `timeout`, closes everything, and revokes the tokens. Idempotent.
   *
   * @throws PoolError `CONFIG` where the options are wrong; the pool goes on
   */
  async shutdown(options: ShutdownOptions = {}): Promise<void> {
    readShutdownOptions(options)
    if (!this.#isShuttingDown) {
      this.#isShuttingDown = true
      this.#watched?.stopped()
      this.#engine.shutDown()
      this.#path.shutDown()
      void this.#discovery?.close()
    }
    this.#ending ??= this.#fleet.shutdown(options).then(() => {
      this.#engine.closed()
      return this.#metering?.stop()
    })
    await this.#ending
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown()
  }

  /**
   * Takes the clients of an endpoint out of use: no new calls, those under way finish. `createClient` for it brings it back.
   *
   * @throws PoolError `CONFIG` where there is no endpoint with this id
   */
  drain(endpointId: string): Promise<void> {
    return this.#fleet.drain(endpointId)
  }

  // ── Calls ────────────────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * The one primitive: a JSON-RPC request in, the JSON-RPC response out, an error of the server included. Without a protocol
   * version in `_meta` the request is taken, and answered, in the shape of `2025-11-25`.
   *
   * @throws PoolError where there is no answer: see the table of codes
   */
  request(message: JsonRpcRequest, options?: RequestOptions): Promise<JsonRpcResponse> {
    let terms: CallTerms
    try {
      checkRequest(message)
      const era = eraOfRequest(message)
      terms = options === undefined ? PLAIN[era] : { ...readRequestOptions(options), era }
      this.#mustRun()
    } catch (error) {
      return Promise.reject(error)
    }
    if (message.method !== 'logging/setLevel' || terms.era === 'modern') return this.#call(message, terms, options?.onNotification)
    return this.#engine.setLevel(message, (only) => this.#call(message, { ...terms, only }, options?.onNotification))
  }

  /**
   * The whole fleet as a transport of the official SDK, version 2 or 1: `await client.connect(pool.transport())`.
   * A client of the legacy era has a session of its own on one replica, and another one elsewhere when that is lost.
   */
  transport(options: TransportOptions = {}): PoolTransport {
    return new SdkTransport(this.#engine, readTransportOptions(options))
  }

  readonly callTool: PoolVerbs['callTool'] = (...args) => this.#verbs.callTool(...args)
  readonly listTools: PoolVerbs['listTools'] = (...args) => this.#verbs.listTools(...args)
  readonly listPrompts: PoolVerbs['listPrompts'] = (...args) => this.#verbs.listPrompts(...args)
  readonly getPrompt: PoolVerbs['getPrompt'] = (...args) => this.#verbs.getPrompt(...args)
  readonly listResources: PoolVerbs['listResources'] = (...args) => this.#verbs.listResources(...args)
  readonly listResourceTemplates: PoolVerbs['listResourceTemplates'] = (...args) => this.#verbs.listResourceTemplates(...args)
  readonly readResource: PoolVerbs['readResource'] = (...args) => this.#verbs.readResource(...args)
  readonly complete: PoolVerbs['complete'] = (...args) => this.#verbs.complete(...args)
  readonly ping: PoolVerbs['ping'] = (...args) => this.#verbs.ping(...args)

  // ── Clients ──────────────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * The client that the next call with these wishes would go to. Nothing is reserved: what `client.send` has outstanding
   * counts. With no fit client it makes one, below `maxSize`, else waits where the pool has a queue.
   *
   * @throws PoolError `NO_HEALTHY_CLIENTS`; `CIRCUIT_OPEN` where every breaker is open, `QUEUE_TIMEOUT` and `QUEUE_FULL` where there is a queue
   */
  async getClient(options: GetClientOptions = {}): Promise<PooledClient> {
    readClientOptions(options)
    this.#mustRun()
    // Past pressure: the place that it would take is the one that is needed here.
    const target = this.#path.next(options) ?? (await this.#clientMore(options))
    return this.clients.get(target.id)!
  }

  async #clientMore(options: GetClientOptions): Promise<Target> {
    let failure: unknown
    try {
      return await this.#fleet.createClient()
    } catch (cause) {
      failure = cause
    }
    try {
      return await this.#path.whenNext(options)
    } catch (nobody) {
      if (!(nobody instanceof PoolError)) throw nobody
      const another = failure instanceof Error ? failure.message : String(failure)
      throw new PoolError(nobody.code, `${nobody.message}, and another client cannot be had: ${another}`, { cause: failure })
    }
  }

  /** Connects one client more. @throws PoolError `POOL_FULL` at `maxSize`, else what went wrong with the connection */
  async createClient(endpoint?: EndpointOptions | ResolvedEndpoint): Promise<PooledClient> {
    this.#mustRun()
    return this.#fleet.createClient(endpoint === undefined ? undefined : resolveEndpoint(endpoint, this.config))
  }

  /** Where the next client would go. @throws PoolError `NO_HEALTHY_CLIENTS` where no endpoint is known, or all are drained */
  discoverEndpoint(): Promise<ResolvedEndpoint> {
    return this.#fleet.discoverEndpoint()
  }

  /** The client takes no new calls, finishes those it has and is closed; another takes its place where `minSize` asks for one. */
  removeClient(clientId: string): Promise<void> {
    return this.#fleet.removeClient(clientId)
  }

  /** The algorithm alone, among any clients of the pool. */
  selectClient(clients: readonly PooledClient[], requirements?: Requirements): PooledClient | undefined {
    return this.#path.choose(
      clients.filter((client) => client instanceof FleetClient),
      requirements,
    )
  }

  /** The client that the key is bound to, fit or not; null where there is none. */
  getAffinityClient(affinityKey: string): PooledClient | null {
    const id = this.affinityMap.get(affinityKey)
    return (id === undefined ? undefined : this.clients.get(id)) ?? null
  }

  // ── Health and load ──────────────────────────────────────────────────────────────────────────────────────────────

  isHealthy(clientId: string): boolean {
    return this.#fleet.isHealthy(clientId)
  }

  getHealthyClients(): PooledClient[] {
    return this.#fleet.getHealthyClients()
  }

  /** Probes every client now, and from now on; `start` does it by itself. */
  startHealthMonitoring(): void {
    this.#fleet.startHealthMonitoring()
  }

  startHealthCheck(clientId: string): void {
    this.#fleet.startHealthCheck(clientId)
  }

  /** One probe, and what follows from it. */
  performHealthCheck(clientId: string): Promise<void> {
    return this.#fleet.performHealthCheck(clientId)
  }

  /** Counts as a failed probe; `unhealthyThreshold` of them in a row make the client unhealthy. */
  handleHealthCheckFailure(clientId: string, error: Error): void {
    this.#fleet.handleHealthCheckFailure(clientId, error)
  }

  /** An error of the client: `unhealthyThreshold` of them in a row make it unhealthy, and its breaker counts them as failures. */
  handleClientError(clientId: string, error: Error): void {
    this.#fleet.handleClientError(clientId, error)
  }

  /** The connection of the client is gone: it is reconnected. */
  handleClientDisconnection(clientId: string): Promise<void> {
    return this.#fleet.handleClientDisconnection(clientId)
  }

  /** Reconnects the client now. */
  attemptClientRecovery(clientId: string): Promise<void> {
    return this.#fleet.attemptClientRecovery(clientId)
  }

  /** Adds to what is known of the client's load; fields that are left out stay. CPU and memory are in percent. */
  updateLoadMetrics(clientId: string, metrics: Partial<LoadMetrics>): void {
    this.#fleet.updateLoadMetrics(clientId, metrics)
  }

  /** What the picker compares, in outstanding requests; lower is better. `Infinity` for an unknown id. */
  calculateClientLoad(clientId: string): number {
    const load = this.#clients.get(clientId)?.load
    return load instanceof ReplicaLoad ? load.cost(this.#timers.now()) : Number.POSITIVE_INFINITY
  }

  /** The collector of this pool, where `metrics` asks for one; undefined before `start`. Its `handler` is for an HTTP server of yours. */
  get metricsCollector(): MetricsCollector | undefined {
    return this.#metering?.collector
  }

  getStatistics(): PoolStatistics {
    const { queue, ...statistics } = this.#path.statistics
    return statisticsOf(
      {
        sizes: { minSize: this.#fleet.minimum, maxSize: this.config.maxSize },
        discovery: this.#discovery?.statistics,
        metrics: { ...this.metrics },
        ...statistics,
        queue: queue && { ...queue, waits: this.#tally.waitQuantiles },
        kinds: this.#tally.kinds.values(),
        clients: observedClients(this.#fleet.views),
      },
      this.#timers.now(),
    )
  }

  // ── What holds it together ───────────────────────────────────────────────────────────────────────────────────────

  #start(): Promise<void> {
    const { metrics } = this.config
    if (metrics === undefined || !metrics.enabled) return this.#fleet.start()
    return this.#meter(metrics)
      .then(() => this.#fleet.start())
      .then(() => this.#metering?.startPushing())
  }

  /** Loaded when it is asked for: nobody else pays for it. */
  async #meter(options: NonNullable<ResolvedConfig['metrics']>): Promise<void> {
    const { Metering } = await import('./observe/prometheus/metering.js')
    if (!this.#isShuttingDown) this.#metering ??= new Metering(this, options, this.#timers)
  }

  #call(message: JsonRpcRequest, terms: CallTerms, onNotification?: CallListener['onNotification']): Promise<JsonRpcResponse> {
    return new Promise((onAnswer, onFailure) => {
      const listener: CallListener = { onAnswer, onFailure }
      // A bug in it must not look like one of the connection, in whose reading it is called.
      if (onNotification !== undefined) listener.onNotification = (notification) => tellSafely('onNotification', () => onNotification(notification))
      this.#path.calls.start(message, terms, listener)
    })
  }

  #onSnapshot(fit: readonly FleetClient[]): void {
    this.#path.update(fit)
    this.#engine.replicasChanged(fit)
  }

  #onEndpointGone(endpointId: string): void {
    this.#connecting.forget(endpointId)
    this.#engine.endpointGone(endpointId)
  }

  #onHealthChange(change: HealthChange): void {
    const { target } = change
    switch (change.what) {
      case 'ejected':
        return this.#fleet.eject(target, change.reason, change.duration)
      case 'returned':
        return this.#fleet.reinstate(target)
      case 'opened':
      case 'half-open':
      case 'closed':
        this.#announcements.tell([`circuit:${change.what}`, { clientId: target.id, endpoint: target.endpointLabel }])
    }
  }

  #mustRun(): void {
    if (this.#isShuttingDown) throw shuttingDown()
    if (this.#starting === undefined) throw new PoolError('NOT_STARTED', 'the pool is not started: await pool.start() first')
  }

  #ready(): Promise<void> {
    try {
      this.#mustRun()
    } catch (error) {
      return Promise.reject(error)
    }
    return this.#starting!
  }
}

const PLAIN = { legacy: { era: 'legacy' }, modern: { era: 'modern' } } as const

function shuttingDown(): PoolError {
  return new PoolError('SHUTTING_DOWN', 'the pool is shut down, and takes no calls any more')
}
