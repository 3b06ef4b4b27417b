import { PoolError } from '../../errors.js'
import type {
  Attempt,
  CallKind,
  Era,
  Exchange,
  JsonObject,
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
import { META } from '../era-tables.js'
import { isObject } from '../json-object.js'
import type { RotaMember } from '../listen-rota.js'
import type { LevelHolder } from '../pool-log-level.js'
import { type Offer, serves } from '../serves.js'
import { OwnedSession } from '../session.js'
import { translateRequest, withoutAsking } from '../translate.js'
import { MODERN_VERSIONS } from '../translate-result.js'
import { crossingRefused } from '../crossing.js'
import { ask } from './ask.js'
import type { HttpChannel } from './channel.js'
import { DONE } from './done.js'
import { HttpExchange } from './exchange.js'
import { statusFailure } from './failures.js'
import type { Doubt, Lane, Verdict } from './lane.js'
import { metricsIn } from './probe-metrics.js'
import { RequestEnvelope } from './request-body.js'
import type { Headers, RequestHeaders } from './request-headers.js'
import type { HttpSettings } from './settings.js'
import { toolSource } from './tool-source.js'
import { UpstreamListen } from './upstream-listen.js'

const HEADER_MISMATCH = -32_020
const UNSUPPORTED_VERSION = -32_022

/** Requests of a legacy caller that the modern era does not have; all others go as they are, in our envelope. */
const PLANNED: ReadonlySet<string> = new Set(['ping', 'logging/setLevel', 'resources/subscribe', 'resources/unsubscribe', 'initialize'])

/** Set once the server has said who it is. */
export interface ModernFacts {
  readonly facts: ServerFacts
  /** `false`: it did not say what it can do, and `facts` assumes. */
  readonly declared: boolean
}

/**
 * A connection to a replica of the modern era: no state on either side, so that whatever goes wrong concerns one request.
 */
export class ModernConnection implements LiveConnection, Lane, LevelHolder, RotaMember {
  readonly era: Era = 'modern'
  readonly channel: HttpChannel
  readonly sessionId = undefined
  readonly #settings: HttpSettings
  readonly #endpointId: string
  readonly #headers: RequestHeaders
  readonly #feed: CatalogFeed
  readonly #version: string
  /** For callers of the modern era, who bring what they are, and for ourselves. */
  readonly #envelope: RequestEnvelope
  /** For callers of the legacy era: no capability that makes a server ask, for questions do not cross. */
  #legacyEnvelope: RequestEnvelope
  readonly #streams = new Set<HttpExchange>()
  readonly #sessionEnvelopes = new WeakMap<OwnedSession, { readonly level: string | undefined; readonly envelope: RequestEnvelope }>()
  #known: ModernFacts
  #offer: Offer
  readonly #listen: UpstreamListen
  #verifying: Promise<boolean> | undefined

  constructor(channel: HttpChannel, headers: RequestHeaders, endpointId: string, settings: HttpSettings, version: string) {
    const { clientInfo, capabilities } = settings.config
    this.channel = channel
    this.#settings = settings
    this.#endpointId = endpointId
    this.#version = version
    this.#headers = headers
    headers.version = version
    this.#envelope = new RequestEnvelope(version, { ...clientInfo }, capabilities)
    this.#legacyEnvelope = new RequestEnvelope(version, { ...clientInfo }, withoutAsking(capabilities))
    this.#known = { facts: { protocolVersion: version, serverInfo: undefined, capabilities: {}, instructions: undefined }, declared: false }
    this.#offer = this.#offered()
    this.#feed = new CatalogFeed(settings.catalog, () => this.channel.listener?.onServesChanged())
    this.#listen = new UpstreamListen(this, {
      onNotification: (notification) => this.channel.listener?.onNotification(notification),
      onMissed: () => this.#feed.changed(),
    })
  }

  get facts(): ServerFacts {
    return this.#known.facts
  }

  /** The server is known: from here on calls may come. */
  open(known: ModernFacts): void {
    this.#known = known
    this.#offer = this.#offered()
    const { capabilities } = known.facts
    if (capabilities['tools'] !== undefined) this.#feed.start(toolSource(this))
    this.#settings.logLevel.join(this)
    this.#settings.rota.join(this)
  }

  /** This connection hears of changes for its endpoint. */
  listen(): void {
    this.#listen.listenToLists(this.facts.capabilities)
  }

  #offered(): Offer {
    const { facts, declared } = this.#known
    return { era: 'modern', protocolVersion: this.#version, capabilities: declared ? facts.capabilities : undefined, catalog: this.#settings.catalog }
  }

  // ── Connection ───────────────────────────────────────────────────────────────────────────────────────────────────

  start(attempt: Attempt): Exchange {
    const { request } = attempt
    if (attempt.era === 'legacy' && (PLANNED.has(request.method) || request.params?.['task'] !== undefined)) return this.#startPlanned(attempt)
    const exchange = new HttpExchange(this, attempt, request, false)
    if (attempt.stream) this.#streams.add(exchange)
    exchange.begin()
    return exchange
  }

  /** Listen streams of callers. */
  get held(): number {
    for (const stream of this.#streams) if (stream.over) this.#streams.delete(stream)
    return this.#streams.size
  }

  serves(kind: CallKind): Serves {
    return serves(kind, this.#offer)
  }

  tool(name: string): ToolFacts | undefined {
    return this.#settings.catalog.tool(name)
  }

  async probe(timeout: Milliseconds): Promise<ReportedMetrics | undefined> {
    const { response } = await ask(this, this.#settings.config.healthCheckMethod ?? 'server/discover', {}, { timeout })
    return metricsIn(response)
  }

  /** The revision has no notifications from client to server over HTTP. */
  async notify(): Promise<void> {}

  async close(): Promise<void> {
    this.#settings.logLevel.leave(this)
    this.#settings.rota.leave(this)
    this.#feed.stop()
    this.#listen.stop()
    await this.channel.close()
  }

  #startPlanned(attempt: Attempt): Exchange {
    const { session, request } = attempt
    const plan = translateRequest(request, 'modern', this.#envelopeFields())
    const done = (): Exchange => {
      attempt.onAnswer({ jsonrpc: '2.0', id: request.id, result: {} })
      return DONE
    }
    switch (plan.act) {
      case 'send': {
        const exchange = new HttpExchange(this, attempt, plan.request, false)
        exchange.begin()
        return exchange
      }
      case 'set-level':
        if (session instanceof OwnedSession) session.logLevel = plan.level
        else this.levelChanged(plan.level)
        return done()
      case 'subscribe':
        this.#listen.subscribe(plan.uri, session, (refusal) => {
          if (refusal === undefined) done()
          else attempt.onAnswer({ ...refusal, id: request.id })
        })
        return DONE
      case 'unsubscribe':
        this.#listen.unsubscribe(plan.uri, session)
        return done()
      case 'answer':
        attempt.onAnswer({ jsonrpc: '2.0', id: request.id, result: plan.result })
        return DONE
      case 'listen':
      case 'refuse': {
        const reason = plan.act === 'refuse' ? plan.reason : 'a stream of the modern era needs no translation'
        attempt.onFailure(crossingRefused(reason, this.channel.label))
        return DONE
      }
    }
  }

  /** Legacy callers are told apart from modern ones, who say it themselves. */
  levelChanged(level: string | undefined): void {
    const { clientInfo, capabilities } = this.#settings.config
    this.#legacyEnvelope = this.#envelopeFor(clientInfo, capabilities, level)
  }

  /** The level travels with every request: there is nothing to be told. */
  catchUp(): void {}

  #envelopeFields(): { protocolVersion: string; clientInfo: JsonObject; clientCapabilities: JsonObject; logLevel: string | undefined } {
    const { clientInfo, capabilities } = this.#settings.config
    return { protocolVersion: this.#version, clientInfo: { ...clientInfo }, clientCapabilities: capabilities, logLevel: undefined }
  }

  // ── Lane ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  headers(request: JsonRpcRequest, token: string | undefined): Headers {
    const annotations = request.method === 'tools/call' ? this.#settings.catalog.annotations(request.params?.['name']) : []
    return this.#headers.modern(request, token, annotations)
  }

  envelope(attempt: Attempt): RequestEnvelope {
    if (attempt.era === 'modern') return this.#envelope
    const { session } = attempt
    return session instanceof OwnedSession ? this.#envelopeOf(session) : this.#legacyEnvelope
  }

  observes(method: string): boolean {
    return method === 'tools/list'
  }

  observe(request: JsonRpcRequest, response: JsonRpcResponse): JsonRpcResponse {
    if (!('result' in response)) return response
    const result = this.#settings.catalog.learn(request, response.result, true, (error) => this.channel.report(error))
    return result === response.result ? response : { ...response, result }
  }

  passes(): boolean {
    return true
  }

  noticed(method: string): void {
    if (method === 'notifications/tools/list_changed') this.#feed.changed()
  }

  judge(doubt: Doubt): Verdict | Promise<Verdict> {
    const { status, error, named, request, repeated } = doubt
    const code = error?.error.code
    if (code === UNSUPPORTED_VERSION) return this.#otherVersion(doubt)
    if (code === HEADER_MISMATCH) {
      const refused = statusFailure(status, 'refused', this.channel.label, undefined)
      if (repeated || request.method !== 'tools/call') return refused
      return this.#feed.refresh().then(
        () => 'repeat',
        () => refused,
      )
    }
    const suspicious = status >= 400 && !named && (status === 400 || status === 404 || status === 405)
    if (!suspicious || request.method === 'server/discover') return 'answer'
    return this.#isStillModern().then((is) => (is ? 'answer' : this.#wrongEra()))
  }

  reply(): void {}
  /** The end of the stream says it. */
  cancelled(): void {}
  entered(): void {}
  released(): void {}

  resumeHeaders(): undefined {
    return undefined
  }

  #otherVersion({ error, status, repeated, request }: Doubt): Verdict {
    if (request.method === 'server/discover') return 'answer'
    const data = error?.error.data
    const supported: unknown = typeof data === 'object' && data !== null && 'supported' in data ? data.supported : undefined
    const common = Array.isArray(supported) && MODERN_VERSIONS.some((version) => supported.includes(version))
    if (common && !repeated) return 'repeat'
    return common ? statusFailure(status, 'refused', this.channel.label, undefined) : this.#wrongEra()
  }

  /** An answer that only servers of the other era give: asked once for all who wonder. */
  #isStillModern(): Promise<boolean> {
    this.#verifying ??= ask(this, 'server/discover', {}, { timeout: this.channel.limits.connectionTimeout })
      .then(
        ({ response }) => !this.#known.declared || ('result' in response && Array.isArray(response.result['supportedVersions'])),
        // No answer either: that says nothing of the era.
        (error: unknown) => !(error instanceof PoolError && error.code === 'HTTP_STATUS' && error.status !== undefined && error.status < 500),
      )
      .finally(() => {
        this.#verifying = undefined
      })
    return this.#verifying
  }

  /** Somebody put another server there: the connection is made anew, beginning with the probe. */
  #wrongEra(): PoolError {
    const { label } = this.channel
    this.#settings.eras.forget(this.#endpointId)
    this.channel.lost(new PoolError('PROTOCOL', `${label} does not speak ${this.#version} any more`, { progress: 'refused', endpoint: label }))
    return statusFailure(400, 'refused', label, undefined)
  }

  #envelopeOf(session: OwnedSession): RequestEnvelope {
    const known = this.#sessionEnvelopes.get(session)
    if (known !== undefined && known.level === session.logLevel) return known.envelope
    const { clientInfo, capabilities } = session.parameters
    const envelope = this.#envelopeFor(clientInfo, capabilities, session.logLevel)
    this.#sessionEnvelopes.set(session, { level: session.logLevel, envelope })
    return envelope
  }

  #envelopeFor(clientInfo: object, capabilities: JsonObject, level: string | undefined): RequestEnvelope {
    return new RequestEnvelope(this.#version, { ...clientInfo }, withoutAsking(capabilities), level)
  }
}

/** What `server/discover` said. */
export function factsOf(version: string, discovered: JsonObject): ServerFacts {
  const { capabilities, instructions, _meta: meta } = discovered
  const info = isObject(meta) ? meta[META.serverInfo] : undefined
  return {
    protocolVersion: version,
    serverInfo: isObject(info) ? info : undefined,
    capabilities: isObject(capabilities) ? capabilities : {},
    instructions: typeof instructions === 'string' ? instructions : undefined,
  }
}
