import { randomUUID } from 'node:crypto'
import { type ReadHeaders, readCallOptions } from '../config/index.js'
import { PoolError } from '../errors.js'
import type { Era, JsonObject, JsonRpcId, JsonRpcNotification, JsonRpcRequest, JsonRpcResponse } from '../ports.js'
import { callOptionsOf, type TransportCallOptions, withoutCallOptions } from './call-options.js'
import type { Engine } from './engine.js'
import { META } from './era-tables.js'
import { discoverAnswer, initializeAnswer, negotiated } from './handshake.js'
import { isObject } from './json-object.js'
import { LegacyClient, type LegacyClientOwner } from './legacy-client.js'
import type { PoolTransport } from './pool-transport.js'
import { failureMessage, handshakeError } from './sdk-failure.js'
import type { JsonRpcMessage, SendOptions } from './sdk-message.js'
import { Subscriptions } from './subscriptions.js'
import { eraOfRequest, eraOfVersion, withoutAsking } from './translate.js'
import { MODERN_VERSIONS } from './translate-result.js'
import { readResumptionToken, type Resumption, TransportCall, type TransportCallOwner } from './transport-call.js'

/** Wishes for all calls of one transport; those of a call replace them one by one. */
export type TransportOptions = Omit<TransportCallOptions, 'signal'>

/** What differs between a transport that a user asked for and the one under the pool's own verbs. */
export interface TransportKind {
  /** The client above has a clock of its own. */
  readonly callerTimes: boolean
  /** Hears of list changes without asking, whatever its era. */
  readonly unsolicited: boolean
  /** The pool's verbs use it, which check their options and outlive its clients. */
  readonly own: boolean
}

export const USER_TRANSPORT: TransportKind = { callerTimes: true, unsolicited: false, own: false }

const DONE: Promise<void> = Promise.resolve()

/**
 * The SDK's `Transport`, structurally, of version 2 and version 1: an SDK `Client` on it talks to the whole fleet.
 *
 *     const client = new Client({ name: 'app', version: '1.0.0' })
 *     await client.connect(pool.transport())
 *
 * The first of `initialize` and `server/discover` fixes the era of the client; both are answered here. A legacy client has a
 * session of its own (`OwnSession`), opened on the replica that serves its first call. Everything else becomes a call of the engine.
 */
export class SdkTransport implements PoolTransport, TransportCallOwner, LegacyClientOwner {
  onclose?: (() => void) | undefined
  onerror?: ((error: Error) => void) | undefined
  onmessage?: ((message: JsonRpcMessage) => void) | undefined
  /** Of a legacy client, once it has initialized: a name for its session, whichever replica that is on. */
  sessionId?: string | undefined
  /**
   * With `true` the SDK's client makes an abort signal for every request, in case it has to cancel: a third of its speed. Without
   * it cancels by `notifications/cancelled`, which never leaves this transport as such. A signal that is given is honoured all the same.
   */
  readonly hasPerRequestStream = false
  readonly #engine: Engine
  readonly #options: ReadHeaders<TransportOptions>
  readonly #kind: TransportKind
  readonly #calls = new Map<JsonRpcId, TransportCall>()
  readonly #subscriptions: Subscriptions
  #state: 'new' | 'open' | 'closed' = 'new'
  #era: Era | undefined
  #protocolVersion: string | undefined
  #legacy: LegacyClient | undefined
  /** The end of the pool is no matter of this transport any more. */
  #forget: (() => void) | undefined

