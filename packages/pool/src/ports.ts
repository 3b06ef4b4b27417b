/**
 * What the rooms know of each other and of the world: types and two intrusive base classes, no behaviour.
 *
 *     call ──pick──▶ Picker        (balance, fleet)
 *       └──start──▶ Connection     (mcp)
 *     everything ──▶ Clock, Timers, Random
 *
 * Nothing here imports a package's types: the pure rooms are compiled without any, and one import would let all in.
 */

/** A length of time in milliseconds. */
export type Milliseconds = number

/** Monotonic time. Only differences mean anything; wall-clock time is for people. */
export interface Clock {
  now(): Milliseconds
}

/** Uniform in [0, 1). */
export type Random = () => number

/**
 * An alarm that lives inside its owner, so that a call allocates no timer. Set and cleared through `Timers`; it may be
 * set again after it fired. The three fields belong to `Timers`.
 */
export abstract class Alarm {
  due: Milliseconds = 0
  before: Alarm | undefined = undefined
  after: Alarm | undefined = undefined
  abstract fire(now: Milliseconds): void
}

/** Coarse timers: an alarm fires at its time or up to one tick later, never earlier. */
export interface Timers extends Clock {
  /** (Re)sets the alarm to fire `delay` from `now`: for those who know what time it is, for to ask again costs more than the rest. */
  set(alarm: Alarm, delay: Milliseconds, now?: Milliseconds): void
  /** No effect on an alarm that is not set. */
  clear(alarm: Alarm): void
}

/** The part of an `AbortSignal` that we use. */
export interface Signal {
  readonly aborted: boolean
  readonly reason?: unknown
  addEventListener(type: 'abort', listener: () => void): void
  removeEventListener(type: 'abort', listener: () => void): void
}

// ── JSON-RPC ─────────────────────────────────────────────────────────────────────────────────────────────────────────

export type JsonRpcId = string | number
export type JsonObject = Record<string, unknown>

export interface JsonRpcRequest {
  readonly jsonrpc: '2.0'
  readonly id: JsonRpcId
  readonly method: string
  readonly params?: JsonObject | undefined
}

export interface JsonRpcNotification {
  readonly jsonrpc: '2.0'
  readonly method: string
  readonly params?: JsonObject | undefined
}

export interface JsonRpcResult {
  readonly jsonrpc: '2.0'
  readonly id: JsonRpcId
  readonly result: JsonObject
}

export interface JsonRpcError {
  readonly jsonrpc: '2.0'
  readonly id?: JsonRpcId | undefined
  readonly error: { readonly code: number; readonly message: string; readonly data?: unknown }
}

export type JsonRpcResponse = JsonRpcResult | JsonRpcError

/** `modern`: stateless, from 2026-07-28. `legacy`: `initialize` and sessions, up to 2025-11-25. */
export type Era = 'modern' | 'legacy'

// ── An attempt on a connection ───────────────────────────────────────────────────────────────────────────────────────

/**
 * How far a failed attempt got, which decides whether it may be repeated.
 *
 * - `not-sent`: no byte of the request left: no connection, refused, TLS, breaker open.
 * - `refused`: the server said that it did not run it.
 * - `sent`: written, and no answer: it may have run.
 * - `answered`: the server answered; there is nothing to repeat.
 */
export type Progress = 'not-sent' | 'refused' | 'sent' | 'answered'

/** Why an attempt or a call failed; `PoolError` in `errors.ts`. */
export interface AttemptFailure extends Error {
  readonly code: string
  readonly progress: Progress
  /** Seconds that the server asked to wait, as milliseconds. */
  readonly retryAfter: Milliseconds | undefined
}

/**
 * A session of the legacy era that belongs to one caller (pinned). `client` is the id of the pooled client on which it
 * is open; undefined while there is none. Only `mcp/` knows more of it.
 */
export interface PinnedSession {
  readonly client: string | undefined
}

/** Fields of `params._meta`; undefined takes one away. */
export type MetaFields = Readonly<Record<string, string | undefined>>

/**
 * One attempt at a request, as a connection sees it. Exactly one of `onAnswer` and `onFailure` is called, once, and nothing
 * after `Exchange.cancel`.
 */
