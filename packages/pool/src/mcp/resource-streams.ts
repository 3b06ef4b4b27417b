import type { PoolError } from '../errors.js'
import {
  Alarm,
  type Era,
  type JsonObject,
  type JsonRpcError,
  type JsonRpcNotification,
  type JsonRpcRequest,
  type JsonRpcResponse,
  type Milliseconds,
  type Target,
} from '../ports.js'
import type { Engine, EngineCall, EngineExchange } from './engine.js'
import { isObject } from './json-object.js'

const RETRY_FIRST: Milliseconds = 500
const RETRY_MOST: Milliseconds = 30_000
/** A stream that lasted for so long was one. A server that agrees to listen and ends it at once has not begun to. */
const LASTING: Milliseconds = 5_000
/** Replicas that are remembered though they are gone. */
const MOST_LEFT = 1_000

export interface ResourceStreamsListener {
  onUpdated(uri: string, notification: JsonRpcNotification): void
  /** Every replica that there is has answered to what is wanted now: acknowledged, refused, or failed once; not all have refused. */
  onSettled(): void
  /** Every replica that there is has refused to listen; nobody will be asked again before a replica (re)connects. */
  onRefused(error: JsonRpcError): void
}

/**
 * Updates of resources from a whole fleet: one `subscriptions/listen` on each replica, since only the replica on which a
 * resource changes says so. The shape is the modern one; connections of the legacy era translate it to `resources/subscribe`.
 *
 *     want(uris) ─▶ replica A  ──listen──▶ acknowledged ──▶ updated …
 *                   replica B  ──listen──▶ lost ──backoff──▶ listen ─▶ acknowledged: everything may have changed meanwhile
 *
 * When the wish changes, the new stream is opened before the old one is closed, so that nothing falls in between.
 */
export class ResourceStreams {
  readonly #engine: Engine
  readonly #meta: () => JsonObject
  readonly #listener: ResourceStreamsListener
  readonly #streams = new Map<Target, ReplicaStream>()
  #uris: readonly string[] = []
  /** Places of replicas that went while they were listened to, the last of them: when they come back, something may have been missed. */
  readonly #left = new Set<string>()
  /** Streams are being told, and some may answer before all were. */
  #telling = false

  /** `meta`: envelope of the requests, who it is that listens. */
  constructor(engine: Engine, meta: () => JsonObject, listener: ResourceStreamsListener) {
    this.#engine = engine
    this.#meta = meta
    this.#listener = listener
  }

