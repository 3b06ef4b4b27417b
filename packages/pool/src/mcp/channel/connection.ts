import { PoolError } from '../../errors.js'
import type {
  Attempt,
  CallKind,
  ConnectionListener,
  Era,
  Exchange,
  JsonObject,
  JsonRpcNotification,
  JsonRpcRequest,
  JsonRpcResponse,
  LiveConnection,
  Milliseconds,
  Random,
  ReportedMetrics,
  ServerFacts,
  Serves,
  TokenSource,
  ToolFacts,
} from '../../ports.js'
import { CatalogFeed, type ToolSource } from '../catalog-feed.js'
import { LEGACY_ONLY_CLIENT_NOTIFICATIONS } from '../era-tables.js'
import { isObject } from '../json-object.js'
import type { LevelHolder, PoolLogLevel } from '../pool-log-level.js'
import { serves } from '../serves.js'
import { SessionListens } from '../session-listens.js'
import { OwnedSession } from '../session.js'
import { SpreadMemory } from '../spread-memory.js'
import type { ToolCatalog } from '../tool-catalog.js'
import { logLevelOf, translateRequest } from '../translate.js'
import { type AskPorts, askChannel } from './channel-ask.js'
import { ChannelExchange, type ExchangeHome } from './channel-exchange.js'
import type { Channel, ChannelOwner, Reply } from './channel.js'
import { ChannelSeat } from './channel-seat.js'
import { crossingRefused } from '../crossing.js'
import { envelopeOf, type Introduction } from './handshakes.js'
import type { MetChannel } from './meet.js'
import { OwnListen } from './own-listen.js'

export interface ChannelConnectionParts {
  readonly clientId: string
  readonly listener: ConnectionListener
  readonly ports: AskPorts & { readonly random: Random }
  readonly introduction: Introduction
  readonly catalog: ToolCatalog
  /** Shared by all connections of the pool. */
  readonly logLevel: PoolLogLevel
  /** JSON-RPC method of the probe; undefined: that of the era. */
  readonly healthCheckMethod: string | undefined
  readonly connectionTimeout: Milliseconds
  /** Given up when the connection is closed. */
  readonly tokens: TokenSource | undefined
  /** Another server process or stream, for a session that belongs to one caller alone. */
  readonly openSession: (introduction: Introduction, owner: ChannelOwner, signal: AbortSignal) => Promise<MetChannel>
}

/**
 * A live connection over one channel: a child process, or the two halves of HTTP+SSE. The channel is the spread session; a
 * caller's own session gets a channel, and so a process, of its own.
 */
export class ChannelConnection implements LiveConnection, ChannelOwner, ExchangeHome {
  readonly era: Era
  readonly facts: ServerFacts
  readonly #channel: Channel
  readonly #parts: ChannelConnectionParts
  readonly #listens: SessionListens
  readonly #ownListen: OwnListen | undefined
  readonly #seats = new Map<OwnedSession, ChannelSeat>()
  readonly #feed: CatalogFeed
  /** What the session of a legacy server has to be told. */
  readonly #memory: SpreadMemory
  /** Log level of those who speak the old way to a modern server, which is told it with every request. */
  readonly #modernLevel: ModernLevel = new ModernLevel()
  #closed = false