export interface Attempt {
  /** The request in the caller's shape, with the caller's id and progress token. Never modified. */
  readonly request: JsonRpcRequest
  /** The era in whose shape `request` is, and in which the caller wants answers and notifications. */
  readonly era: Era
  /** JSON-RPC id and progress token of this attempt on the wire: unique in the pool. */
  readonly wireId: number
  /** Additional HTTP headers of this call; never authorization or MCP's own. */
  readonly headers: Readonly<Record<string, string>> | undefined
  /** The caller's own session; undefined: the connection's spread session. */
  readonly session: PinnedSession | undefined
  /** A `subscriptions/listen`: open for ever, outside limits of time and of stream size. */
  readonly stream: boolean
  /** Event id of this replica (legacy) from which a broken answer is continued; the request is not sent again. */
  readonly resumeFrom: string | undefined
  /** Sent in `params._meta` besides what the caller put there, of which it replaces what has the same name. */
  readonly meta?: MetaFields | undefined
  /** A point of the answer's stream from which it could be continued. */
  onEventId(eventId: string): void
  /** In the caller's era, progress token mapped back. */
  onNotification(notification: JsonRpcNotification): void
  /** The server asks the client something while it works on the request. `reply` may be called once, later; the id in it is ignored. */
  onRequest(request: JsonRpcRequest, reply: (response: JsonRpcResponse) => void): void
  /** In the caller's era and with the caller's id; a JSON-RPC error is an answer. */
  onAnswer(response: JsonRpcResponse): void
  onFailure(failure: AttemptFailure): void
}

export interface Exchange {
  /** The request was handed to a socket (or pipe): from here on it may have run. */
  readonly written: boolean
  /** The session of the legacy era that it was sent in, as the server names it. */
  readonly sessionId?: string | undefined
  /** Gives the attempt up and tells the server so, in the way of its era. Idempotent. */
  cancel(reason: string): void
}

/** What is known of a tool at one replica: hints only where annotations are trusted. */
export interface ToolFacts {
  readonly readOnly: boolean
  readonly idempotent: boolean
}

/** Whether a replica can serve a kind of request. `unknown`: it has the capability, and has not listed its tools yet. */
export type Serves = 'yes' | 'no' | 'unknown'

/** A live connection to one replica: an era, a token, sockets, a session where there are sessions. */
export interface Connection {
  readonly era: Era
  /** What the replica said of itself. */
  readonly facts?: ServerFacts
  start(attempt: Attempt): Exchange
  /** By capability, era and tool list. */
  serves(kind: CallKind): Serves
  /** undefined: not listed, or not known yet. */
  tool(name: string): ToolFacts | undefined
}

// ── Load and picking ─────────────────────────────────────────────────────────────────────────────────────────────────

/** Requests that are alike: a method, or one tool. Interned: the same object for the same kind. */
export interface CallKind {
  readonly method: string
  /** Tool name of `tools/call`. */
  readonly tool: string | undefined
  /** `method`, or `tools/call:` and the tool. */
  readonly key: string
}

/** What the settlement of an attempt says of its replica. `ignored`: cancelled, or no fault and no evidence. */
export type Outcome = 'ok' | 'failed' | 'ignored'

/** An attempt that is not settled yet; the node of its replica's list, oldest first. The links belong to `Load`. */
export abstract class Outstanding extends Alarm {
  startedAt: Milliseconds = 0
  older: Outstanding | undefined = undefined
  newer: Outstanding | undefined = undefined
  /** The server waits for the client: age does not count. */
  waiting = false
  /**
   * What came back bears no fruit: an error, a tool's error, a refusal. Mostly the request's fault and not the replica's, so no failure; and
   * no evidence of its speed. Known when it is settled.
   */
  fruitless = false
  /** Started while the replica had little to do. Belongs to the client's `Guard`. */
  calm = false
  abstract readonly kind: CallKind
}

/** The load of one replica as the picker sees it. */
export interface Load {
  readonly outstanding: number
  started(attempt: Outstanding, now: Milliseconds): void
  settled(attempt: Outstanding, outcome: Outcome, now: Milliseconds): void
}

/**
 * Why a client takes no attempt now: its breaker is open, it is out for its outcomes (or its trial is under way), all its places
 * are taken, or its server asked to be left alone for a while. The last one counts only while there are others.
 */
export type Refusal = 'open' | 'ejected' | 'full' | 'resting'

/** What stands between the pick and the exchange at one client: breaker, ejection, places. Told of every attempt but listen streams. */
export interface Guard {
  /** undefined: one more attempt of that kind may start. */
  refuses(kind: CallKind, now: Milliseconds): Refusal | undefined
  /** All its places are taken, for attempts of any kind. */
  readonly full: boolean
  started(attempt: Outstanding, now: Milliseconds): void
  settled(attempt: Outstanding, outcome: Outcome, now: Milliseconds): void
}

