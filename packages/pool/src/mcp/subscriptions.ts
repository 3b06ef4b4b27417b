import {
  Alarm,
  type Era,
  type JsonObject,
  type JsonRpcError,
  type JsonRpcId,
  type JsonRpcNotification,
  type JsonRpcRequest,
  type JsonRpcResponse,
  type Milliseconds,
  type Target,
} from '../ports.js'
import { Coalescer } from './coalescer.js'
import type { Engine, FleetListener } from './engine.js'
import { LISTENED, META } from './era-tables.js'
import { unionOfCapabilities } from './handshake.js'
import { isObject, metaOf } from './json-object.js'
import { LastConnections } from './last-connections.js'
import { ResourceStreams } from './resource-streams.js'
import { withoutMeta } from './translate.js'

/** Fifty replicas of one deployment change within seconds, two events of one change within milliseconds. */
const WINDOW: Milliseconds = 100
/** A replica that does not acknowledge holds nobody up for longer. */
const ACKNOWLEDGE_WITHIN: Milliseconds = 5_000
const UPDATED = 'notifications/resources/updated'
const LIST_CHANGES: ReadonlySet<string> = new Set(LISTENED.map(([, method]) => method))

export interface SubscriptionsOptions {
  /** Era of the client: a legacy one hears of list changes without asking. */
  readonly era: () => Era
  /** Hears of list changes whatever its era: the pool's own client, for its cache. */
  readonly unsolicited: boolean
  /** Envelope for the replicas: who it is that listens. */
  readonly meta: () => JsonObject
  readonly deliver: (message: JsonRpcNotification | JsonRpcResponse) => void
}

/**
 * What one client hears of changes, from all replicas at once.
 *
 *     every connection ── list_changed ──┐
 *     ResourceStreams  ── updated ───────┼─▶ Coalescer ─▶ listen 1, listen 2 (modern: tagged, and only what was asked for)
 *     its own session  ── both ──────────┘              └▶ the client        (legacy)
 */
export class Subscriptions implements FleetListener {
  readonly #engine: Engine
  readonly #options: SubscriptionsOptions
  readonly #coalescer: Coalescer
  readonly #streams: ResourceStreams
  readonly #listens = new Map<JsonRpcId, Listening>()
  /** `resources/subscribe` of a legacy client, and who waits for the replicas to agree. */
  readonly #subscribed = new Set<string>()
  #waiting: Array<(refusal: JsonRpcError | undefined) => void> = []
  #replicas: readonly Target[] = []
  readonly #connections = new LastConnections()
  #unwatch: (() => void) | undefined

