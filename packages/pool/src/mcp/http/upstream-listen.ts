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
import { isObject } from '../json-object.js'
import { withoutMeta } from '../translate.js'
import { HttpExchange } from './exchange.js'
import type { Lane } from './lane.js'

const RETRY_FIRST: Milliseconds = 500
const RETRY_MOST: Milliseconds = 30_000
/** A stream that lasted for so long is no failure: one is meant to last, but load balancers end it now and then. */
const LASTED: Milliseconds = 10_000
const METHOD_NOT_FOUND = -32_601

export interface UpstreamListener {
  onNotification(notification: JsonRpcNotification): void
  /** Listening again after a gap: anything may have changed meanwhile. */
  onMissed(): void
}

type Subscribed = (refusal: JsonRpcResponse | undefined) => void

/** `owner` wants to hear of a resource, and the server has not agreed yet. */
interface Wish {
  readonly uri: string
  readonly owner: unknown
  readonly done: Subscribed
}

/**
 * The connection's own `subscriptions/listen` (2026-07-28, `basic/patterns/subscriptions`): list changes for the whole pool,
 * and resources that callers without a stream of their own subscribed. Lost streams are listened to again, with a backoff;
 * when the wish changes, the new stream is acknowledged before the old one is closed.
 *
 * A server refuses a stream as a whole: a wish that it does not grant is dropped, or nothing else would be heard from then on.
 */
export class UpstreamListen extends Alarm {
  readonly #lane: Lane
  readonly #listener: UpstreamListener
  /** Fields of the filter, for what the server announces. */
  readonly #lists: JsonObject = {}
  /** Resources that the server has agreed to, and who wants to hear of them. */
  readonly #uris = new Map<string, Set<unknown>>()
  /** What the next stream asks for besides. */
  #asked: Wish[] = []
  /** Refused together, and which of them is to blame was not said: asked for one by one. */
  #doubtful: Wish[] = []
  #current: Stream | undefined
  #next: Stream | undefined
  /** Streams in a row that did not last. */
  #failures = 0
  /** Since when there is a stream, without a gap. */
  #since: Milliseconds = 0
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
    this.#open()
  }

  /** `owner` wants to hear of a resource; `done` when the server has agreed, or with its refusal. */
  subscribe(uri: string, owner: unknown, done: Subscribed): void {
    const owners = this.#uris.get(uri)
    if (owners !== undefined && this.#current !== undefined) {
      owners.add(owner)
      return done(undefined)
    }
    this.#asked.push({ uri, owner, done })
    this.#open()
  }

  unsubscribe(uri: string, owner: unknown): void {
    const isOther = (wish: Wish): boolean => wish.uri !== uri || wish.owner !== owner
    const withdrawn = [...this.#asked, ...this.#doubtful].filter((wish) => !isOther(wish))
    this.#asked = this.#asked.filter(isOther)
    this.#doubtful = this.#doubtful.filter(isOther)
    for (const { done } of withdrawn) done(undefined)
    const owners = this.#uris.get(uri)
    if (owners?.delete(owner) === true && owners.size === 0) this.#uris.delete(uri)
    else if (withdrawn.length === 0) return
    this.#open()
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
    const uris = new Set([...this.#uris.keys(), ...this.#asked.map(({ uri }) => uri)])
    const notifications: JsonObject = { ...this.#lists, ...(uris.size > 0 && { resourceSubscriptions: [...uris] }) }
    if (Object.keys(notifications).length === 0) return this.#closeStreams()
    this.#next?.cancel()
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
    if (this.#current === undefined) this.#since = this.#lane.channel.timers.now()
    else this.#current.cancel()
    this.#current = stream
    this.#next = undefined
    const agreed = this.#asked
    this.#asked = []
    for (const { uri, owner } of agreed) this.#uris.set(uri, (this.#uris.get(uri) ?? new Set()).add(owner))
    this.#askDoubtful()
    for (const { done } of agreed) done(undefined)
    if (!this.#missed) return
    this.#missed = false
    this.#listener.onMissed()
  }

  #ended(stream: Stream, response: JsonRpcResponse | undefined): void {
    const wasNext = this.#next === stream
    if (wasNext) this.#next = undefined
    else if (this.#current === stream) {
      this.#current = undefined
      this.#missed = true
      if (this.#lane.channel.timers.now() - this.#since >= LASTED) this.#failures = 0
      if (this.#next !== undefined) return
    } else return
    if (this.#stopped) return
    if (response !== undefined && 'error' in response) {
      if (wasNext && this.#asked.length > 0) return this.#wishRefused(response)
      this.#refused = response.error.code === METHOD_NOT_FOUND
    }
    if (this.#refused) return
    const most = Math.min(RETRY_MOST, RETRY_FIRST * 2 ** this.#failures++)
    this.#lane.channel.timers.set(this, this.#lane.channel.random() * most)
  }

  #wishRefused(refusal: JsonRpcResponse): void {
    const [wish, ...others] = this.#asked
    this.#asked = []
    if (others.length > 0) this.#doubtful.unshift(wish!, ...others)
    if (this.#doubtful.length > 0) this.#askDoubtful()
    else if (this.#current === undefined) this.#open()
    if (others.length === 0) wish!.done(refusal)
  }

  #askDoubtful(): void {
    const wish = this.#doubtful.shift()
    if (wish === undefined) return
    this.#asked.push(wish)
    this.#open()
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
    this.#owner.notified(withoutMeta(notification, [META.subscriptionId]))
  }

  onAnswer(response: JsonRpcResponse): void {
    this.#owner.ended(response)
  }

  onFailure(_failure: AttemptFailure): void {
    this.#owner.ended(undefined)
  }
}
