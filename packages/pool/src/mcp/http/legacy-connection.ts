import { PoolError } from '../../errors.js'
import type {
  Attempt,
  CallKind,
  Era,
  Exchange,
  JsonObject,
  JsonRpcNotification,
  JsonRpcRequest,
  JsonRpcResponse,
  LiveConnection,
  Milliseconds,
  ReportedMetrics,
  ServerFacts,
  Serves,
  ToolFacts,
} from '../../ports.js'
import { CatalogFeed } from '../catalog-feed.js'
import type { RotaMember } from '../listen-rota.js'
import { serves } from '../serves.js'
import { OwnedSession } from '../session.js'
import { SessionListens } from '../session-listens.js'
import { SpreadMemory } from '../spread-memory.js'
import { MODERN_VERSIONS } from '../translate-result.js'
import { logLevelOf, translateRequest } from '../translate.js'
import { crossingRefused } from '../crossing.js'
import { ask } from './ask.js'
import type { HttpChannel } from './channel.js'
import { DONE } from './done.js'
import { LegacySession, type LegacySessionOwner } from './legacy-session.js'
import { metricsIn } from './probe-metrics.js'
import type { RequestHeaders } from './request-headers.js'
import type { HttpSettings } from './settings.js'
import { toolSource } from './tool-source.js'

/**
 * A connection to a replica of the legacy era: one session of the pool's own, over which calls are spread, and one for each
 * caller that has a session of its own. They share sockets and token, and nothing else.
 */
export class LegacyConnection implements LiveConnection, RotaMember {
  readonly era: Era = 'legacy'
  readonly #channel: HttpChannel
  readonly #headers: RequestHeaders
  readonly #settings: HttpSettings
  readonly #spread: LegacySession
  readonly #memory: SpreadMemory
  readonly #owned = new Map<OwnedSession, LegacySession>()
  readonly #feed: CatalogFeed
  readonly #listens: SessionListens
  #facts: ServerFacts | undefined
  #wasLost = false

