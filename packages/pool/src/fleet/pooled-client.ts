import type { ResolvedEndpoint } from '../config/index.js'
import type { ClientEvents } from '../events.js'
import type { JsonRpcRequest, JsonRpcResponse, Milliseconds, ReportedMetrics } from '../ports.js'

/** What a probe brought home. */
export interface HealthReport {
  readonly latency: Milliseconds
  /** What the server said of itself, where it says anything. */
  readonly metrics?: ReportedMetrics | undefined
}

/**
 * One client of the pool, in the hands of users: who it is, and what it can be told to do. What the pool knows of its health and
 * load stands in the pool's maps, under its `id`.
 *
 * Emitting one of its events by hand has the effect that the real thing has. None ever throws for want of a listener.
 */
export interface PooledClient {
  readonly id: string
  readonly endpoint: ResolvedEndpoint
  /** What is shown of the endpoint: its URL without credentials and query, for stdio its id. */
  readonly endpointLabel: string
  /**
   * One request on exactly this client. Resolves with the answer, also if that is an error.
   *
   * @throws PoolError where there is none: see the table of codes
   */
  send(message: JsonRpcRequest): Promise<JsonRpcResponse>
  /** One probe. @throws PoolError `REQUEST_TIMEOUT` without an answer within `healthCheckTimeout`, else what went wrong with the connection */
  healthCheck(): Promise<HealthReport>
  /** Makes a new connection and then lets go of the old one, which may finish what it has. @throws PoolError what went wrong with the connection */
  reconnect(): Promise<void>
  /** Closes the connection. A client that is still in the pool connects again: to be rid of it, `pool.removeClient(id)`. */
  disconnect(): Promise<void>
  on<Name extends keyof ClientEvents>(name: Name, listener: (...args: ClientEvents[Name]) => void): this
  once<Name extends keyof ClientEvents>(name: Name, listener: (...args: ClientEvents[Name]) => void): this
  off<Name extends keyof ClientEvents>(name: Name, listener: (...args: ClientEvents[Name]) => void): this
  /** Whether somebody listens. */
  emit<Name extends keyof ClientEvents>(name: Name, ...args: ClientEvents[Name]): boolean
}
