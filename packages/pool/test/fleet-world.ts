import { LatencyBook, ReplicaLoad } from '../src/balance/index.js'
import { type PoolOptions, type ResolvedEndpoint, resolveConfig } from '../src/config/index.js'
import { PoolError } from '../src/errors.js'
import type { PoolEvents } from '../src/events.js'
import { type ConnectOptions, type ConnectionTotals, Fleet, type FleetHooks, type FleetClient } from '../src/fleet/index.js'
import { Alarm, type CallKind, type ConnectionListener, type Era, type Guard, type LiveConnection, type Milliseconds, Outstanding } from '../src/ports.js'
import { ScriptedConnection, seededRandom, VirtualTime } from '../src/testing/index.js'

const KIND: CallKind = { method: 'tools/list', tool: undefined, key: 'tools/list' }
/** Wall-clock time when a world begins. */
export const EPOCH = 1_700_000_000_000
/** Lets everybody through: what guards refuse is no matter of the fleet. */
const OPEN_DOOR: Guard = { refuses: () => undefined, full: false, started: () => {}, settled: () => {} }

/** Somebody's call that is under way on a client. */
export class OpenCall extends Outstanding {
  readonly kind: CallKind = KIND
  readonly #client: FleetClient
  readonly #time: VirtualTime

  constructor(client: FleetClient, time: VirtualTime) {
    super()
    this.#client = client
    this.#time = time
    client.load.started(this, time.now())
  }

  end(): void {
    this.#client.load.settled(this, 'ok', this.#time.now())
  }

  override fire(): void {}
}

/** One endpoint's server, as the test wants it. */
export class WorldServer {
  /** `down` refuses, `hung` accepts and never answers. */
  state: 'up' | 'down' | 'hung' = 'up'
  era: Era = 'modern'
  /** How long it takes to connect. */
  latency: Milliseconds = 5
  /** Metrics in its answers to probes. */
  metrics: Record<string, unknown> | undefined
  /** Connections are made to it and not closed. */
  readonly connections: ServedConnection[] = []
  /** Times of the attempts to connect. */
  readonly attempts: Milliseconds[] = []

  /** Dies: its connections are lost, and new ones refused. */
  crash(): void {
    this.state = 'down'
    for (const connection of [...this.connections]) connection.lose()
    this.connections.length = 0
  }
}

/** Answers probes as its server does. */
export class ServedConnection extends ScriptedConnection {
  readonly server: WorldServer
  held = 0
  closeError: Error | undefined
  readonly #hears: ConnectionListener

  constructor(server: WorldServer, listener: ConnectionListener, timers: VirtualTime) {
    super({ listener, timers, era: server.era })
    this.server = server
    this.#hears = listener
  }

  /** Something goes wrong that is of no attempt, and the connection goes on. */
  complain(error: Error): void {
    this.#hears.onError(error)
  }

  override async probe(): Promise<Record<string, unknown> | undefined> {
    this.probes++
    if (this.server.state === 'hung') return new Promise(() => {})
    if (this.closed || this.server.state === 'down') throw new PoolError('CONNECTION_LOST', 'no answer to the probe', { progress: 'sent' })
    if (this.probeResult instanceof Error) throw this.probeResult
    return this.server.metrics
  }

  override async close(): Promise<void> {
    await super.close()
    const at = this.server.connections.indexOf(this)
    if (at >= 0) this.server.connections.splice(at, 1)
    if (this.closeError !== undefined) throw this.closeError
  }
}

export type WorldEvent = { [Name in keyof PoolEvents]: [Name, ...PoolEvents[Name]] }[keyof PoolEvents]

/** A fleet on virtual time, with servers that do as they are told. */
export class FleetWorld {
  readonly time = new VirtualTime()
  readonly servers = new Map<string, WorldServer>()
  readonly fleet: Fleet
  readonly events: WorldEvent[] = []
  readonly totals: ConnectionTotals = { totalConnections: 0, activeConnections: 0, failedConnections: 0 }
  /** Ids of clients that were removed. */
  readonly gone = new Set<string>()
  /** Every snapshot that was published. */
  readonly snapshots: Array<readonly FleetClient[]> = []
  readonly servesChanged: string[] = []
  readonly errorsReported: string[] = []
  /** Called for every event, when it is emitted. */
  onEvent: (event: WorldEvent) => void = () => {}
  callsUnderWay = 0
  abandoning: () => void = () => {}
  readonly log: string[] = []
  readonly endpoints: readonly ResolvedEndpoint[]

