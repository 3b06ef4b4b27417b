import { type ResolvedUrlEndpoint, resolveConfig, type UrlEndpointOptions } from '../src/config/index.js'
import type { PoolError } from '../src/errors.js'
import type { SessionListener, SessionParameters } from '../src/mcp/engine.js'
import { EraMemory } from '../src/mcp/era-memory.js'
import { PoolLogLevel } from '../src/mcp/pool-log-level.js'
import { connectHttp } from '../src/mcp/http/connect.js'
import { ListenRota } from '../src/mcp/listen-rota.js'
import { OwnedSession } from '../src/mcp/session.js'
import { ToolCatalog } from '../src/mcp/tool-catalog.js'
import type {
  Attempt,
  AttemptFailure,
  ConnectionListener,
  Era,
  Exchange,
  JsonObject,
  JsonRpcNotification,
  JsonRpcRequest,
  JsonRpcResponse,
  LiveConnection,
  ReportedMetrics,
  TokenSource,
} from '../src/ports.js'
import { systemTimers } from '../src/system-timers.js'

/** Everything that happened outside of attempts. */
export class Heard implements ConnectionListener {
  readonly notifications: JsonRpcNotification[] = []
  readonly requests: JsonRpcRequest[] = []
  readonly metrics: ReportedMetrics[] = []
  readonly errors: Error[] = []
  readonly sessions: Array<'lost' | 'restored'> = []
  readonly lost: Error[] = []
  servesChanged = 0
  readonly #waiting: Array<() => void> = []

  onNotification(notification: JsonRpcNotification): void {
    this.notifications.push(notification)
    this.#wake()
  }
  onRequest(request: JsonRpcRequest, reply: (response: JsonRpcResponse) => void): void {
    this.requests.push(request)
    reply({ jsonrpc: '2.0', id: request.id, result: { from: 'listener' } })
    this.#wake()
  }
  onServesChanged(): void {
    this.servesChanged++
    this.#wake()
  }
  onMetrics(metrics: ReportedMetrics): void {
    this.metrics.push(metrics)
    this.#wake()
  }
  onSession(change: 'lost' | 'restored'): void {
    this.sessions.push(change)
    this.#wake()
  }
  onError(error: Error): void {
    this.errors.push(error)
    this.#wake()
  }
  onLost(error: Error): void {
    this.lost.push(error)
    this.#wake()
  }

  /** Resolves as soon as it is so. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake()
  }
}

export interface Wanted {
  readonly era?: Era
  readonly headers?: Record<string, string>
  readonly session?: OwnedSession
  readonly stream?: boolean
  readonly resumeFrom?: string
  readonly id?: string | number
  readonly reply?: (request: JsonRpcRequest) => JsonObject
}

let wireIds = 0

/** One attempt, as a call makes it. */
export class TestAttempt implements Attempt {
  readonly request: JsonRpcRequest
  readonly era: Era
  readonly wireId: number = ++wireIds
  readonly headers: Readonly<Record<string, string>> | undefined
  readonly session: OwnedSession | undefined
  readonly stream: boolean
  readonly resumeFrom: string | undefined
  readonly notifications: JsonRpcNotification[] = []
  readonly questions: JsonRpcRequest[] = []
  /** To be called with the answers, in the order of the questions. */
  readonly replies: Array<(response: JsonRpcResponse) => void> = []
  readonly eventIds: string[] = []
  readonly result: Promise<JsonRpcResponse>
  settled = 0
  exchange: Exchange | undefined
  readonly #reply: Wanted['reply']
  #resolve: (response: JsonRpcResponse) => void = () => {}
  #reject: (failure: AttemptFailure) => void = () => {}
  readonly #waiting: Array<() => void> = []

  constructor(method: string, params: JsonObject | undefined, wanted: Wanted) {
    this.request = { jsonrpc: '2.0', id: wanted.id ?? 'callers-own', method, ...(params && { params }) }
    this.era = wanted.era ?? 'legacy'
    this.headers = wanted.headers
    this.session = wanted.session
    this.stream = wanted.stream ?? false
    this.resumeFrom = wanted.resumeFrom
    this.#reply = wanted.reply
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    // Tests that look at the failure later must not be told of an unhandled rejection before.
    this.result.catch(() => {})
  }

  start(connection: LiveConnection): this {
    this.exchange = connection.start(this)
    return this
  }

