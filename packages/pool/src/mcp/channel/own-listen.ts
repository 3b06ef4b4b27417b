import { PoolError } from '../../errors.js'
import {
  Alarm,
  type JsonObject,
  type JsonRpcError,
  type JsonRpcNotification,
  type JsonRpcResponse,
  type Milliseconds,
  type Random,
  type Timers,
} from '../../ports.js'
import { LISTENED, META } from '../era-tables.js'
import { isObject, metaOf } from '../json-object.js'
import type { Channel, Pending } from './channel.js'

const RETRY_FIRST: Milliseconds = 1_000
const RETRY_MOST: Milliseconds = 60_000
/** A stream that lasted for so long was one. A server that agrees to listen and ends it at once has not begun to. */
const LASTING: Milliseconds = 5_000
const METHOD_NOT_FOUND = -32_601

/** undefined: the server has agreed. */
export type Subscribed = (refusal: JsonRpcError | PoolError | undefined) => void

export interface OwnListenPorts {
  readonly timers: Timers
  readonly random: Random
  readonly nextId: () => number
  readonly envelope: JsonObject
  readonly onNotification: (notification: JsonRpcNotification) => void
}

/**
 * What a connection to a modern server listens to for itself: all list changes that the server can report, and the resources
 * that somebody subscribed to in the legacy way.
 *
 * The stream is opened again when the server ends it, and opened anew, before the old one is closed, when a resource comes or goes.
 */
export class OwnListen extends Alarm {
  readonly #channel: Channel
  readonly #ports: OwnListenPorts
  readonly #lists: JsonObject = {}
  readonly #uris = new Set<string>()
  /** Those who wait for the server to agree, and what they want to hear of. */
  #waiting: Array<readonly [uri: string, done: Subscribed]> = []
  #current: ListenRequest | undefined
  #next: ListenRequest | undefined
  #failures = 0
  /** When `#current` was acknowledged. */
  #since: Milliseconds = 0
  #closed = false

  constructor(channel: Channel, capabilities: JsonObject, ports: OwnListenPorts) {
    super()
    this.#channel = channel
    this.#ports = ports
    for (const [field, , name] of LISTENED) {
      const capability = capabilities[name]
      if (isObject(capability) && capability['listChanged'] === true) this.#lists[field] = true
    }
  }

  start(): void {
    this.#open()
  }

  /** `done` hears when the server has agreed, or why it did not: then it is not asked for that again. */
  subscribe(uri: string, done: Subscribed): void {
    const known = this.#uris.has(uri)
    if (known && this.#current !== undefined && this.#next === undefined) return done(undefined)
    this.#waiting.push([uri, done])
    if (known) return
    this.#uris.add(uri)
    this.#open()
  }

  unsubscribe(uri: string): void {
    if (this.#uris.delete(uri)) this.#open()
  }

  close(): void {
    this.#closed = true
    this.#ports.timers.clear(this)
    this.#next?.cancel()
    this.#current?.cancel()
    const gone = new PoolError('CONNECTION_LOST', 'the connection ended before the server agreed to report the resource', { progress: 'sent' })
    for (const [, done] of this.#waiting.splice(0)) done(gone)
  }

  override fire(): void {
    this.#open()
  }

  #open(): void {
    this.#ports.timers.clear(this)
    this.#next?.cancel()
    this.#next = undefined
    const notifications: JsonObject = { ...this.#lists }
    if (this.#uris.size > 0) notifications['resourceSubscriptions'] = [...this.#uris]
    if (Object.keys(notifications).length === 0) {
      this.#current?.cancel()
      this.#current = undefined
      return
    }
    const request = new ListenRequest(this.#channel, this.#ports.nextId(), {
      acknowledged: () => this.#acknowledged(request),
      heard: this.#ports.onNotification,
      ended: (refusal) => this.#ended(request, refusal),
    })
    this.#next = request
    request.send({ _meta: this.#ports.envelope, notifications })
  }

  #acknowledged(request: ListenRequest): void {
    if (this.#next !== request) return
    this.#current?.cancel()
    this.#current = request
    this.#next = undefined
    this.#since = this.#ports.timers.now()
    for (const [, done] of this.#waiting.splice(0)) done(undefined)
  }

  #ended(request: ListenRequest, refusal: JsonRpcError | undefined): void {
    if (this.#current === request) {
      this.#current = undefined
      if (this.#ports.timers.now() - this.#since >= LASTING) this.#failures = 0
    } else if (this.#next === request) this.#next = undefined
    else return
    if (refusal !== undefined) this.#refused(refusal)
    // Without a stream nobody hears of changes; a server that cannot listen will go on saying so.
    if (this.#closed || refusal?.error.code === METHOD_NOT_FOUND || this.#next !== undefined || !this.#channel.isOpen) return
    if (refusal !== undefined && this.#current !== undefined) return
    const most = Math.min(RETRY_MOST, RETRY_FIRST * 2 ** this.#failures++)
    this.#ports.timers.set(this, this.#ports.random() * most)
  }

  /** Perhaps for what was added last: without it the others are heard of as before. */
  #refused(refusal: JsonRpcError): void {
    for (const [uri, done] of this.#waiting.splice(0)) {
      this.#uris.delete(uri)
      done(refusal)
    }
  }
}

interface ListenRequestOwner {
  acknowledged(): void
  heard(notification: JsonRpcNotification): void
  /** With the error that the server answered; undefined: lost, or ended by the server. */
  ended(refusal: JsonRpcError | undefined): void
}

class ListenRequest implements Pending {
  readonly kind = 'own'
  readonly #channel: Channel
  readonly #id: number
  readonly #owner: ListenRequestOwner
  #over = false

  constructor(channel: Channel, id: number, owner: ListenRequestOwner) {
    this.#channel = channel
    this.#id = id
    this.#owner = owner
  }

  send(params: JsonObject): void {
    this.#channel.request(this.#id, { jsonrpc: '2.0', id: this.#id, method: 'subscriptions/listen', params }, this)
  }

  cancel(): void {
    if (this.#over) return
    this.#over = true
    if (this.#channel.forget(this.#id)) void this.#channel.notify({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: this.#id } })
  }

  answered(response: JsonRpcResponse): void {
    this.#end('error' in response ? response : undefined)
  }

  notified(notification: JsonRpcNotification): void {
    if (this.#over) return
    if (notification.method === 'notifications/subscriptions/acknowledged') this.#owner.acknowledged()
    else if (notification.method === 'notifications/cancelled') {
      this.#channel.forget(this.#id)
      this.#end(undefined)
    } else this.#owner.heard(withoutSubscription(notification))
  }

  asked(): void {}

  failed(_failure: PoolError): void {
    this.#end(undefined)
  }

  #end(refusal: JsonRpcError | undefined): void {
    if (this.#over) return
    this.#over = true
    this.#owner.ended(refusal)
  }
}

/** The id is of our own request and means nothing to anybody else. */
function withoutSubscription(notification: JsonRpcNotification): JsonRpcNotification {
  const { [META.subscriptionId]: _, ...meta } = metaOf(notification.params) ?? {}
  const { _meta: __, ...params } = notification.params ?? {}
  return { ...notification, params: Object.keys(meta).length > 0 ? { ...params, _meta: meta } : params }
}