  constructor({ channel, era, facts }: MetChannel, parts: ChannelConnectionParts) {
    this.era = era
    this.facts = facts
    this.#channel = channel
    this.#parts = parts
    this.#listens = new SessionListens({
      capabilities: facts.capabilities,
      request: (method, uri, done) => void this.#subscribe(method, uri, done),
    })
    if (era === 'modern')
      this.#ownListen = new OwnListen(channel, facts.capabilities, {
        ...parts.ports,
        envelope: envelopeOf(parts.introduction, facts.protocolVersion),
        onNotification: (notification) => this.onNotification(notification),
      })
    this.#memory = new SpreadMemory(parts.logLevel, {
      logs: () => channel.isOpen && facts.capabilities['logging'] !== undefined,
      tell: async (level) => {
        const request = { method: 'logging/setLevel', params: { level } }
        this.#memory.learn(request, await this.#ask(request.method, request.params, parts.connectionTimeout))
      },
    })
    this.#feed = new CatalogFeed(parts.catalog, () => this.#listener?.onServesChanged())
  }

  /** Begins to listen and to list; whoever made it has it by now. */
  begin(): void {
    this.#parts.logLevel.join(this.#levelHolder)
    this.#ownListen?.start()
    if (this.facts.capabilities['tools'] !== undefined) this.#feed.start(this.#toolSource())
  }

  get #levelHolder(): LevelHolder {
    return this.era === 'modern' ? this.#modernLevel : this.#memory
  }

  get label(): string {
    return this.#parts.ports.label
  }

  get held(): number {
    return this.#seats.size + this.#listens.size + this.#channel.streams
  }

  get #listener(): ConnectionListener | undefined {
    return this.#closed ? undefined : this.#parts.listener
  }

  serves(kind: CallKind): Serves {
    return serves(kind, { era: this.era, protocolVersion: this.facts.protocolVersion, capabilities: this.facts.capabilities, catalog: this.#parts.catalog })
  }

  tool(name: string): ToolFacts | undefined {
    return this.#parts.catalog.tool(name)
  }

  // ── Attempts ─────────────────────────────────────────────────────────────────────────────────────────────────────

  start(attempt: Attempt): Exchange {
    const { session } = attempt
    if (this.era === 'legacy' && session instanceof OwnedSession) return this.#seatOf(session).start(attempt)
    const exchange = new ChannelExchange(this, attempt)
    if (attempt.resumeFrom !== undefined) exchange.settle(this.#noResumption())
    else if (attempt.era === this.era) exchange.send(this.#channel, this.era === 'legacy' ? this.#outgoing(attempt.request) : attempt.request)
    else return this.#startAcross(attempt, exchange)
    return exchange
  }

  #startAcross(attempt: Attempt, exchange: ChannelExchange): Exchange {
    const { clientInfo, capabilities: clientCapabilities } = this.#parts.introduction
    const logLevel = attempt.session instanceof OwnedSession ? attempt.session.logLevel : this.#modernLevel.level
    const envelope = { protocolVersion: this.facts.protocolVersion, clientInfo, clientCapabilities, logLevel }
    const plan = translateRequest(attempt.request, this.era, envelope)
    switch (plan.act) {
      case 'send':
        // On one stream the server reads it before the request: nobody has to wait.
        if (this.era === 'legacy') void this.#memory.want(logLevelOf(attempt.request))
        exchange.send(this.#channel, plan.request)
        break
      case 'listen':
        return this.#listens.start(attempt)
      case 'subscribe':
        this.#ownListen?.subscribe(plan.uri, (refusal) => exchange.settle(refusal ?? ok(attempt, {})))
        break
      case 'unsubscribe':
        this.#ownListen?.unsubscribe(plan.uri)
        exchange.settle(ok(attempt, {}))
        break
      case 'set-level':
        if (attempt.session instanceof OwnedSession) attempt.session.logLevel = plan.level
        else this.#modernLevel.levelChanged(plan.level)
        exchange.settle(ok(attempt, {}))
        break
      case 'answer':
        exchange.settle(ok(attempt, plan.result))
        break
      case 'refuse':
        exchange.settle(crossingRefused(plan.reason, this.label))
    }
    return exchange
  }

  #outgoing(request: JsonRpcRequest): JsonRpcRequest {
    return request.method === 'logging/setLevel' ? this.#memory.outgoing(request) : request
  }

  observe(request: JsonRpcRequest, response: JsonRpcResponse): JsonRpcResponse {
    if (request.method === 'logging/setLevel') this.#memory.learn(request, response)
    return this.#observeList(request, response)
  }

  passes(notification: JsonRpcNotification): boolean {
    return this.era === 'modern' || this.#memory.passes(notification)
  }

  /** Lists that pass through correct the catalogue. */
  #observeList(request: JsonRpcRequest, response: JsonRpcResponse): JsonRpcResponse {
    if (request.method !== 'tools/list' || !('result' in response)) return response
    return { ...response, result: this.#parts.catalog.learn(request, response.result, false, () => {}) }
  }

  over(): void {}

  #seatOf(session: OwnedSession): ChannelSeat {
    const present = this.#seats.get(session)
    if (present !== undefined) return present
    const seat = new ChannelSeat(session, {
      clientId: this.#parts.clientId,
      ports: this.#parts.ports,
      timeout: this.#parts.connectionTimeout,
      facts: this.facts,
      open: this.#parts.openSession,
      observe: (request, response) => this.#observeList(request, response),
      over: () => void this.#seats.delete(session),
      report: (error) => this.#listener?.onError(error),
    })
    this.#seats.set(session, seat)
    session.take(seat)
    return seat
  }

  async #subscribe(method: string, uri: string, done: (response: JsonRpcResponse | undefined) => void): Promise<void> {
    done(await this.#ask(method, { uri }, this.#parts.connectionTimeout).catch(() => undefined))
  }

  #noResumption(): PoolError {
    const { label } = this
    return new PoolError('SESSION_LOST', `${label} cannot continue an answer that broke`, { progress: 'sent', endpoint: label })
  }

  // ── Health, and the end ──────────────────────────────────────────────────────────────────────────────────────────

  async probe(timeout: Milliseconds): Promise<ReportedMetrics | undefined> {
    const method = this.#parts.healthCheckMethod ?? (this.era === 'modern' ? 'server/discover' : 'ping')
    const response = await this.#ask(method, undefined, timeout)
    if (this.era === 'legacy') this.#memory.catchUp()
    const metrics = 'result' in response ? response.result['metrics'] : undefined
    return isObject(metrics) ? metrics : undefined
  }

  async notify(notification: JsonRpcNotification): Promise<void> {
    if (this.era === 'modern' && LEGACY_ONLY_CLIENT_NOTIFICATIONS.has(notification.method)) return
    await this.#channel.notify(notification)
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#feed.stop()
    this.#parts.logLevel.leave(this.#levelHolder)
    this.#ownListen?.close()
    const failure = new PoolError('CONNECTION_LOST', `the connection to ${this.label} was closed`, { progress: 'sent' })
    this.#listens.fail(failure)
    await Promise.all([this.#channel.close(), ...[...this.#seats.values()].map((seat) => seat.close())])
    await this.#parts.tokens?.revoke().catch(() => {})
  }

  // ── From the channel ─────────────────────────────────────────────────────────────────────────────────────────────

  onNotification(notification: JsonRpcNotification): void {
    if (notification.method === 'notifications/tools/list_changed') this.#feed.changed()
    this.#listens.onNotification(notification)
    if (this.passes(notification)) this.#listener?.onNotification(notification)
  }

  onRequest(request: JsonRpcRequest, reply: Reply): void {
    this.#listener?.onRequest(request, reply)
  }

  onError(error: Error): void {
    this.#listener?.onError(error)
  }

  onEnd(failure: PoolError): void {
    if (this.#closed) return
    this.#parts.logLevel.leave(this.#levelHolder)
    this.#ownListen?.close()
    this.#feed.stop()
    this.#parts.catalog.invalidate()
    this.#listens.fail(failure)
    this.#listener?.onLost(failure)
  }

  #ask(method: string, params: JsonObject | undefined, timeout: Milliseconds): Promise<JsonRpcResponse> {
    const { ports, introduction } = this.#parts
    const own = this.era === 'modern' ? { ...params, _meta: envelopeOf(introduction, this.facts.protocolVersion) } : params
    return askChannel(this.#channel, ports, method, own, timeout)
  }

  #toolSource(): ToolSource {
    const { ports, connectionTimeout } = this.#parts
    const channel = this.#channel
    return {
      timers: ports.timers,
      random: ports.random,
      label: ports.label,
      get isOpen() {
        return channel.isOpen
      },
      list: (params) => this.#ask('tools/list', params, connectionTimeout),
      report: (error) => this.onError(error),
    }
  }
}

class ModernLevel implements LevelHolder {
  level: string | undefined

  levelChanged(level: string | undefined): void {
    this.level = level
  }
  /** The level travels with every request: there is nothing to be told. */
  catchUp(): void {}
}

function ok(attempt: Attempt, result: JsonObject): JsonRpcResponse {
  return { jsonrpc: '2.0', id: attempt.request.id, result }
}
