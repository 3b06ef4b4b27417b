import { PoolError } from '../../errors.js'
import type { Attempt, Era, Exchange, JsonObject, JsonRpcNotification, JsonRpcRequest, JsonRpcResponse, Milliseconds, ServerFacts } from '../../ports.js'
import { isObject } from '../json-object.js'
import type { Seat } from '../session.js'
import type { Memory } from '../session-memory.js'
import { ask } from './ask.js'
import type { HttpChannel } from './channel.js'
import { HttpExchange } from './exchange.js'
import { initializedFacts } from './initialized-facts.js'
import type { Doubt, Lane, Verdict } from './lane.js'
import { sendPlain } from './plain-request.js'
import type { Headers, RequestHeaders } from './request-headers.js'
import { ServerStream, type ServerStreamOwner } from './server-stream.js'

/** Whose session it is. */
export interface LegacySessionOwner {
  /** `initialize` as this client sends it. */
  readonly parameters: JsonObject
  readonly memory: Memory
  /** Whether messages outside of calls are wanted: the GET stream. */
  readonly listens: boolean
  onNotification(notification: JsonRpcNotification): void
  onRequest(request: JsonRpcRequest, reply: (response: JsonRpcResponse) => void): void
  /** A notification on any stream of the session. */
  noticed(method: string): void
  /** The tools that the server listed in this session. */
  listed(request: JsonRpcRequest, response: JsonRpcResponse): void
  onOpened(): void
  /** The server does not know the session any more. */
  onLost(): void
  /** It ended for good: nobody needs to keep it. */
  onEnd?(): void
  /** It cannot be opened; those who waited for it have been told. */
  onUnopenable(failure: PoolError): void
}

/** Codes and words vary from server to server, but this one they use for sessions that they do not know. */
const TRANSPORT_ERROR = -32_000
/** From this revision on requests name it in a header. */
const FIRST_WITH_VERSION_HEADER = '2025-06-18'
/** Nobody waits for long for a server to hear that it is not needed any more. */
const GOODBYE: Milliseconds = 2_000
const LEARNED: ReadonlySet<string> = new Set(['tools/list', 'logging/setLevel', 'resources/subscribe', 'resources/unsubscribe'])

/**
 * One session of the legacy era on one connection (2025-11-25, `basic/transports#session-management` and `basic/lifecycle`).
 *
 *     idle ─▶ opening: initialize, initialized, what the last one had ─▶ open ─▶ 404 ─▶ idle
 *               └─ attempts wait ─────────────────────────────────────────┘
 *
 * Attempts that come before it is open wait, unsent; one that learns that the session is gone fails as refused, for the
 * server has not run it, and may go elsewhere.
 */
export class LegacySession implements Lane, Seat, ServerStreamOwner {
  readonly era: Era = 'legacy'
  readonly channel: HttpChannel
  readonly client: string
  readonly #owner: LegacySessionOwner
  readonly #headers: RequestHeaders
  #state: 'idle' | 'opening' | 'open' | 'over' = 'idle'
  #sessionId: string | undefined
  #facts: ServerFacts | undefined
  #waiting: HttpExchange[] = []
  #opening: Promise<void> | undefined
  #stream: ServerStream | undefined
  #verifying: Promise<boolean> | undefined
  /** Exchanges that are not over. */
  #underWay = 0
  #left: (() => void) | undefined
  #token: string | undefined
  #kept: Headers | undefined

  constructor(channel: HttpChannel, headers: RequestHeaders, client: string, owner: LegacySessionOwner) {
    this.channel = channel
    this.#headers = headers
    this.client = client
    this.#owner = owner
  }

  get sessionId(): string | undefined {
    return this.#sessionId
  }

  get facts(): ServerFacts {
    return this.#facts ?? { protocolVersion: '', serverInfo: undefined, capabilities: {}, instructions: undefined }
  }

  get label(): string {
    return this.channel.label
  }

  get isOver(): boolean {
    return this.#state === 'over'
  }

