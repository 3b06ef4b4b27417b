import type { Attempt, AttemptFailure, Exchange, JsonObject, JsonRpcId, JsonRpcNotification, JsonRpcResponse } from '../ports.js'
import { LISTENED, META } from './era-tables.js'
import { isObject, metaOf } from './json-object.js'

/** What a connection of the legacy era does for those who listen to it. */
export interface SessionSubscriber {
  /** In the spread session; `done` with the server's answer, or without where none came. */
  request(method: 'resources/subscribe' | 'resources/unsubscribe', uri: string, done: (response: JsonRpcResponse | undefined) => void): void
  /** What the server declared when the session was opened. */
  readonly capabilities: JsonObject
}

/**
 * `subscriptions/listen` on a session, which knows no such thing (`2025-11-25/server/resources#subscriptions`): list changes
 * come on it unasked, and resources are subscribed one by one.
 *
 *     listen {tools, a, b} ─▶ resources/subscribe a, b ─▶ answers ─▶ acknowledged {tools, a, b}
 *     session: list_changed, updated a ─────────────────────────────▶ tagged with the id of the listen
 *
 * A URI is subscribed with its first listener and unsubscribed with its last.
 */
export class SessionListens {
  readonly #subscriber: SessionSubscriber
  readonly #listens = new Set<SessionListen>()
  readonly #listeners = new Map<string, number>()

  constructor(subscriber: SessionSubscriber) {
    this.#subscriber = subscriber
  }

  get size(): number {
    return this.#listens.size
  }

  /** An attempt at `subscriptions/listen`, in modern shape. */
  start(attempt: Attempt): Exchange {
    const listen = new SessionListen(attempt, (ended) => this.#ended(ended))
    this.#listens.add(listen)
    let pending = 1
    const settle = (): void => {
      if (--pending === 0) listen.acknowledge(this.#subscriber.capabilities)
    }
    for (const uri of listen.uris) {
      pending++
      this.#subscribe(uri, (response) => {
        listen.subscribed(uri, response)
        settle()
      })
    }
    settle()
    return listen
  }

  /** A notification of the session that belongs to no call. */
  onNotification(notification: JsonRpcNotification): void {
    for (const listen of [...this.#listens]) listen.onNotification(notification)
  }

  /** The session was lost and opened again: what it was subscribed to has to be asked for again. */
  reopened(): void {
    for (const uri of this.#listeners.keys()) this.#subscriber.request('resources/subscribe', uri, () => {})
  }

  /** The connection is gone. */
  fail(failure: AttemptFailure): void {
    const listens = [...this.#listens]
    this.#listens.clear()
    this.#listeners.clear()
    for (const listen of listens) listen.fail(failure)
  }

  #subscribe(uri: string, done: (response: JsonRpcResponse | undefined) => void): void {
    this.#listeners.set(uri, (this.#listeners.get(uri) ?? 0) + 1)
    // Also where somebody listens already: that one may still wait for an answer, or have been refused.
    this.#subscriber.request('resources/subscribe', uri, done)
  }

  #ended(listen: SessionListen): void {
    if (!this.#listens.delete(listen)) return
    for (const uri of listen.uris) {
      const left = (this.#listeners.get(uri) ?? 1) - 1
      if (left > 0) this.#listeners.set(uri, left)
      else {
        this.#listeners.delete(uri)
        this.#subscriber.request('resources/unsubscribe', uri, () => {})
      }
    }
  }
}

class SessionListen implements Exchange {
  readonly written = true
  readonly uris: readonly string[]
  readonly #attempt: Attempt
  readonly #filter: JsonObject
  readonly #ended: (listen: SessionListen) => void
  readonly #honored = new Set<string>()
  #methods: ReadonlySet<string> = new Set()
  #refusal: JsonRpcResponse | undefined
  #state: 'opening' | 'open' | 'over' = 'opening'

  constructor(attempt: Attempt, ended: (listen: SessionListen) => void) {
    const filter = attempt.request.params?.['notifications']
    const uris: unknown = isObject(filter) ? filter['resourceSubscriptions'] : undefined
    this.#attempt = attempt
    this.#filter = isObject(filter) ? filter : {}
    this.uris = Array.isArray(uris) ? [...new Set(uris.filter((uri) => typeof uri === 'string'))] : []
    this.#ended = ended
  }

  get #id(): JsonRpcId {
    return this.#attempt.request.id
  }

  subscribed(uri: string, response: JsonRpcResponse | undefined): void {
    if (response !== undefined && 'result' in response) this.#honored.add(uri)
    else this.#refusal ??= response
  }

  /** The first message of a subscription names what the server agreed to; where that is nothing, its error is the answer. */
  acknowledge(capabilities: JsonObject): void {
    if (this.#state !== 'opening') return
    const notifications: JsonObject = {}
    const methods = new Set<string>()
    for (const [field, method, name] of LISTENED) {
      const capability = capabilities[name]
      if (this.#filter[field] !== true || !isObject(capability) || capability['listChanged'] !== true) continue
      notifications[field] = true
      methods.add(method)
    }
    if (this.#refusal !== undefined && this.#honored.size === 0 && methods.size === 0) {
      this.#end()
      return this.#attempt.onAnswer({ ...this.#refusal, id: this.#id })
    }
    if (this.uris.length > 0) notifications['resourceSubscriptions'] = [...this.#honored]
    this.#methods = methods
    this.#state = 'open'
    this.#attempt.onNotification(this.#tagged({ jsonrpc: '2.0', method: 'notifications/subscriptions/acknowledged', params: { notifications } }))
  }

  onNotification(notification: JsonRpcNotification): void {
    if (this.#state !== 'open') return
    const uri = notification.params?.['uri']
    const wanted =
      notification.method === 'notifications/resources/updated' ? typeof uri === 'string' && this.#honored.has(uri) : this.#methods.has(notification.method)
    if (wanted) this.#attempt.onNotification(this.#tagged(notification))
  }

  cancel(): void {
    this.#end()
  }

  fail(failure: AttemptFailure): void {
    if (this.#state === 'over') return
    this.#state = 'over'
    this.#attempt.onFailure(failure)
  }

  #end(): void {
    if (this.#state === 'over') return
    this.#state = 'over'
    this.#ended(this)
  }

  #tagged(notification: JsonRpcNotification): JsonRpcNotification {
    return { ...notification, params: { ...notification.params, _meta: { ...metaOf(notification.params), [META.subscriptionId]: this.#id } } }
  }
}
