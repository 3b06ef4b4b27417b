import type { TokenOwner } from './auth/index.js'
import type { LoadBalancingAlgorithm } from './config/index.js'
import type { EjectionReason } from './health/index.js'
import type { Era, JsonRpcNotification, Milliseconds } from './ports.js'

/** Whose event it is. */
export interface ClientRef {
  readonly clientId: string
  /** URL of its endpoint, without credentials and query; for stdio its id. */
  readonly endpoint: string
}

/** What a server says of itself when it is connected. */
export interface EndpointEra {
  readonly era: Era
  readonly protocolVersion: string
}

/** A session of the legacy era: `pool` is the one over which a client's calls are spread, `caller` one of `pool.transport()`. */
export interface SessionRef extends ClientRef {
  readonly owner: 'pool' | 'caller'
}

/**
 * Every event of the pool, with the arguments that its listeners get. Payloads are plain objects, so that fields can be added.
 * What each means, and what to do about it: docs/observability.md.
 *
 *     connecting ─▶ client:connected ─▶ … ─▶ client:unhealthy ─▶ client:recovering ─▶ client:recovered ─▶ client:healthy
 *                                        └─▶ client:disconnected ──────┘     └─▶ client:recovery-failed (and again, with backoff)
 *                                        ├─▶ client:ejected ─▶ client:returned
 *                                        └─▶ client:draining ─▶ client:removed
 *
 * A cause comes before its effects: the `client:error` that was one too many before `circuit:opened`. What happens for each of a
 * thousand calls has two events, for its beginning and its end: `overload`, `retry-budget`, `panic`. No call that goes well has any.
 */
export interface PoolEvents {
  starting: []
  started: [{ successful: number; failed: number; total: number }]
  'client:connected': [ClientRef & EndpointEra]
  /** An error of a client, or of its creation (then `clientId` is of the client that did not come to be). */
  'client:error': [{ clientId: string; endpoint: string | undefined; error: Error }]
  'client:disconnected': [ClientRef]
  /** `unhealthyThreshold` failures in a row: of probes, or errors that were reported of it. */
  'client:unhealthy': [ClientRef & { error: string }]
  /** `healthyThreshold` good probes in a row: it is picked again. */
  'client:healthy': [ClientRef]
  /** It is out for what its calls came to, for `duration` ms, and then until trial calls went well; its connection is kept. */
  'client:ejected': [ClientRef & { reason: EjectionReason; duration: Milliseconds }]
  /** Its trial calls went well: it is picked again. One that is `client:unhealthy` or `client:disconnected` meanwhile is not out for its calls any more either. */
  'client:returned': [ClientRef]
  /** It takes no calls for `breakerResetTimeout`. */
  'circuit:opened': [ClientRef]
  /** It takes trial calls. */
  'circuit:half-open': [ClientRef]
  'circuit:closed': [ClientRef]
  'client:recovering': [ClientRef]
  /** Reconnected; it is picked again once it is `client:healthy`. */
  'client:recovered': [ClientRef]
  'client:recovery-failed': [ClientRef & { error: string }]
  'client:replacement-failed': [ClientRef & { error: Error }]
  /** It takes no new calls, finishes the `outstanding` ones, and is `client:removed` then. */
  'client:draining': [ClientRef & { outstanding: number }]
  'client:removed': [ClientRef]
  'client:creation-failed': [{ endpoint: string; error: Error }]
  'client:disconnect-error': [ClientRef & { error: Error }]
  /** A session is gone that nobody closed: its server forgot it, its connection ended, or it had to go elsewhere. */
  'session:lost': [SessionRef]
  /** It was opened again, with its log level and subscriptions. What else the server kept in it is gone. */
  'session:restored': [SessionRef]
  /** An endpoint speaks another revision than when it was last connected. */
  'endpoint:era-changed': [EndpointEra & { endpoint: string; previousEra: Era; previousProtocolVersion: string }]
  /** An endpoint has other tools than before, or other hints on them. `added`, `removed` and `altered` name twenty each at most. */
  'endpoint:tools-changed': [{ endpoint: string; tools: number; added: readonly string[]; removed: readonly string[]; altered: readonly string[] }]
  /** There is a token, the first or another. `expiresIn`: undefined where nobody said. */
  'token:renewed': [TokenOwner & { expiresIn: Milliseconds | undefined }]
  /** `usable`: there is one that still serves. It is asked for again when it is needed, with backoff. */
  'token:failed': [TokenOwner & { error: string; usable: boolean }]
  /** Calls are sent away from the queue; `waiting` are in it. */
  'overload:entered': [{ code: 'QUEUE_FULL' | 'QUEUE_TIMEOUT'; waiting: number }]
  /** None was for a while. `shed` were sent away for want of room, `timedOut` for they had waited long enough, within `duration`. */
  'overload:left': [{ shed: number; timedOut: number; duration: Milliseconds }]
  /** A failed attempt was not repeated for want of budget. */
  'retry-budget:exhausted': []
  /** None was for a while. `refused` were not repeated within `duration`. */
  'retry-budget:restored': [{ refused: number; duration: Milliseconds }]
  /** More than `panicThreshold` of the `clients` are ejected, so that ejections are not believed: all are used. */
  'panic:entered': [{ ejected: number; clients: number }]
  'panic:left': [{ ejected: number; clients: number }]
  /** Somebody set `config.loadBalancingAlgorithm`. */
  'balancing:changed': [{ algorithm: LoadBalancingAlgorithm; previous: LoadBalancingAlgorithm }]
  /** The set of endpoints that were found is another: how many were added, are gone, or are described otherwise, and how many there are. */
  'discovery:changed': [{ source: string; added: number; removed: number; changed: number; total: number }]
  /** The source does not answer, or says what cannot be understood: what it said last counts. Once, until it answers again. */
  'discovery:failed': [{ source: string; error: Error }]
  'discovery:recovered': [{ source: string }]
  /** An endpoint was found. */
  'endpoint:added': [{ endpointId: string; endpoint: string }]
  /** It is not there any more: its clients take no new calls, and finish those they have. */
  'endpoint:removed': [{ endpointId: string; endpoint: string }]
  notification: [ClientRef & { notification: JsonRpcNotification }]
  /** The Pushgateway did not take the metrics; they are pushed again at the next interval. Told once, until one is taken. */
  'metrics:push-failed': [{ error: Error }]
  /** It took them again, after so many `failures` within `duration`. */
  'metrics:push-restored': [{ failures: number; duration: Milliseconds }]
  'shutting-down': []
  shutdown: []
}

/** Any event of the pool, told apart by `name`: what `pool.onAny` tells. */
export type PoolEvent = {
  [Name in keyof PoolEvents]: PoolEvents[Name] extends [infer Payload] ? Readonly<{ name: Name } & Payload> : Readonly<{ name: Name }>
}[keyof PoolEvents]

/** Any event as its name and what its listeners get: what `pool.emit` takes. */
export type Announcement = { [Name in keyof PoolEvents]: [Name, ...PoolEvents[Name]] }[keyof PoolEvents]

/** Events of one pooled client. */
export interface ClientEvents {
  error: [Error]
  disconnected: []
  metrics: [Record<string, unknown>]
  notification: [JsonRpcNotification]
}