  constructor(names: readonly string[], options: Partial<PoolOptions> = {}, seed = 1) {
    const config = resolveConfig({ endpoints: names.map((id) => ({ id, url: `http://${id}.test/mcp` })), ...options })
    this.endpoints = config.endpoints
    const random = seededRandom(seed)
    const book = new LatencyBook()
    const hooks: FleetHooks = {
      onErrorReported: ({ id }) => void this.errorsReported.push(id),
      emit: (name, ...args) => {
        const event = [name, ...args] as unknown as WorldEvent
        this.events.push(event)
        if (event[0] === 'client:removed') this.gone.add(event[1].clientId)
        this.onEvent(event)
      },
      onSnapshot: (fit) => void this.snapshots.push(fit),
      onServesChanged: ({ id }) => void this.servesChanged.push(id),
      onNotification: ({ id }, { method }) => void this.log.push(`${id} ${method}`),
      onRemoved: () => {},
      onEndpointGone: (id) => void this.log.push(`${id} gone`),
      onProbed: () => {},
      onRequest: (_client, { id }, reply) => reply({ jsonrpc: '2.0', id, result: { asked: true } }),
      dispatch: async ({ id }, message) => ({ jsonrpc: '2.0', id: message.id, result: { sentOn: id } }),
      callsUnderWay: () => this.callsUnderWay,
      abandonCalls: () => {
        this.log.push('calls abandoned')
        this.abandoning()
      },
      release: async () => void this.log.push('released'),
    }
    this.fleet = new Fleet({
      config,
      timers: this.time,
      random,
      endpoints: config.endpoints,
      wallClock: () => EPOCH + this.time.now(),
      connect: (endpoint, clientId, listener, connect) => this.#connect(endpoint, clientId, listener, connect),
      newLoad: ({ weight }) => new ReplicaLoad(book, weight),
      newGuard: () => OPEN_DOOR,
      totals: this.totals,
      hooks,
    })
    for (const { id } of config.endpoints) this.servers.set(id, new WorldServer())
  }

  server(id: string): WorldServer {
    const known = this.servers.get(id)
    if (known !== undefined) return known
    const server = new WorldServer()
    this.servers.set(id, server)
    return server
  }

  /** Starts, and lets time pass until that has come to an end. */
  async started(within: Milliseconds = 20_000): Promise<void> {
    const start = this.fleet.start()
    let over = false
    const watched = start.finally(() => {
      over = true
    })
    watched.catch(() => {})
    for (let waited = 0; !over && waited < within; waited += 5) await this.time.run(5)
    await start
  }

  /** Lets time pass until a promise has come to an end. */
  async during<T>(work: Promise<T>, within: Milliseconds = 60_000): Promise<T> {
    let over = false
    const watched = work.finally(() => {
      over = true
    })
    watched.catch(() => {})
    await this.time.run(0)
    for (let waited = 0; !over && waited < within; waited += 5) await this.time.run(5)
    if (!over) throw new Error(`it did not end within ${within} ms`)
    return work
  }

  get clients(): FleetClient[] {
    return [...this.fleet.views.clients.values()]
  }

  /** The client at an endpoint, the first where there are several. */
  at(endpointId: string): FleetClient {
    const client = this.clients.find(({ endpoint }) => endpoint.id === endpointId)
    if (client === undefined) throw new Error(`no client at ${endpointId}`)
    return client
  }

  status(client: FleetClient): string | undefined {
    return this.fleet.views.healthStatus.get(client.id)?.status
  }

  /** Endpoint ids of the clients, sorted. */
  get spread(): string[] {
    return this.clients.map(({ endpoint }) => endpoint.id).sort()
  }

  /** Names of the events, of one client where one is given. */
  names(client?: { readonly id: string }): string[] {
    return this.events
      .filter(([, payload]) => client === undefined || (payload as { clientId?: string } | undefined)?.clientId === client.id)
      .map(([name]) => name)
  }

  /** Payloads of the events of one name. */
  payloads<Name extends keyof PoolEvents>(name: Name): Array<PoolEvents[Name][0]> {
    return this.events.filter((event) => event[0] === name).map((event) => event[1] as PoolEvents[Name][0])
  }

  call(client: FleetClient): OpenCall {
    return new OpenCall(client, this.time)
  }

  async #connect(endpoint: ResolvedEndpoint, _clientId: string, listener: ConnectionListener, { signal }: ConnectOptions): Promise<LiveConnection> {
    const server = this.server(endpoint.id)
    server.attempts.push(this.time.now())
    await new Promise<void>((resolve, reject) => {
      const alarm = new Callback(() => (server.state === 'hung' ? undefined : resolve()))
      this.time.set(alarm, server.latency)
      signal.addEventListener('abort', () => {
        this.time.clear(alarm)
        reject(new PoolError('CANCELLED', 'aborted'))
      })
    })
    if (server.state === 'down') throw new PoolError('CONNECT_FAILED', `${endpoint.id} refused`, { endpoint: endpoint.label })
    const connection = new ServedConnection(server, listener, this.time)
    server.connections.push(connection)
    return connection
  }
}

class Callback extends Alarm {
  readonly #then: () => void
  constructor(then: () => void) {
    super()
    this.#then = then
  }
  override fire(): void {
    this.#then()
  }
}
