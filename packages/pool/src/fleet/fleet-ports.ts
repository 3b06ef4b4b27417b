import type { ResolvedConfig, ResolvedEndpoint } from '../config/index.js'
import type { PoolEvents } from '../events.js'
import type { ConnectionListener, Guard, JsonRpcNotification, JsonRpcRequest, JsonRpcResponse, LiveConnection, Milliseconds, Random, Timers } from '../ports.js'
import type { ClientLoad } from './client-load.js'
import type { FleetClient } from './fleet-client.js'

/** The options that the fleet goes by. */
export type FleetConfig = Pick<
  ResolvedConfig,
  | 'minSize'
  | 'minSizeGiven'
  | 'maxSize'
  | 'idleTimeout'
  | 'connectionsPerClient'
  | 'connectionTimeout'
  | 'requestTimeout'
  | 'healthCheckInterval'
  | 'healthCheckTimeout'
  | 'healthCheckMethod'
  | 'unhealthyThreshold'
  | 'maxEjectionPercent'
  | 'slowStartTime'
  | 'healthyThreshold'
  | 'retryDelay'
  | 'maxRetryDelay'
>

export interface ConnectOptions {
  /** `false`: it was connected before, and is connected again. */
  readonly first: boolean
  /** Aborted when nobody waits any more: `connectionTimeout`, a drain, shutdown. A connection that comes all the same is closed. */
  readonly signal: AbortSignal
}

/** Makes a connection. Rejects with a `PoolError`. */
export type Connect = (endpoint: ResolvedEndpoint, clientId: string, listener: ConnectionListener, options: ConnectOptions) => Promise<LiveConnection>

export type Emit = <Name extends keyof PoolEvents>(name: Name, ...args: PoolEvents[Name]) => void

/** How the set of endpoints differs from what it was. */
export interface EndpointChanges {
  /** Those that were not there, and those that are described otherwise. */
  readonly found: readonly ResolvedEndpoint[]
  /** Ids of those that are not there any more. */
  readonly gone: readonly string[]
}

/** What the fleet tells the rest of the pool, and asks of it. None of it may throw. */
export interface FleetHooks {
  readonly emit: Emit
  /** `start` waits for it: endpoints are known as far as they will be. Rejects where none is. undefined: those of the options are all. */
  endpointsKnown?: (() => Promise<void>) | undefined
  /** The clients that may be given calls: those that are fit, and those that are out only for their outcomes. The same array until that changes. */
  onSnapshot(available: readonly FleetClient[]): void
  /** A user reports an error of a client, or its connection was lost. */
  onErrorReported(client: FleetClient): void
  /** A client serves other things than before: tools, capabilities, or all of it after a reconnection. */
  onServesChanged(client: FleetClient): void
  /** A client is gone for good; the pool's event is emitted after it. */
  onRemoved(clientId: string): void
  /** An endpoint is not there any more, or is another: what is remembered of it is of no use. */
  onEndpointGone(endpointId: string): void
  /** Outside of any call; also the pool's event `notification`, which is emitted first. */
  onNotification(client: FleetClient, notification: JsonRpcNotification): void
  /** A health check of a client ended, `elapsed` after it began. */
  onProbed(ok: boolean, elapsed: Milliseconds): void
  /** A question outside of any call. */
  onRequest(client: FleetClient, request: JsonRpcRequest, reply: (response: JsonRpcResponse) => void): void
  /** One call on exactly this client: `client.send`. */
  dispatch(client: FleetClient, message: JsonRpcRequest): Promise<JsonRpcResponse>
  /** Calls that shutdown waits for, those between two attempts included; no listen streams. */
  callsUnderWay(): number
  /** Shutdown has waited long enough: whatever is still open ends now. Connections are closed after it. */
  abandonCalls(): void
  /** All connections are closed: what else has to be let go (tokens are revoked here) before `shutdown` is emitted. Must not reject. */
  release(): Promise<void>
}

/** Sums over the life of the pool, in the seed's names; the fleet counts in the object that it is given. */
export interface ConnectionTotals {
  totalConnections: number
  activeConnections: number
  failedConnections: number
}

export interface FleetOptions {
  readonly config: FleetConfig
  /** Those that are there from the beginning. */
  readonly endpoints: readonly ResolvedEndpoint[]
  readonly timers: Timers
  readonly random: Random
  /** Milliseconds since 1970, for what people read. */
  readonly wallClock: () => number
  readonly connect: Connect
  readonly newLoad: (endpoint: ResolvedEndpoint) => ClientLoad
  readonly newGuard: (endpoint: ResolvedEndpoint) => Guard
  readonly totals: ConnectionTotals
  readonly hooks: FleetHooks
}