  onEventId(eventId: string): void {
    this.eventIds.push(eventId)
    this.#wake()
  }
  onNotification(notification: JsonRpcNotification): void {
    this.notifications.push(notification)
    this.#wake()
  }
  onRequest(request: JsonRpcRequest, reply: (response: JsonRpcResponse) => void): void {
    this.questions.push(request)
    this.replies.push(reply)
    if (this.#reply !== undefined) reply({ jsonrpc: '2.0', id: 'ignored', result: this.#reply(request) })
    this.#wake()
  }
  onAnswer(response: JsonRpcResponse): void {
    this.settled++
    this.#resolve(response)
    this.#wake()
  }
  onFailure(failure: AttemptFailure): void {
    this.settled++
    this.#reject(failure)
    this.#wake()
  }

  get failure(): Promise<PoolError> {
    return this.result.then(
      (response) => {
        throw new Error(`answered: ${JSON.stringify(response)}`)
      },
      (failure: PoolError) => failure,
    )
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake()
  }
}

export interface ConnectWishes {
  readonly endpoint?: Omit<Partial<UrlEndpointOptions>, 'url'>
  readonly config?: JsonObject
  readonly tokens?: TokenSource
  readonly clientId?: string
  readonly signal?: AbortSignal
  /** @default Math.random */
  readonly random?: () => number
}

export interface World {
  readonly connection: LiveConnection
  readonly heard: Heard
  /** Sends and waits. */
  ask(method: string, params?: JsonObject, wanted?: Wanted): Promise<JsonRpcResponse>
  begin(method: string, params?: JsonObject, wanted?: Wanted): TestAttempt
  call(name: string, callArguments?: JsonObject, wanted?: Wanted): TestAttempt
}

interface Shared {
  readonly catalog: ToolCatalog
  readonly rota: ListenRota
}

/** Connections of one test, closed after it; those to one URL share what a pool's do. */
export class Worlds {
  readonly #open: LiveConnection[] = []
  readonly #shared = new Map<string, Shared>()
  readonly #timers = systemTimers()
  /** Of all their spread sessions. */
  logLevel = new PoolLogLevel()
  #eras = new EraMemory(this.#timers, 60_000)

  async connect(url: string, wishes: ConnectWishes = {}): Promise<World> {
    const { endpoint: options, config: overrides, tokens, clientId = 'client-1', signal, random = Math.random } = wishes
    const config = resolveConfig({ endpoints: [{ url, ...options }], connectionTimeout: 5_000, clientInfo: { name: 'test', version: '1' }, ...overrides })
    const endpoint = config.endpoints[0] as ResolvedUrlEndpoint
    const shared = this.#shared.get(url) ?? { catalog: new ToolCatalog({ trustAnnotations: endpoint.trustAnnotations }), rota: new ListenRota() }
    this.#shared.set(url, shared)
    const heard = new Heard()
    const own = { config, clientId, tokens, eras: this.#eras, logLevel: this.logLevel, ...shared }
    const settings = { ...own, timers: this.#timers, random, wallClock: Date.now, nextId: () => ++wireIds }
    const connection = await connectHttp(endpoint, settings, heard, signal)
    this.#open.push(connection)
    const begin = (method: string, params?: JsonObject, wanted: Wanted = {}): TestAttempt => new TestAttempt(method, params, wanted).start(connection)
    return {
      connection,
      heard,
      begin,
      ask: (method, params, wanted) => begin(method, params, wanted).result,
      call: (name, callArguments, wanted) => begin('tools/call', { name, arguments: callArguments ?? {} }, wanted),
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#open.splice(0).map((connection) => connection.close()))
    this.#shared.clear()
    this.#eras = new EraMemory(this.#timers, 60_000)
    this.logLevel = new PoolLogLevel()
  }
}

export const PARAMETERS: SessionParameters = { protocolVersion: '2025-11-25', clientInfo: { name: 'owner', version: '2' }, capabilities: { elicitation: {} } }

export function ownedSession(listener: SessionListener = new Heard()): OwnedSession {
  return new OwnedSession(PARAMETERS, listener)
}

/** A token source that hands out `tokens` one after the other. */
export class ListedTokens implements TokenSource {
  readonly #tokens: string[]
  renewals = 0
  readonly challenges: Array<string | undefined> = []
  constructor(...tokens: string[]) {
    this.#tokens = tokens
  }
  current(): string | undefined {
    return this.#tokens[0]
  }
  async token(): Promise<string | undefined> {
    return this.#tokens[0]
  }
  async renew(_rejected: string | undefined, challenge?: string): Promise<string | undefined> {
    this.renewals++
    this.challenges.push(challenge)
    this.#tokens.shift()
    return this.#tokens[0]
  }
  async revoke(): Promise<void> {}
}
