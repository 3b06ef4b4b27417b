import type { EjectionReason } from './health/index.js'
import type { JsonRpcNotification, Milliseconds } from './ports.js'

/**
 * Every event of the pool, with the arguments that its listeners get. Payloads are objects, so that fields can be added.
 *
 *     connecting ─▶ client:connected ─▶ … ─▶ client:unhealthy ─▶ client:recovering ─▶ client:recovered ─▶ client:healthy
 *                                        └─▶ client:disconnected ──────┘     └─▶ client:recovery-failed (and again, with backoff)
 *                                        ├─▶ client:ejected ─▶ client:returned
 *                                        └─▶ client:removed
 */
export interface PoolEvents {
  starting: []
  started: [{ successful: number; failed: number; total: number }]
  'client:connected': [{ clientId: string; endpoint: string }]
  /** An error of a client, or of its creation (then `clientId` is of the client that did not come to be). */
  'client:error': [{ clientId: string; error: Error }]
  'client:disconnected': [{ clientId: string }]
  /** `unhealthyThreshold` failures in a row: of probes, or errors that were reported of it. */
  'client:unhealthy': [{ clientId: string; error: string }]
  /** `healthyThreshold` good probes in a row: it is picked again. */
  'client:healthy': [{ clientId: string }]
  /** It is out for what its calls came to, for `duration` ms, and then until trial calls went well; its connection is kept. */
  'client:ejected': [{ clientId: string; reason: EjectionReason; duration: Milliseconds }]
  /** Its trial calls went well: it is picked again. One that is `client:unhealthy` or `client:disconnected` meanwhile is not out for its calls any more either. */
  'client:returned': [{ clientId: string }]
  /** It takes no calls for `breakerResetTimeout`. */
  'circuit:opened': [{ clientId: string }]
  /** It takes trial calls. */
  'circuit:half-open': [{ clientId: string }]
  'circuit:closed': [{ clientId: string }]
  'client:recovering': [{ clientId: string }]
  /** Reconnected; it is picked again once it is `client:healthy`. */
  'client:recovered': [{ clientId: string }]
  'client:recovery-failed': [{ clientId: string; error: string }]
  'client:replacement-failed': [{ clientId: string; error: Error }]
  'client:removed': [{ clientId: string }]
  'client:creation-failed': [{ error: Error }]
  'client:disconnect-error': [{ clientId: string; error: Error }]
  notification: [{ clientId: string; notification: JsonRpcNotification }]
  'shutting-down': []
  shutdown: []
}

/** Events of one pooled client. */
export interface ClientEvents {
  error: [Error]
  disconnected: []
  metrics: [Record<string, unknown>]
  notification: [JsonRpcNotification]
}
