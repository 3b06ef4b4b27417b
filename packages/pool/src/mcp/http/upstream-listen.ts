import {
  Alarm,
  type Attempt,
  type AttemptFailure,
  type Era,
  type JsonObject,
  type JsonRpcNotification,
  type JsonRpcRequest,
  type JsonRpcResponse,
  type Milliseconds,
} from '../../ports.js'
import { LISTENED, META } from '../era-tables.js'
import { isObject, metaOf } from '../json-object.js'
import { HttpExchange } from './exchange.js'
import type { Lane } from './lane.js'

const RETRY_FIRST: Milliseconds = 500
const RETRY_MOST: Milliseconds = 30_000
const METHOD_NOT_FOUND = -32_601

export interface UpstreamListener {
  onNotification(notification: JsonRpcNotification): void
  /** Listening again after a gap: anything may have changed meanwhile. */
  onMissed(): void
}

type Subscribed = (refusal: JsonRpcResponse | undefined) => void

/**
 * The connection's own `subscriptions/listen` (2026-07-28, `basic/patterns/subscriptions`): list changes for the whole pool,
 * and resources that callers without a stream of their own subscribed. Lost streams are listened to again, with a backoff;
 * when the wish changes, the new stream is acknowledged before the old one is closed.
 */
export class UpstreamListen extends Alarm {
  readonly #lane: Lane
  readonly #listener: UpstreamListener
  /** Fields of the filter, for what the server announces. */
  readonly #lists: JsonObject = {}
  readonly #uris = new Map<string, Set<unknown>>()
  #waiting: Subscribed[] = []
  #current: Stream | undefined
  #next: Stream | undefined
  #failures = 0
  #missed = false
  #refused = false
  #stopped = false

  constructor(lane: Lane, listener: UpstreamListener) {
    super()
    this.#lane = lane
    this.#listener = listener
  }

  /** From now on also to the list changes that the server announces. */
  listenToLists(capabilities: JsonObject): void {
    for (const [field, , name] of LISTENED) {
      const capability = capabilities[name]
      if (isObject(capability) && capability['listChanged'] === true) this.#lists[field] = true
    }
    if (Object.keys(this.#lists).length > 0) this.#open()
  }

  /** `owner` wants to hear of a resource; `done` when the server has agreed, or with its refusal. */
  subscribe(uri: string, owner: unknown, done: Subscribed): void {
    const owners = this.#uris.get(uri) ?? new Set()
    const known = owners.size > 0
    owners.add(owner)
    this.#uris.set(uri, owners)
    if (known && this.#current !== undefined && this.#next === undefined) return done(undefined)
    this.#waiting.push(done)
    this.#open()
  }

  unsubscribe(uri: string, owner: unknown): void {
    const owners = this.#uris.get(uri)
    if (owners === undefined || !owners.delete(owner) || owners.size > 0) return
    this.#uris.delete(uri)
    if (Object.keys(this.#lists).length > 0 || this.#uris.size > 0) this.#open()
    else this.#closeStreams()
  }

  stop(): void {
    this.#stopped = true
    this.#lane.channel.timers.clear(this)
    this.#closeStreams()
  }

  override fire(): void {
    this.#open()
  }

  #open(): void {
    if (this.#stopped) return
    this.#lane.channel.timers.clear(this)
    this.#next?.cancel()
    const notifications: JsonObject = { ...this.#lists }
    if (this.#uris.size > 0) notifications['resourceSubscriptions'] = [...this.#uris.keys()]
    const stream = new Stream(this.#lane, notifications, {
      acknowledged: () => this.#acknowledged(stream),
      notified: (notification) => this.#listener.onNotification(notification),
      ended: (response) => this.#ended(stream, response),
    })
    this.#next = stream
    stream.start()
  }

  #acknowledged(stream: Stream): void {
    if (this.#next !== stream) return
    this.#current?.cancel()
    this.#current = stream
    this.#next = undefined
    this.#failures = 0
    this.#settleWaiting(undefined)
    if (!this.#missed) return
    this.#missed = false
    this.#listener.onMissed()
  }

  #ended(stream: Stream, response: JsonRpcResponse | undefined): void {
    if (this.#current === stream) {
      this.#current = undefined
      this.#missed = true
      if (this.#next !== undefined) return
    } else if (this.#next === stream) this.#next = undefined
    else return
    if (response !== undefined && 'error' in response) {
      this.#settleWaiting(response)
      this.#refused = response.error.code === METHOD_NOT_FOUND
    }
    if (this.#refused || this.#stopped) return
    const most = Math.min(RETRY_MOST, RETRY_FIRST * 2 ** this.#failures++)
    this.#lane.channel.timers.set(this, this.#lane.channel.random() * most)
  }

  #settleWaiting(refusal: JsonRpcResponse | undefined): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const done of waiting) done(refusal)
  }

  #closeStreams(): void {
    this.#next?.cancel()
    this.#current?.cancel()
    this.#next = undefined
    this.#current = undefined
  }
}

interface StreamOwner {
  acknowledged(): void
  notified(notification: JsonRpcNotification): void
  /** With the answer, where there was one. */
  ended(response: JsonRpcResponse | undefined): void
}

class Stream implements Attempt {
  readonly request: JsonRpcRequest
  readonly era: Era
  readonly wireId: number
  readonly headers = undefined
  readonly session = undefined
  readonly stream: boolean = true
  readonly resumeFrom = undefined
  readonly #owner: StreamOwner
  readonly #exchange: HttpExchange

  constructor(lane: Lane, notifications: JsonObject, owner: StreamOwner) {
    this.wireId = lane.channel.nextId()
    this.era = lane.era
    this.request = { jsonrpc: '2.0', id: this.wireId, method: 'subscriptions/listen', params: { notifications } }
    this.#owner = owner
    this.#exchange = new HttpExchange(lane, this, this.request, true)
  }

  start(): void {
    this.#exchange.begin()
  }

  cancel(): void {
    this.#exchange.cancel('the subscription has changed')
  }

  onEventId(): void {}
  onRequest(): void {}

  onNotification(notification: JsonRpcNotification): void {
    if (notification.method === 'notifications/subscriptions/acknowledged') return this.#owner.acknowledged()
    // The id of our own subscription means nothing to anybody else.
    const meta = metaOf(notification.params)
    if (meta !== undefined) delete meta[META.subscriptionId]
    this.#owner.notified(notification)
  }

  onAnswer(response: JsonRpcResponse): void {
    this.#owner.ended(response)
  }

  onFailure(_failure: AttemptFailure): void {
    this.#owner.ended(undefined)
  }
}