/** Who goes first where calls have to wait. */
export type Priority = 'high' | 'normal' | 'low'

/** Someone who can be picked: a pooled client that is fit. */
export interface Target {
  readonly id: string
  /** Endpoint id and number among that endpoint's clients: the same in every worker that has the same endpoints. */
  readonly place: string
  /** URL of the endpoint, for stdio its id. */
  readonly endpointLabel: string
  /** Set while the target is in a snapshot. */
  readonly connection: Connection
  readonly load: Load
  readonly guard: Guard
  /** Relative share wanted by the user. @default 1 */
  readonly weight: number
}

/** Wishes of the caller, for the `weighted` policy. */
export interface Requirements {
  readonly lowLatency?: boolean
  readonly highThroughput?: boolean
}

/** Who is asked for. Undefined fields mean no wish. */
export interface PickQuery {
  readonly kind: CallKind
  readonly affinity: string | undefined
  readonly requirements: Requirements | undefined
  readonly session: PinnedSession | undefined
  /** Era that the request cannot leave. */
  readonly onlyEra: Era | undefined
  /** Exactly this client (`client.send`, a cursor's issuer …). */
  readonly only: Target | undefined
  /** Tried in this call already: picked again only where nobody else is left. */
  readonly tried: readonly Target[]
  /** A listen stream: it takes no place, and needs none. @default false */
  readonly stream?: boolean
}

export interface Picker {
  /** undefined: nobody may serve it. */
  pick(query: PickQuery, now: Milliseconds): Target | undefined
}

// ── Watching calls ───────────────────────────────────────────────────────────────────────────────────────────────────

/** A pool, as it is shown to who watches it: some of its statistics. */
export interface ObservedPool {
  getStatistics(): {
    readonly pool: { readonly healthy: number; readonly unhealthy: number }
    readonly inFlight: number
    readonly queue: { readonly [priority in Priority]: number } | undefined
    readonly clients: ReadonlyArray<{ readonly metrics: { readonly outstanding: number } }>
  }
}

/** A call, as it is shown to who watches it. */
export interface ObservedCall {
  /** As the caller made it. Never to be modified. */
  readonly request: JsonRpcRequest
  /** The shape in which it is, and in which the caller gets the answer. */
  readonly era: Era
  /** A `subscriptions/listen`: open until somebody ends it. */
  readonly stream: boolean
}

/** The client that an attempt goes to: the same object for as long as there is that client. */
export interface ObservedClient {
  readonly id: string
  /** URL of the endpoint without credentials and query, for stdio its id. */
  readonly endpointLabel: string
  /** Another object after each reconnection. */
  readonly connection: { readonly facts?: { readonly protocolVersion: string } | undefined }
}

/** Why an attempt is made. */
export type AttemptReason = 'first' | 'retry' | 'hedge'

/** An attempt of a call, as it is shown to who watches it. */
export interface ObservedAttempt {
  /** JSON-RPC id on the wire. */
  readonly wireId: number
  readonly client: ObservedClient
  readonly reason: AttemptReason
  /** Counted from 1 in its call. */
  readonly number: number
  /** Session of the legacy era that it was sent in, as far as it is known by now. */
  readonly sessionId: string | undefined
}

/** What came of an attempt or a call: the server's answer, be it an error, or why there is none. */
export type ObservedEnd = JsonRpcResponse | AttemptFailure

/**
 * Who is told of every call while it happens. All of it is synchronous, on the call's way, and nothing of it is awaited: it must be
 * quick. What it throws becomes a process warning, and the call goes on without it.
 */
export interface Observer {
  /** A call is made: the asynchronous context is its caller's. undefined: nothing of this call is to be told. */
  callStarted(call: ObservedCall): CallTrace | undefined
  /** A pool starts. What it returns is called when that is shut down. */
  poolStarted?(pool: ObservedPool): () => void
}

/** What goes along with a request that is sent. */
export interface Carried {
  /** For its `params._meta`. */
  readonly meta?: MetaFields | undefined
  /** Calls `send` once, now: in whatever context the request is to be written. */
  sending?(send: () => void): void
}

/** What it carries goes with the attempts of which nothing is to be told. */
export interface CallTrace extends Carried {
  /** It waits in the queue, until an attempt is made or it ends. */
  queued?(): void
  /** undefined, or not there: nothing of this attempt is to be told. */
  attemptStarted?(attempt: ObservedAttempt): AttemptTrace | undefined
  /** What the caller is told next. The last that is heard of the call. */
  ended?(end: ObservedEnd): void
}