  /** `version`: the revision to ask for. */
  constructor(channel: HttpChannel, headers: RequestHeaders, settings: HttpSettings, version: string) {
    this.#channel = channel
    this.#headers = headers
    this.#settings = settings
    this.#feed = new CatalogFeed(settings.catalog, () => channel.listener?.onServesChanged())
    const { clientInfo, capabilities } = settings.config
    const parameters: JsonObject = { protocolVersion: version, capabilities, clientInfo: { ...clientInfo } }
    this.#memory = new SpreadMemory(settings.logLevel, {
      logs: () => this.#spread.facts.capabilities['logging'] !== undefined,
      tell: (level) => this.#spread.open().then(() => ask(this.#spread, 'logging/setLevel', { level }, { timeout: channel.limits.connectionTimeout })),
    })
    this.#spread = new LegacySession(channel, headers, settings.clientId, this.#spreadOwner(parameters))
    const facts = (): ServerFacts => this.facts
    this.#listens = new SessionListens({
      request: (method, uri, done) => this.#subscribe(method, uri, done),
      get capabilities() {
        return facts().capabilities
      },
    })
  }

  /** Resolves when the pool's own session is open. */
  async open(): Promise<void> {
    await this.#spread.open()
    if (this.facts.capabilities['tools'] !== undefined) this.#feed.start(toolSource(this.#spread))
    this.#settings.logLevel.join(this.#memory)
    this.#settings.rota.join(this)
  }

  /** This connection hears of changes for its endpoint. */
  listen(): void {
    this.#spread.listen()
  }

  get facts(): ServerFacts {
    return this.#facts ?? this.#spread.facts
  }

  /** Callers' own sessions, and what callers listen to. */
  get held(): number {
    return this.#owned.size + this.#listens.size
  }

  start(attempt: Attempt): Exchange {
    let { request } = attempt
    if (attempt.era === 'modern') {
      const { config } = this.#settings
      const envelope = {
        protocolVersion: MODERN_VERSIONS[0] ?? '',
        clientInfo: { ...config.clientInfo },
        clientCapabilities: config.capabilities,
        logLevel: undefined,
      }
      const plan = translateRequest(request, 'legacy', envelope)
      if (plan.act === 'listen') return this.#startListen(attempt)
      if (plan.act !== 'send') {
        attempt.onFailure(crossingRefused(plan.act === 'refuse' ? plan.reason : `${request.method} has no counterpart in the legacy era`, this.#channel.label))
        return DONE
      }
      request = plan.request
    }
    const { session } = attempt
    if (!(session instanceof OwnedSession)) {
      const wanted = attempt.era === 'modern' ? this.#memory.want(logLevelOf(attempt.request)) : undefined
      return this.#spread.start(attempt, request.method === 'logging/setLevel' ? this.#memory.outgoing(request) : request, wanted)
    }
    if (!session.closed) return this.#sessionOf(session).start(attempt, request)
    attempt.onFailure(new PoolError('SESSION_LOST', 'the session was closed by its owner', { endpoint: this.#channel.label }))
    return DONE
  }

  serves(kind: CallKind): Serves {
    const { protocolVersion, capabilities } = this.facts
    return serves(kind, { era: 'legacy', protocolVersion, capabilities, catalog: this.#settings.catalog })
  }

  tool(name: string): ToolFacts | undefined {
    return this.#settings.catalog.tool(name)
  }

  async probe(timeout: Milliseconds): Promise<ReportedMetrics | undefined> {
    const metrics = await this.#probe(timeout)
    this.#memory.catchUp()
    return metrics
  }

  async #probe(timeout: Milliseconds): Promise<ReportedMetrics | undefined> {
    const method = this.#settings.config.healthCheckMethod ?? 'ping'
    const params = method === 'ping' ? undefined : {}
    await this.#spread.open()
    try {
      return metricsIn((await ask(this.#spread, method, params, { timeout })).response)
    } catch (error) {
      if (!(error instanceof PoolError) || error.code !== 'SESSION_LOST') throw error
    }
    // The session was lost, and not the server, if it opens another.
    await this.#spread.open()
    return metricsIn((await ask(this.#spread, method, params, { timeout })).response)
  }

  notify(notification: JsonRpcNotification): Promise<void> {
    return this.#spread.notify(notification)
  }

  async close(): Promise<void> {
    this.#settings.logLevel.leave(this.#memory)
    this.#settings.rota.leave(this)
    this.#feed.stop()
    const owned = [...this.#owned]
    this.#owned.clear()
    for (const [session, open] of owned) session.vacate(open)
    this.#listens.fail(
      new PoolError('CONNECTION_LOST', `the connection to ${this.#channel.label} was closed`, { progress: 'sent', endpoint: this.#channel.label }),
    )
    await Promise.all([this.#spread.end(), ...owned.map(([, open]) => open.end())])
    await this.#channel.close()
  }

  // ── Sessions ─────────────────────────────────────────────────────────────────────────────────────────────────────

  #spreadOwner(parameters: JsonObject): LegacySessionOwner {
    return {
      parameters,
      memory: this.#memory,
      listens: false,
      onNotification: (notification) => {
        this.#listens.onNotification(notification)
        this.#channel.listener?.onNotification(notification)
      },
      onRequest: (request, reply) => this.#channel.listener?.onRequest(request, reply),
      noticed: (method) => this.#noticed(method),
      listed: (request, response) => this.#listed(request, response),
      onOpened: () => this.#opened(),
      // The next one is opened at once: the stream of the server hangs on it, and the next call need not wait.
      onLost: () => {
        this.#wasLost = true
        this.#channel.listener?.onSession('lost')
        this.#spread.open().catch(() => {})
      },
      onUnopenable: (failure) => this.#unopenable(failure),
    }
  }

  #opened(): void {
    const before = this.#facts
    this.#facts = this.#spread.facts
    if (!this.#wasLost) return
    // Another server may be behind the same address now.
    this.#wasLost = false
    this.#channel.listener?.onSession('restored')
    this.#listens.reopened()
    this.#settings.catalog.invalidate()
    if (this.#facts.capabilities['tools'] !== undefined) this.#feed.changed()
    if (JSON.stringify(before?.capabilities) !== JSON.stringify(this.#facts.capabilities)) this.#channel.listener?.onServesChanged()
  }

  /** The first opening fails the connection by itself; a later one means that it is gone, unless the server is merely busy. */
  #unopenable(failure: PoolError): void {
    if (this.#facts === undefined) return
    const { code, status } = failure
    const passing =
      code === 'REQUEST_TIMEOUT' ||
      code === 'CONNECT_TIMEOUT' ||
      code === 'CONNECTION_LOST' ||
      (code === 'HTTP_STATUS' && (status === 429 || (status ?? 0) >= 500))
    if (!passing) this.#channel.lost(failure)
  }

  #sessionOf(session: OwnedSession): LegacySession {
    const known = this.#owned.get(session)
    if (known !== undefined && session.seat === known && !known.isOver) return known
    const { protocolVersion, clientInfo, capabilities } = session.parameters
    const drop = (): void => {
      session.vacate(open)
      if (this.#owned.get(session) === open) this.#owned.delete(session)
    }
    const open: LegacySession = new LegacySession(this.#channel, this.#headers, this.#settings.clientId, {
      parameters: { protocolVersion, capabilities, clientInfo },
      memory: session.memory,
      listens: true,
      onNotification: (notification) => session.listener.onNotification(notification),
      onRequest: (request, reply) => session.listener.onRequest(request, reply),
      noticed: (method) => this.#noticed(method),
      listed: () => {},
      onOpened: () => session.opened(open),
      onLost: drop,
      onEnd: drop,
      onUnopenable: drop,
    })
    this.#owned.set(session, open)
    session.take(open)
    return open
  }

  // ── What the pool's own session hears ────────────────────────────────────────────────────────────────────────────

  #noticed(method: string): void {
    if (method === 'notifications/tools/list_changed') this.#feed.changed()
  }

  #listed(request: JsonRpcRequest, response: JsonRpcResponse): void {
    if ('result' in response) this.#settings.catalog.learn(request, response.result, false, () => {})
  }

  #startListen(attempt: Attempt): Exchange {
    if (this.#spread.listen()) return this.#listens.start(attempt)
    const error = { code: -32_601, message: `${this.#channel.label} has no stream for what happens outside of requests` }
    attempt.onAnswer({ jsonrpc: '2.0', id: attempt.request.id, error })
    return DONE
  }

  #subscribe(method: string, uri: string, answered: (response: JsonRpcResponse | undefined) => void): void {
    this.#spread
      .open()
      .then(() => ask(this.#spread, method, { uri }, { timeout: this.#channel.limits.connectionTimeout }))
      .then(
        ({ response }) => answered(response),
        () => answered(undefined),
      )
  }
}