  /** `request` is the attempt's or its translation. It is sent once `after` is over, where there is something to wait for. */
  start(attempt: Attempt, request: JsonRpcRequest, after?: Promise<void>): Exchange {
    const exchange = new HttpExchange(this, attempt, request, false)
    if (after !== undefined) {
      exchange.park()
      void after.then(() => (this.#state === 'open' ? this.#begin(exchange) : this.#wait(exchange)))
    } else if (this.#state === 'open') exchange.begin()
    else this.#wait(exchange)
    return exchange
  }

  #wait(exchange: HttpExchange): void {
    exchange.park()
    this.#waiting.push(exchange)
    void this.open().catch(() => {})
  }

  /** Rejects with what went wrong, which those who wait are told too. */
  open(): Promise<void> {
    if (this.#state === 'open') return Promise.resolve()
    this.#opening ??= this.#open()
    return this.#opening
  }

  /** Opens the stream of the server for somebody who listens, where the owner does not. `false`: it has none. */
  listen(): boolean {
    this.#stream ??= new ServerStream(this)
    if (this.#state === 'open') this.#stream.open()
    return this.#stream.possible
  }

  async notify(notification: JsonRpcNotification): Promise<void> {
    await this.open()
    await this.#post(notification)
  }

  /** The session is not needed here any more: what it has under way is finished, then the server is told. */
  async leave(): Promise<void> {
    if (this.#state === 'over') return
    if (this.#underWay > 0) {
      await new Promise<void>((resolve) => {
        this.#left = resolve
      })
    }
    await this.end()
  }

  /** Ends it now. Never rejects. */
  async end(): Promise<void> {
    if (this.#state === 'over') return
    this.#state = 'over'
    this.#owner.onEnd?.()
    this.#stream?.close()
    this.#failWaiting(this.#closed())
    await this.#dismiss()
  }

  /** The server may forget the session, or keeps it until it runs out, if it ever does. */
  async #dismiss(): Promise<void> {
    const { sessionId, channel } = this
    const own = this.#own()
    const headers = (token: string | undefined): Headers => [...this.#headers.bare(token), ...own]
    this.#sessionId = undefined
    if (sessionId === undefined || channel.closed || channel.isLost) return
    try {
      // A server may refuse (405): then the session is its own concern.
      await sendPlain(channel, { method: 'DELETE', headers, timeout: Math.min(GOODBYE, channel.limits.connectionTimeout) })
    } catch {
      // Nobody is there: then there is no session either.
    }
  }

  #closed(): PoolError {
    return new PoolError('SESSION_LOST', 'the session was closed', { progress: 'not-sent', endpoint: this.channel.label })
  }

  // ── Opening ──────────────────────────────────────────────────────────────────────────────────────────────────────

  async #open(): Promise<void> {
    try {
      this.#goOn()
      this.#state = 'opening'
      await this.#handshake()
    } catch (error) {
      void this.#dismiss()
      if (!this.isOver) this.#state = 'idle'
      // Whoever is told may come back at once, and must not wait for what has failed.
      this.#opening = undefined
      const failure = error instanceof PoolError ? error : new PoolError('PROTOCOL', String(error), { cause: error })
      this.#failWaiting(this.#unopened(failure))
      if (!this.isOver) this.#owner.onUnopenable(failure)
      throw failure
    }
    this.#state = 'open'
    this.#opening = undefined
    if (this.#owner.listens || this.#stream !== undefined) this.listen()
    this.#owner.onOpened()
    const waiting = this.#waiting
    this.#waiting = []
    for (const exchange of waiting) this.#begin(exchange)
  }

  async #handshake(): Promise<void> {
    const { channel } = this
    const timeout = channel.limits.connectionTimeout
    this.#sessionId = undefined
    this.#kept = undefined
    this.#facts = undefined
    const { response, openedSession } = await ask(this, 'initialize', this.#owner.parameters, { timeout })
    // Before anything can go wrong: a session that fails to open is dismissed as well.
    this.#sessionId = openedSession
    this.#goOn()
    if (!('result' in response)) {
      const { code, message } = response.error
      throw new PoolError('CONNECT_FAILED', `${channel.label} refused initialize: ${message} (${code})`, { endpoint: channel.label, progress: 'refused' })
    }
    this.#facts = initializedFacts(response.result, channel.label)
    const status = await this.#post({ jsonrpc: '2.0', method: 'notifications/initialized' })
    this.#goOn()
    if (status >= 400)
      throw new PoolError('CONNECT_FAILED', `${channel.label} refused notifications/initialized (HTTP ${status})`, { endpoint: channel.label, status })
    for (const { method, params } of this.#owner.memory.restoring()) {
      const restored = await ask(this, method, params, { timeout })
      if ('error' in restored.response) channel.report(new Error(`${channel.label} did not restore the session: ${method}: ${restored.response.error.message}`))
      this.#goOn()
    }
  }

  /** @throws PoolError where the session was closed while it was being opened */
  #goOn(): void {
    if (this.isOver) throw this.#closed()
  }

  /** What those are told who waited for a session: nothing of theirs was sent. */
  #unopened(failure: PoolError): PoolError {
    const { code, message, status } = failure
    const kept = code === 'AUTH_FAILED' || code === 'CONNECT_FAILED' || code === 'CONNECT_TIMEOUT' ? code : 'CONNECT_FAILED'
    return new PoolError(kept, `no session at ${this.channel.label}: ${message}`, {
      progress: 'not-sent',
      endpoint: this.channel.label,
      cause: failure,
      ...(status !== undefined && { status }),
    })
  }

  #begin(exchange: HttpExchange): void {
    this.channel.unpark(exchange)
    exchange.begin()
  }

  #failWaiting(failure: PoolError): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const exchange of waiting) exchange.fail(failure)
  }

  // ── Losing ───────────────────────────────────────────────────────────────────────────────────────────────────────

  sessionGone(): void {
    this.#lost(this.#sessionId)
  }

  /** `id`: the session of which somebody has learned that it is gone. A newer one is not concerned. */
  #lost(id: string | undefined): void {
    if (this.#state !== 'open' || id === undefined || id !== this.#sessionId) return
    this.#state = 'idle'
    this.#sessionId = undefined
    this.#kept = undefined
    this.#stream?.close()
    // One that a listener asked for is opened with the next session.
    this.#stream = this.#stream === undefined ? undefined : new ServerStream(this)
    this.#owner.onLost()
  }

  #sessionLost(status: number): PoolError {
    const { label } = this.channel
    return new PoolError('SESSION_LOST', `${label} does not know the session any more (HTTP ${status})`, { progress: 'refused', endpoint: label, status })
  }