  /** URIs that any replica has agreed to report. */
  get honored(): ReadonlySet<string> {
    const honored = new Set<string>()
    for (const stream of this.#streams.values()) for (const uri of stream.honored) honored.add(uri)
    return honored
  }

  get settled(): boolean {
    for (const stream of this.#streams.values()) if (!stream.settled) return false
    return true
  }

  setReplicas(replicas: readonly Target[]): void {
    this.#telling = true
    for (const [target, stream] of this.#streams) {
      if (replicas.includes(target) && stream.connection === target.connection) continue
      if (stream.honored.length > 0) this.#leave(target.place)
      stream.close()
      this.#streams.delete(target)
    }
    for (const target of replicas) {
      if (this.#streams.has(target)) continue
      const owner = { changed: () => this.#changed(), updated: this.#listener.onUpdated.bind(this.#listener) }
      const stream = new ReplicaStream(this.#engine, target, this.#meta, owner, this.#left.delete(target.place))
      this.#streams.set(target, stream)
      stream.want(this.#uris)
    }
    this.#told()
  }

  #leave(place: string): void {
    this.#left.add(place)
    for (const oldest of this.#left) {
      if (this.#left.size <= MOST_LEFT) return
      this.#left.delete(oldest)
    }
  }

  /** `onSettled` may come before this returns: there may be nothing to wait for. */
  want(uris: ReadonlySet<string>): void {
    this.#telling = true
    if (uris.size !== this.#uris.length || !this.#uris.every((uri) => uris.has(uri))) {
      this.#uris = [...uris]
      for (const stream of this.#streams.values()) stream.want(this.#uris)
    }
    this.#told()
  }

  close(): void {
    for (const stream of this.#streams.values()) stream.close()
    this.#streams.clear()
  }

  #told(): void {
    this.#telling = false
    this.#changed()
  }

  #changed(): void {
    if (this.#telling || !this.settled) return
    const refusals = [...this.#streams.values()].map((stream) => stream.refusal)
    const [first] = refusals
    if (first !== undefined && refusals.every((refusal) => refusal !== undefined)) this.#listener.onRefused(first)
    else this.#listener.onSettled()
  }
}

interface ReplicaStreamOwner {
  changed(): void
  updated(uri: string, notification: JsonRpcNotification): void
}

/** The wish at one replica. As an alarm it is the wait before listening again. */
class ReplicaStream extends Alarm {
  readonly target: Target
  /** The connection on which it listens: another one starts anew. */
  readonly connection: Target['connection']
  readonly #engine: Engine
  readonly #meta: () => JsonObject
  readonly #owner: ReplicaStreamOwner
  #uris: readonly string[] = []
  #current: Listen | undefined
  /** Replaces `#current` once it is acknowledged. */
  #next: Listen | undefined
  #failures = 0
  /** When `#current` was acknowledged. */
  #since: Milliseconds = 0
  /** A stream was lost since the last acknowledgment: what happened meanwhile is unknown. */
  #missed: boolean
  #settled = true
  refusal: JsonRpcError | undefined

  constructor(engine: Engine, target: Target, meta: () => JsonObject, owner: ReplicaStreamOwner, missed: boolean) {
    super()
    this.#engine = engine
    this.target = target
    this.connection = target.connection
    this.#meta = meta
    this.#owner = owner
    this.#missed = missed
  }

  get honored(): readonly string[] {
    return this.#current?.honored ?? []
  }

  get settled(): boolean {
    return this.#settled
  }

  want(uris: readonly string[]): void {
    this.#uris = uris
    this.refusal = undefined
    this.#engine.timers.clear(this)
    this.#next?.cancel()
    this.#next = undefined
    if (uris.length > 0) return this.#open()
    this.#current?.cancel()
    this.#current = undefined
    this.#settled = true
  }

  close(): void {
    this.#engine.timers.clear(this)
    this.#next?.cancel()
    this.#current?.cancel()
  }

  override fire(): void {
    this.#open()
  }

  #open(): void {
    this.#settled = false
    const params = { _meta: this.#meta(), notifications: { resourceSubscriptions: this.#uris } }
    const listen = new Listen(this.target, params, {
      acknowledged: () => this.#acknowledged(listen),
      updated: (uri, notification) => this.#owner.updated(uri, notification),
      ended: (refusal) => this.#ended(listen, refusal),
    })
    this.#next = listen
    listen.start(this.#engine)
  }

  #acknowledged(listen: Listen): void {
    if (this.#next !== listen) return
    this.#current?.cancel()
    this.#current = listen
    this.#next = undefined
    this.#since = this.#engine.timers.now()
    if (this.#missed) {
      this.#missed = false
      for (const uri of listen.honored) this.#owner.updated(uri, { jsonrpc: '2.0', method: 'notifications/resources/updated', params: { uri } })
    }
    this.#settle()
  }

  #ended(listen: Listen, refusal: JsonRpcError | undefined): void {
    if (this.#current === listen) {
      this.#current = undefined
      this.#missed = true
      if (this.#engine.timers.now() - this.#since >= LASTING) this.#failures = 0
      // Another one is on its way already.
      if (this.#next !== undefined) return
    } else if (this.#next === listen) this.#next = undefined
    else return
    if (refusal !== undefined) this.refusal = refusal
    else {
      // Full jitter: replicas that restart together are not asked together.
      const most = Math.min(RETRY_MOST, RETRY_FIRST * 2 ** this.#failures++)
      this.#engine.timers.set(this, this.#engine.random() * most)
    }
    this.#settle()
  }

  #settle(): void {
    this.#settled = true
    this.#owner.changed()
  }
}

interface ListenOwner {
  acknowledged(): void
  updated(uri: string, notification: JsonRpcNotification): void
  /** With the error that the replica answered; undefined: lost, or ended by the server, and may be tried again. */
  ended(refusal: JsonRpcError | undefined): void
}

/** One stream, from opening to its end. */
class Listen implements EngineCall {
  readonly request: JsonRpcRequest
  readonly only: Target
  readonly era: Era = 'modern'
  readonly stream: boolean = true
  readonly callerTimes: boolean = true
  readonly #owner: ListenOwner
  #exchange: EngineExchange | undefined
  #ended = false
  honored: readonly string[] = []

  constructor(target: Target, params: JsonObject, owner: ListenOwner) {
    this.only = target
    this.#owner = owner
    this.request = { jsonrpc: '2.0', id: 'listen', method: 'subscriptions/listen', params }
  }

  start(engine: Engine): void {
    const exchange = engine.call(this)
    if (this.#ended) exchange.cancel('not wanted any more')
    else this.#exchange = exchange
  }

  cancel(): void {
    if (this.#ended) return
    this.#ended = true
    this.#exchange?.cancel('the subscription has ended')
  }

  onAccepted(): void {}
  onEventId(): void {}
  onRequest(): boolean {
    return false
  }

  onNotification(notification: JsonRpcNotification): void {
    if (this.#ended) return
    const { params } = notification
    if (notification.method === 'notifications/subscriptions/acknowledged') {
      const filter = params?.['notifications']
      const uris: unknown = isObject(filter) ? filter['resourceSubscriptions'] : undefined
      this.honored = Array.isArray(uris) ? uris.filter((uri) => typeof uri === 'string') : []
      this.#owner.acknowledged()
    } else if (notification.method === 'notifications/resources/updated' && typeof params?.['uri'] === 'string')
      this.#owner.updated(params['uri'], notification)
  }

  onAnswer(response: JsonRpcResponse): void {
    this.#end('error' in response ? response : undefined)
  }

  onFailure(_failure: PoolError): void {
    this.#end(undefined)
  }

  #end(refusal: JsonRpcError | undefined): void {
    if (this.#ended) return
    this.#ended = true
    this.#owner.ended(refusal)
  }
}