  constructor(engine: Engine, options: SubscriptionsOptions) {
    this.#engine = engine
    this.#options = options
    this.#coalescer = new Coalescer(engine.timers, WINDOW, (notification) => this.#deliver(notification))
    this.#streams = new ResourceStreams(engine, options.meta, {
      onUpdated: (_uri, notification) => this.changed(notification),
      onSettled: () => this.#settled(),
      onRefused: (error) => this.#refused(error),
    })
  }

  /** Begins to hear of the fleet. Idempotent. */
  watch(): void {
    this.#unwatch ??= this.#engine.watch(this)
  }

  get hasModernReplica(): boolean {
    this.watch()
    return this.#replicas.some((replica) => replica.connection.era === 'modern')
  }

  /** Whether a notification is one of those that come through here. */
  static concerns(notification: JsonRpcNotification): boolean {
    return notification.method === UPDATED || LIST_CHANGES.has(notification.method)
  }

  /** Something changed, whoever says so. */
  changed(notification: JsonRpcNotification): void {
    this.#coalescer.add(notification)
  }

  // ── A modern client ──────────────────────────────────────────────────────────────────────────────────────────────

  listen(request: JsonRpcRequest, signal: AbortSignal | undefined, onStreamEnd: (() => void) | undefined): void {
    this.watch()
    const filter = request.params?.['notifications']
    const listening = new Listening(
      request.id,
      isObject(filter) ? filter : {},
      signal,
      onStreamEnd,
      (late) => this.#acknowledge(late),
      (given) => this.end(given.id),
    )
    this.#listens.get(request.id)?.stop(this.#engine.timers)
    this.#listens.set(request.id, listening)
    if (listening.uris.size === 0) return this.#acknowledge(listening)
    this.#engine.timers.set(listening, ACKNOWLEDGE_WITHIN)
    this.#want()
  }

  /** The client has had enough. `false`: no such subscription. */
  end(id: JsonRpcId): boolean {
    const listening = this.#listens.get(id)
    if (listening === undefined) return false
    this.#remove(listening)
    this.#want()
    return true
  }

  // ── A legacy client ──────────────────────────────────────────────────────────────────────────────────────────────

  /** Subscribes at the modern replicas; those of the legacy era are subscribed in the client's own session. */
  subscribe(uri: string, done: (refusal: JsonRpcError | undefined) => void): void {
    this.watch()
    this.#subscribed.add(uri)
    this.#waiting.push(done)
    this.#want()
  }

  unsubscribe(uri: string): void {
    if (this.#subscribed.delete(uri)) this.#want()
  }

  // ── The fleet ────────────────────────────────────────────────────────────────────────────────────────────────────

  onNotification(_clientId: string, notification: JsonRpcNotification): void {
    if (LIST_CHANGES.has(notification.method)) this.changed(notification)
  }

  onReplicas(replicas: readonly Target[]): void {
    this.#replicas = replicas
    if (this.#connections.reconnected(replicas)) this.#listsMayHaveChanged()
    this.#streams.setReplicas(this.#options.era() === 'modern' ? replicas : replicas.filter((replica) => replica.connection.era === 'modern'))
  }

  onShutdown(): void {
    for (const listening of [...this.#listens.values()]) {
      this.#remove(listening)
      this.#options.deliver({ jsonrpc: '2.0', id: listening.id, result: { resultType: 'complete', _meta: { [META.subscriptionId]: listening.id } } })
      listening.onStreamEnd?.()
    }
    this.close()
  }

  /** Ends everything without a word: the client closes. */
  close(): void {
    this.#unwatch?.()
    this.#unwatch = undefined
    this.#coalescer.close()
    this.#streams.close()
    for (const listening of this.#listens.values()) listening.stop(this.#engine.timers)
    this.#listens.clear()
    this.#waiting = []
  }

  /** A server that was restarted, for a new version perhaps, tells nobody that its lists are others now. */
  #listsMayHaveChanged(): void {
    const capabilities = unionOfCapabilities(this.#engine.facts())
    for (const [, method, name] of LISTENED) if (reportsChanges(capabilities[name])) this.changed({ jsonrpc: '2.0', method })
  }

  #want(): void {
    const uris = new Set(this.#subscribed)
    for (const listening of this.#listens.values()) for (const uri of listening.uris) uris.add(uri)
    this.#streams.want(uris)
  }

  #settled(): void {
    for (const listening of [...this.#listens.values()]) if (!listening.acknowledged && listening.uris.size > 0) this.#acknowledge(listening)
    this.#answerWaiting(undefined)
  }

  /** Nobody reports these resources: those who wait are told why, and whoever had nothing else has lost its stream. */
  #refused(error: JsonRpcError): void {
    for (const listening of [...this.#listens.values()]) {
      if (listening.uris.size === 0) continue
      if (!listening.acknowledged) {
        this.#remove(listening)
        this.#options.deliver({ ...error, id: listening.id })
      } else if (listening.methods.size === 0) {
        this.#remove(listening)
        listening.onStreamEnd?.()
      }
    }
    this.#answerWaiting(error)
  }

  #answerWaiting(refusal: JsonRpcError | undefined): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const done of waiting) done(refusal)
  }

  #acknowledge(listening: Listening): void {
    if (listening.acknowledged || this.#listens.get(listening.id) !== listening) return
    this.#engine.timers.clear(listening)
    listening.acknowledged = true
    const capabilities = unionOfCapabilities(this.#engine.facts())
    const notifications: JsonObject = {}
    for (const [field, method, name] of LISTENED) {
      if (listening.methods.has(method) && reportsChanges(capabilities[name])) notifications[field] = true
    }
    if (listening.uris.size > 0) {
      // Where no replica has agreed so far, none has refused either: they will be listened to as soon as they can be.
      const honored = this.#streams.honored
      notifications['resourceSubscriptions'] = honored.size === 0 ? [...listening.uris] : [...listening.uris].filter((uri) => honored.has(uri))
    }
    this.#options.deliver(tagged({ jsonrpc: '2.0', method: 'notifications/subscriptions/acknowledged', params: { notifications } }, listening.id))
  }

  #remove(listening: Listening): void {
    listening.stop(this.#engine.timers)
    this.#listens.delete(listening.id)
  }

  #deliver(notification: JsonRpcNotification): void {
    if (this.#options.unsolicited || this.#options.era() === 'legacy') return this.#options.deliver(withoutMeta(notification, [META.subscriptionId]))
    for (const listening of [...this.#listens.values()]) if (listening.wants(notification)) this.#options.deliver(tagged(notification, listening.id))
  }
}

/** One `subscriptions/listen` of the client. As an alarm it is the end of the wait for replicas to acknowledge. */
class Listening extends Alarm {
  readonly id: JsonRpcId
  readonly methods: ReadonlySet<string>
  readonly uris: ReadonlySet<string>
  readonly onStreamEnd: (() => void) | undefined
  acknowledged = false
  readonly #signal: AbortSignal | undefined
  readonly #late: (listening: Listening) => void
  readonly #aborted: (listening: Listening) => void

  constructor(
    id: JsonRpcId,
    filter: JsonObject,
    signal: AbortSignal | undefined,
    onStreamEnd: (() => void) | undefined,
    late: (listening: Listening) => void,
    aborted: (listening: Listening) => void,
  ) {
    super()
    this.id = id
    const uris: unknown = filter['resourceSubscriptions']
    this.methods = new Set(LISTENED.filter(([field]) => filter[field] === true).map(([, method]) => method))
    this.uris = new Set(Array.isArray(uris) ? uris.filter((uri) => typeof uri === 'string') : [])
    this.onStreamEnd = onStreamEnd
    this.#signal = signal
    this.#late = late
    this.#aborted = aborted
    signal?.addEventListener('abort', this)
  }

  wants({ method, params }: JsonRpcNotification): boolean {
    if (!this.acknowledged) return false
    return method === UPDATED ? typeof params?.['uri'] === 'string' && this.uris.has(params['uri']) : this.methods.has(method)
  }

  handleEvent(): void {
    this.#aborted(this)
  }

  override fire(): void {
    this.#late(this)
  }

  stop(timers: Engine['timers']): void {
    timers.clear(this)
    this.#signal?.removeEventListener('abort', this)
  }
}

function reportsChanges(capability: unknown): boolean {
  return isObject(capability) && capability['listChanged'] === true
}

function tagged(notification: JsonRpcNotification, id: JsonRpcId): JsonRpcNotification {
  return { ...notification, params: { ...notification.params, _meta: { ...metaOf(notification.params), [META.subscriptionId]: id } } }
}