  // ── Lane ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  headers(request: JsonRpcRequest, token: string | undefined): Headers {
    if (request.method === 'initialize') return this.#headers.post(token)
    // Between two sessions: without its id a server refuses the request, and headers without it must not be kept for the next one.
    if (this.#state === 'idle' || this.#facts === undefined)
      throw new PoolError('SESSION_LOST', 'the session was lost before this was sent', { progress: 'not-sent', endpoint: this.channel.label })
    if (this.#kept === undefined || token !== this.#token) {
      this.#kept = [...this.#headers.post(token), ...this.#own()]
      this.#token = token
    }
    return this.#kept
  }

  streamHeaders(token: string | undefined, lastEventId: string | undefined): Headers {
    const headers = [...this.#headers.bare(token), ...this.#own()]
    if (lastEventId !== undefined) headers.push('last-event-id', lastEventId)
    return headers
  }

  resumeHeaders(lastEventId: string, token: string | undefined): Headers {
    return this.streamHeaders(token, lastEventId)
  }

  #own(): string[] {
    const own: string[] = []
    if (this.#sessionId !== undefined) own.push('mcp-session-id', this.#sessionId)
    const version = this.#facts?.protocolVersion
    if (version !== undefined && version >= FIRST_WITH_VERSION_HEADER) own.push('mcp-protocol-version', version)
    return own
  }

  envelope(): undefined {
    return undefined
  }

  observes(method: string): boolean {
    return LEARNED.has(method)
  }

  observe(request: JsonRpcRequest, response: JsonRpcResponse): JsonRpcResponse {
    if (request.method === 'tools/list') this.#owner.listed(request, response)
    else this.#owner.memory.learn(request, response)
    return response
  }

  passes(notification: JsonRpcNotification): boolean {
    return this.#owner.memory.passes(notification)
  }

  noticed(method: string): void {
    this.#owner.noticed(method)
  }

  judge({ status, error, named, request, sessionId }: Doubt): Verdict | Promise<Verdict> {
    if (sessionId === undefined) return 'answer'
    if (status === 404) {
      this.#lost(sessionId)
      return this.#sessionLost(status)
    }
    // Some servers say 400 where they mean 404. The one question that every session answers tells them apart.
    if (status !== 400 || (named && error?.error.code !== TRANSPORT_ERROR)) return 'answer'
    if (request.method === 'ping') {
      this.#lost(sessionId)
      return this.#sessionLost(status)
    }
    return this.#isAlive(sessionId).then((alive) => (alive ? 'answer' : this.#sessionLost(status)))
  }

  #isAlive(sessionId: string): Promise<boolean> {
    if (sessionId !== this.#sessionId) return Promise.resolve(false)
    this.#verifying ??= ask(this, 'ping', undefined, { timeout: this.channel.limits.connectionTimeout })
      .then(
        () => true,
        // Anything but the loss itself says nothing of the session.
        (error: unknown) => !(error instanceof PoolError && error.code === 'SESSION_LOST'),
      )
      .finally(() => {
        this.#verifying = undefined
      })
    return this.#verifying
  }

  /** Only in the session that it was asked in: in another one its id belongs to another question, mostly after the server was started anew. */
  reply(response: JsonRpcResponse, sessionId: string | undefined): void {
    const { channel } = this
    if (this.isOver || sessionId !== this.#sessionId) return
    this.#post(response).then(
      (status) => {
        if (status >= 300)
          channel.report(new PoolError('HTTP_STATUS', `${channel.label} took no answer to its question (HTTP ${status})`, { endpoint: channel.label, status }))
      },
      (error: unknown) => channel.report(error instanceof Error ? error : new Error(String(error))),
    )
  }

  /** Here the end of a stream does not say it (2025-11-25, `basic/utilities/cancellation`); a task is cancelled by `tasks/cancel` alone. */
  cancelled(wireId: number, request: JsonRpcRequest, reason: string): void {
    if (request.method === 'initialize' || request.params?.['task'] !== undefined || this.channel.closed || this.isOver) return
    const sessionId = this.#sessionId
    this.channel.cancellations.tell(async () => {
      if (this.isOver || sessionId !== this.#sessionId) return
      await this.#post({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: wireId, reason } })
    })
  }

  entered(): void {
    this.#underWay++
  }

  released(): void {
    if (--this.#underWay === 0) this.#left?.()
  }

  // ── Messages of the server outside of calls ──────────────────────────────────────────────────────────────────────

  received(message: JsonObject): void {
    const { method, id, params } = message
    // An answer belongs to a request's own stream.
    if (typeof method !== 'string') return
    const common = { jsonrpc: '2.0', method, ...(isObject(params) && { params }) } as const
    if (typeof id === 'string' || typeof id === 'number') {
      const sessionId = this.#sessionId
      this.#owner.onRequest({ ...common, id }, (response) => this.reply({ ...response, id }, sessionId))
    } else {
      this.#owner.noticed(method)
      if (this.passes(common)) this.#owner.onNotification(common)
    }
  }

  async #post(message: JsonRpcNotification | JsonRpcResponse): Promise<number> {
    const { channel, sessionId } = this
    // Of the session as it is now, and not once there is a token.
    const own = this.#own()
    const headers = (token: string | undefined): Headers => [...this.#headers.post(token), ...own]
    const status = await sendPlain(channel, { method: 'POST', headers, body: JSON.stringify(message), timeout: channel.limits.connectionTimeout })
    if (status === 404) this.#lost(sessionId)
    return status
  }
}