  constructor(engine: Engine, options: ReadHeaders<TransportOptions> = {}, kind: TransportKind = USER_TRANSPORT) {
    this.#engine = engine
    this.#options = options
    this.#kind = kind
    this.#subscriptions = new Subscriptions(engine, {
      era: () => this.#era ?? 'modern',
      unsolicited: kind.unsolicited,
      meta: () => this.#envelope(),
      deliver: (message) => this.deliver(message),
    })
  }

  /** Revision of the client; undefined until the handshake. */
  get protocolVersion(): string | undefined {
    return this.#protocolVersion
  }

  /** Called by the client once it knows, also where it skips the handshake. */
  setProtocolVersion(version: string): void {
    this.#protocolVersion = version
    this.#era = eraOfVersion(version)
  }

  async start(): Promise<void> {
    if (this.#state !== 'new') throw new PoolError('CONFIG', 'the transport was started already; a client connects to a transport of its own: pool.transport()')
    this.#state = 'open'
    if (this.#kind.unsolicited) this.#subscriptions.watch()
    if (!this.#kind.own) this.#forget = this.#engine.whenClosed(() => void this.close().catch((error: unknown) => this.#report(error)))
  }

  /**
   * Resolves when the message is accepted, a request when a replica has it. Rejects where no replica gets it; what fails later
   * arrives as a JSON-RPC error whose `data` is the `PoolError`.
   */
  send(message: JsonRpcMessage, options?: SendOptions): Promise<void> {
    if (this.#state !== 'open') return Promise.reject(new PoolError('CONNECTION_LOST', `the transport is ${this.#state === 'new' ? 'not started' : 'closed'}`))
    if ('method' in message) return 'id' in message ? this.#request(message, options) : this.#notification(message)
    this.#legacy?.answered(message)
    return DONE
  }

  /** The user came back from the authorization server. `callback` is the code, or the parameters of the redirect. */
  finishAuth(callback: string | URLSearchParams, issuer?: string): Promise<void> {
    return this.#engine.finishAuth(callback, issuer)
  }

  /** Ends the session of a legacy client at its replica. A later call opens another. */
  async terminateSession(): Promise<void> {
    delete this.sessionId
    await this.#legacy?.terminate()
  }

  /** By the client, or at the end of the pool. */
  async close(): Promise<void> {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    this.#forget?.()
    this.#subscriptions.close()
    for (const call of [...this.#calls.values()]) call.cancel('the client closed its transport')
    try {
      await this.#legacy?.close('the client closed its transport')
    } finally {
      this.onclose?.()
    }
  }

  // ── Client to server ─────────────────────────────────────────────────────────────────────────────────────────────

  #request(request: JsonRpcRequest, options: SendOptions | undefined): Promise<void> {
    switch (request.method) {
      case 'initialize':
      case 'server/discover':
        return this.#handshake(request)
      case 'subscriptions/listen':
        this.#subscriptions.listen(withoutOptions(request), options?.requestSignal, options?.onRequestStreamEnd)
        return DONE
      case 'logging/setLevel':
        return this.#legacy?.answersLevel(request) === true ? DONE : this.#call(request, options)
      case 'resources/subscribe':
      case 'resources/unsubscribe':
        return this.#legacy?.answersSubscription(request) === true ? DONE : this.#call(request, options)
      default:
        return this.#call(request, options)
    }
  }

  #call(request: JsonRpcRequest, options: SendOptions | undefined): Promise<void> {
    const resumption = this.#resumption(options)
    if (resumption instanceof PoolError) return Promise.reject(resumption)
    const given = callOptionsOf(request.params)
    const era = this.#era ?? eraOfRequest(request)
    let wishes: ReadHeaders<TransportCallOptions> = this.#options
    if (given !== undefined || options?.headers !== undefined) {
      try {
        wishes = this.#wishes(given, options?.headers)
      } catch (error) {
        return Promise.reject(error)
      }
    }
    const call = new TransportCall(
      this,
      given === undefined ? request : withoutOptions(request),
      era,
      era === 'legacy' ? this.#legacy?.session : undefined,
      wishes,
      this.#kind.callerTimes && wishes.timeout === undefined,
      options?.requestSignal,
      resumption,
    )
    this.#calls.set(request.id, call)
    return call.start(this.#engine)
  }

  /** Those of the call over those of the transport. @throws PoolError `CONFIG` */
  #wishes(given: TransportCallOptions | undefined, headers: SendOptions['headers']): ReadHeaders<TransportCallOptions> {
    // Those of the pool's own verbs were read by them.
    const own = given === undefined || this.#kind.own ? (given as ReadHeaders<TransportCallOptions>) : readCallOptions(given)
    const wishes = { ...this.#options, ...own }
    const more = headers && headersOfCaller(headers)
    return more === undefined ? wishes : { ...wishes, headers: { ...wishes.headers, ...more } }
  }

  /** A continuation that cannot be had is an error: sent as a new request, the tool might run twice. */
  #resumption(options: SendOptions | undefined): Resumption | PoolError | undefined {
    if (options?.resumptionToken === undefined && options?.onresumptiontoken === undefined) return undefined
    const onToken = options.onresumptiontoken
    if (options.resumptionToken === undefined) return { only: undefined, resumeFrom: undefined, onToken }
    const token = readResumptionToken(options.resumptionToken)
    const only = token === undefined ? undefined : this.#engine.replica(token.client)
    if (token !== undefined && only !== undefined) return { only, resumeFrom: token.eventId, onToken }
    return new PoolError('SESSION_LOST', 'the replica that issued the resumption token is gone: whether the request ran is not known', { progress: 'sent' })
  }

  #notification(notification: JsonRpcNotification): Promise<void> {
    switch (notification.method) {
      case 'notifications/cancelled': {
        const { requestId, reason } = notification.params ?? {}
        if (typeof requestId !== 'string' && typeof requestId !== 'number') return DONE
        if (!this.#subscriptions.end(requestId)) this.#calls.get(requestId)?.cancel(typeof reason === 'string' ? reason : 'cancelled by the client')
        return DONE
      }
      case 'notifications/initialized':
        return DONE
      default:
        // Replicas of the modern era take no notifications (changelog of 2026-07-28, major 2 and 5).
        return this.#legacy?.notify(notification) ?? DONE
    }
  }

  // ── The handshake ────────────────────────────────────────────────────────────────────────────────────────────────

  async #handshake(request: JsonRpcRequest): Promise<void> {
    try {
      await this.#engine.ready()
    } catch (error) {
      throw await handshakeError(error)
    }
    if (this.#state !== 'open') throw await handshakeError(new PoolError('CONNECTION_LOST', 'the transport was closed during the handshake'))
    const { identity } = this.#engine
    const facts = this.#engine.facts()
    if (request.method === 'server/discover') {
      const answer = discoverAnswer(request, identity, facts)
      if ('result' in answer) this.#era ??= 'modern'
      return this.deliver(answer)
    }
    const { protocolVersion, clientInfo, capabilities } = request.params ?? {}
    const before = this.#legacy
    const parameters = {
      protocolVersion: negotiated(protocolVersion),
      clientInfo: isObject(clientInfo) ? clientInfo : {},
      capabilities: isObject(capabilities) ? capabilities : {},
    }
    this.#era = 'legacy'
    this.#protocolVersion = parameters.protocolVersion
    this.#legacy = new LegacyClient(this.#engine, parameters, this.#subscriptions, this)
    this.sessionId = randomUUID()
    this.#subscriptions.watch()
    await before?.close('the client initialized again')
    this.deliver(initializeAnswer(request, identity, facts))
  }

  /** Who listens at modern replicas. */
  #envelope(): JsonObject {
    const parameters = this.#legacy?.parameters
    return {
      [META.protocolVersion]: MODERN_VERSIONS[0],
      [META.clientInfo]: parameters?.clientInfo ?? { ...this.#engine.identity },
      [META.clientCapabilities]: withoutAsking(parameters?.capabilities ?? {}),
    }
  }

  // ── Server to client ─────────────────────────────────────────────────────────────────────────────────────────────

  asked(call: TransportCall, request: JsonRpcRequest, reply: (response: JsonRpcResponse) => void): boolean {
    // Questions do not reach a client of the modern era: it answers those that come as results.
    if (call.era === 'modern' || this.#legacy === undefined) return false
    this.#legacy.asked(request, reply, call)
    return true
  }

  notified(notification: JsonRpcNotification): void {
    if (notification.method === 'notifications/cancelled') this.#legacy?.cancelledByServer(notification)
    else if (Subscriptions.concerns(notification)) this.#subscriptions.changed(notification)
    else this.deliver(notification)
  }

  answered(_call: TransportCall, response: JsonRpcResponse): void {
    this.deliver(response)
  }

  failed(call: TransportCall, failure: PoolError): void {
    this.deliver(failureMessage(call.request.id, failure))
  }

  over(call: TransportCall): void {
    if (this.#calls.get(call.request.id) === call) this.#calls.delete(call.request.id)
    this.#legacy?.over(call)
  }

  deliver(message: JsonRpcMessage): void {
    if (this.#state !== 'open') return
    try {
      this.onmessage?.(message)
    } catch (error) {
      // A handler of the client threw. That is not the replica's fault, and must not look like it.
      this.#report(error)
    }
  }

  #report(error: unknown): void {
    this.onerror?.(error instanceof Error ? error : new Error(String(error)))
  }
}

function withoutOptions(request: JsonRpcRequest): JsonRpcRequest {
  return request.params === undefined || callOptionsOf(request.params) === undefined ? request : { ...request, params: withoutCallOptions(request.params) }
}

/** MCP's own headers are made by the connection, `Mcp-Param-…` by the tool list of the replica that is picked. */
function headersOfCaller(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> | undefined {
  const own = Object.entries(headers).filter(([name]) => !name.toLowerCase().startsWith('mcp-'))
  return own.length === 0 ? undefined : readCallOptions({ headers: Object.fromEntries(own) }).headers
}