export interface AttemptTrace extends Carried {
  notified?(notification: JsonRpcNotification): void
  /** The server asks the client something. */
  asked?(request: JsonRpcRequest): void
  ended(end: ObservedEnd): void
  /** Instead of `ended`: the caller gave up, or another attempt was answered first. */
  givenUp(reason: string): void
}

/** Where calls are watched: who is told, and who hears that it threw. */
export interface Watching {
  readonly observer: Observer
  onError(error: unknown): void
}

// ── Connecting ───────────────────────────────────────────────────────────────────────────────────────────────────────

/** What a replica reports of itself: in percent; other fields are kept and shown. */
export interface ReportedMetrics {
  readonly cpuUsage?: number
  /** The server's own part of it. */
  readonly applicationUsage?: number
  readonly memoryUsage?: number
  readonly [name: string]: unknown
}

/** What happens on a connection outside of any attempt. Nothing is called after `LiveConnection.close`. */
export interface ConnectionListener {
  /** From a listen stream, a GET stream, stdio: not bound to a call. In the era of the replica. */
  onNotification(notification: JsonRpcNotification): void
  /** A question that belongs to no call (legacy, home session). */
  onRequest(request: JsonRpcRequest, reply: (response: JsonRpcResponse) => void): void
  /** Capabilities or the tool list of the replica changed: whoever caches what it serves must ask again. */
  onServesChanged(): void
  onMetrics(metrics: ReportedMetrics): void
  /** The session over which calls are spread is gone, or open again; the connection goes on. */
  onSession(change: 'lost' | 'restored'): void
  /** Something went wrong that no attempt was told of; the connection goes on. */
  onError(error: Error): void
  /** The connection is gone (child died, refused, session cannot be opened again). Called once. */
  onLost(error: Error): void
}

/** What a replica said of itself when it was connected. */
export interface ServerFacts {
  readonly protocolVersion: string
  readonly serverInfo: JsonObject | undefined
  readonly capabilities: JsonObject
  readonly instructions: string | undefined
}

export interface LiveConnection extends Connection {
  readonly facts: ServerFacts
  /** What somebody keeps open on it besides calls: listen streams, callers' own sessions. A client with any is not idle. @default 0 */
  readonly held?: number
  /** One health probe; resolves with what the server reported of itself, rejects where it gave no JSON-RPC answer. Bounded by `timeout`. */
  probe(timeout: Milliseconds): Promise<ReportedMetrics | undefined>
  /** Client to server, outside of any call; modern replicas over HTTP take none. */
  notify(notification: JsonRpcNotification): Promise<void>
  /** Ends streams, session and sockets (or the child); attempts under way fail. Never rejects for an answer of the server. */
  close(): Promise<void>
}

// ── Discovery ────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface ResolverListener {
  /**
   * The whole set as it is now, in any order: options of endpoints, which are checked one by one by whoever is told. Said again after an
   * error, also if nothing changed. What was handed over is not modified any more: an object that comes again is taken for the same.
   */
  onFound(endpoints: readonly unknown[]): void
  /** The source did not answer, or said what cannot be understood: the last set counts, and the resolver tries again by itself. */
  onError(error: Error): void
}

/** Where servers are: a stream of endpoint sets from one source. */
export interface Resolver {
  /** From now on the listener is told, never before this returns. Called once. */
  watch(listener: ResolverListener): void
  /** Nothing is told any more, and what is under way is given up. Idempotent; never rejects. */
  close(): Promise<void>
}

// ── Tokens ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * Where the bearer token of a connection comes from. All connections that share a token share what is behind it: there is one
 * request under way to the authorization server, and everybody waits for that. Failures are `AUTH_FAILED`, and hold no secret.
 */
export interface TokenSource {
  /** The token to send now, without waiting; renews it in the background when its time comes. undefined: ask `token()`. */
  current(): string | undefined
  /** undefined: there is none; send without, and tell `renew` what the server wanted. */
  token(): Promise<string | undefined>
  /**
   * After a 401, or a 403 for want of scope: another token than `rejected`, the one that was sent. `challenge` is the answer's
   * `WWW-Authenticate`. Asks the authorization server only if nobody has since. The caller repeats its request once.
   */
  renew(rejected: string | undefined, challenge?: string): Promise<string | undefined>
  /** Gives the token up, which is revoked when nobody uses it any more. Idempotent, and bounded in time. */
  revoke(): Promise<void>
}
