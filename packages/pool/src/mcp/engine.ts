import type { CallOptions } from '../config/index.js'
import type { PoolError } from '../errors.js'
import type {
  Era,
  JsonObject,
  JsonRpcNotification,
  JsonRpcRequest,
  JsonRpcResponse,
  PinnedSession,
  Random,
  ServerFacts,
  Signal,
  Target,
  Timers,
} from '../ports.js'

/**
 * What `pool.transport()` and the typed verbs need of the pool: the one engine under every door.
 *
 *     Client (SDK) ──send──▶ SdkTransport ──call──▶ Engine ──pick, retry──▶ Connection
 *                  ◀─onmessage─           ◀─on…───
 *
 * Callbacks and no promises: a call through the transport costs one object here.
 */
export interface Engine {
  readonly timers: Timers
  readonly random: Random
  /** Resolves once the pool is started; rejects with the `PoolError` that says why it will not be (`NOT_STARTED`, `SHUTTING_DOWN`, `NO_HEALTHY_CLIENTS`). */
  ready(): Promise<void>
  /** Who the pool says it is, the same for as long as it lives: name and version. */
  readonly identity: { readonly name: string; readonly version: string }
  /** What the replicas said of themselves, those that are connected or were. */
  facts(): readonly ServerFacts[]
  /** Replica with this id; undefined where there is none any more. */
  replica(id: string): Target | undefined
  /** Starts a call. `call.on…` may be called before this returns. */
  call(call: EngineCall): EngineExchange
  /** Notifications that belong to no call, of all replicas, and who the replicas are. Returns what ends it. */
  watch(listener: FleetListener): () => void
  /** Told once, when the pool is shut down and no call is under way any more. Returns what takes it back. */
  whenClosed(listener: () => void): () => void
  /** A session of the legacy era for one caller alone. Nothing is sent before the first call on it. */
  openSession(parameters: SessionParameters, listener: SessionListener): OwnSession
  /** The user came back from the authorization server: completes the flow of every endpoint whose provider waits for it. */
  finishAuth(callback: string | URLSearchParams, issuer?: string): Promise<void>
}

/** Wishes of one call, the same at every door. Undefined fields mean the pool's own rules. */
export interface CallWishes extends Omit<CallOptions, 'headers' | 'signal'> {
  /** Gives the call up; it then fails with `CANCELLED`. @default none */
  readonly signal?: Signal | undefined
}

/**
 * One call: its terms, and whom to tell. Exactly one of `onAnswer` and `onFailure` is called, once, and nothing after
 * `EngineExchange.cancel`.
 */
export interface EngineCall extends CallWishes {
  /** With the caller's id and progress token; the engine and its connections do the mapping. */
  readonly request: JsonRpcRequest
  /** Shape of `request`, and of everything that comes back. */
  readonly era: Era
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly session?: PinnedSession | undefined
  /** Exactly this replica. */
  readonly only?: Target | undefined
  /** The caller has a clock of its own: no `callTimeout`, and `requestTimeout` only where another attempt is safe. */
  readonly callerTimes: boolean
  /** Open for ever: no deadline, load, age or limit. */
  readonly stream: boolean
  /** Continues an answer that broke, at the replica in `only`, from this event id. */
  readonly resumeFrom?: string | undefined
  /** Handed to a replica for the first time; never after `onAnswer` or `onFailure`. */
  onAccepted(): void
  onNotification(notification: JsonRpcNotification): void
  /** `false`: not taken; the pool's own handlers answer. */
  onRequest(request: JsonRpcRequest, reply: (response: JsonRpcResponse) => void): boolean
  /** A point of the answer's stream from which it can be continued on the replica with the id `client`. */
  onEventId(client: string, eventId: string): void
  onAnswer(response: JsonRpcResponse): void
  onFailure(failure: PoolError): void
}

export interface EngineExchange {
  /** Gives up and tells the replica so. Idempotent. */
  cancel(reason: string): void
}

export interface FleetListener {
  /** In the era of the replica. */
  onNotification(clientId: string, notification: JsonRpcNotification, era: Era): void
  /** Replicas that are connected: at once, and after every change. A replica that reconnects is another `Target`, or has another `connection`. */
  onReplicas(replicas: readonly Target[]): void
  /** The pool shuts down. Called once; nothing comes after it. */
  onShutdown(): void
}

/** `initialize` as the client sent it. */
export interface SessionParameters {
  readonly protocolVersion: string
  readonly clientInfo: JsonObject
  readonly capabilities: JsonObject
}

export interface SessionListener {
  onNotification(notification: JsonRpcNotification): void
  onRequest(request: JsonRpcRequest, reply: (response: JsonRpcResponse) => void): void
}

/** A pinned session in its owner's hands. Log level and subscriptions are restored whenever it has to be opened again. */
export interface OwnSession extends PinnedSession {
  /** Level of `logging/setLevel`; undefined: never set. On a modern replica it travels with each request. */
  logLevel: string | undefined
  /** As if the server had accepted it: a log level or a subscription that a session which is open nowhere will have once it is opened. */
  remember(request: Pick<JsonRpcRequest, 'method' | 'params'>): void
  /** Client to server. Resolves without effect while the session is open nowhere. */
  notify(notification: JsonRpcNotification): Promise<void>
  close(): Promise<void>
}
