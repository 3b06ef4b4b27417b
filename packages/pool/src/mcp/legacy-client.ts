import type { JsonRpcMessage } from './sdk-message.js'
import type { JsonRpcNotification, JsonRpcRequest, JsonRpcResponse } from '../ports.js'
import type { Engine, OwnSession, SessionParameters } from './engine.js'
import { CODES, LOG_LEVELS } from './era-tables.js'
import { Questions } from './questions.js'
import type { Subscriptions } from './subscriptions.js'

/** The transport of a legacy client. */
export interface LegacyClientOwner {
  deliver(message: JsonRpcMessage): void
  /** A notification of the session. */
  notified(notification: JsonRpcNotification): void
}

/**
 * What a client of the legacy era has that a modern one has not: a session, what the server keeps in it (log level,
 * subscriptions), and questions of the server to answer.
 */
export class LegacyClient {
  readonly parameters: SessionParameters
  readonly #engine: Engine
  readonly #subscriptions: Subscriptions
  readonly #owner: LegacyClientOwner
  readonly #questions: Questions
  #session: OwnSession

  constructor(engine: Engine, parameters: SessionParameters, subscriptions: Subscriptions, owner: LegacyClientOwner) {
    this.parameters = parameters
    this.#engine = engine
    this.#subscriptions = subscriptions
    this.#owner = owner
    this.#questions = new Questions((message) => owner.deliver(message))
    this.#session = this.#open()
  }

  get session(): OwnSession {
    return this.#session
  }

  /** Ends the session at its replica. The next call opens another. */
  async terminate(): Promise<void> {
    const session = this.#session
    this.#session = this.#open()
    await session.close()
  }

  async close(reason: string): Promise<void> {
    this.#questions.close(reason)
    await this.#session.close()
  }

  #open(): OwnSession {
    return this.#engine.openSession(this.parameters, {
      onNotification: (notification) => this.#owner.notified(notification),
      onRequest: (request, reply) => this.#questions.ask(request, reply, undefined),
    })
  }

  // ── Requests that change the session ─────────────────────────────────────────────────────────────────────────────

  /** Answers `logging/setLevel`, and keeps the level for the session to come. `false`: there is a session, which has to be asked. */
  answersLevel(request: JsonRpcRequest): boolean {
    if (this.#session.client !== undefined) return false
    const level = request.params?.['level']
    if (LOG_LEVELS.includes(String(level))) {
      this.#session.remember(request)
      this.#owner.deliver({ jsonrpc: '2.0', id: request.id, result: {} })
    } else this.#owner.deliver({ jsonrpc: '2.0', id: request.id, error: { code: CODES.invalidParams, message: `Unknown log level: ${String(level)}` } })
    return true
  }

  /**
   * `resources/subscribe` and `resources/unsubscribe`. A resource changes at the replicas, and each says so for itself: modern
   * ones are listened to by `Subscriptions`, and the session's own is asked in the session, or will be once there is one. `false`:
   * the session has to be asked, and answers.
   */
  answersSubscription(request: JsonRpcRequest): boolean {
    const uri = request.params?.['uri']
    if (typeof uri !== 'string') return false
    const isAnswered = this.#session.client === undefined && this.#subscriptions.hasModernReplica
    if (isAnswered) this.#session.remember(request)
    const done = (refusal: JsonRpcResponse | undefined): void => {
      if (refusal !== undefined) this.#subscriptions.unsubscribe(uri)
      if (isAnswered) this.#owner.deliver(refusal === undefined ? { jsonrpc: '2.0', id: request.id, result: {} } : { ...refusal, id: request.id })
    }
    if (request.method === 'resources/subscribe') this.#subscriptions.subscribe(uri, done)
    else {
      this.#subscriptions.unsubscribe(uri)
      done(undefined)
    }
    return isAnswered
  }

  // ── Questions ────────────────────────────────────────────────────────────────────────────────────────────────────

  asked(request: JsonRpcRequest, reply: (response: JsonRpcResponse) => void, call: object): void {
    this.#questions.ask(request, reply, call)
  }

  answered(response: JsonRpcResponse): void {
    this.#questions.answer(response)
  }

  cancelledByServer(notification: JsonRpcNotification): void {
    this.#questions.cancelledByServer(notification)
  }

  /** The call is over, and so is what was asked in it. */
  over(call: object): void {
    this.#questions.over(call, 'the call that it was asked in is over')
  }

  /** Of the client to its server. */
  async notify(notification: JsonRpcNotification): Promise<void> {
    const mapped = notification.method === 'notifications/progress' ? this.#questions.progress(notification) : notification
    if (mapped !== undefined) await this.#session.notify(mapped)
  }
}
