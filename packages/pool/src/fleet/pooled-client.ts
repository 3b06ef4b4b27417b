import type { ResolvedEndpoint } from '../config/index.js'
import type { ClientEvents } from '../events.js'
import type { Guard, JsonRpcRequest, JsonRpcResponse, LiveConnection, Milliseconds, ReportedMetrics, Target } from '../ports.js'
import { SafeEmitter } from '../safe-emitter.js'
import type { ClientLoad } from './client-load.js'

/** What a probe brought home. */
export interface HealthReport {
  readonly latency: Milliseconds
  /** What the server said of itself, where it says anything. */
  readonly metrics?: ReportedMetrics | undefined
}

/** Who does what a pooled client is asked to do. */
export interface ClientWays {
  send(message: JsonRpcRequest): Promise<JsonRpcResponse>
  healthCheck(): Promise<HealthReport>
  reconnect(): Promise<void>
  disconnect(): Promise<void>
}

export interface ClientIdentity {
  readonly id: string
  readonly place: string
  readonly endpoint: ResolvedEndpoint
  readonly load: ClientLoad
  readonly guard: Guard
}

/**
 * One client of the pool, in the hands of users: who it is, and what it can be told to do. What the pool knows of its health
 * stands elsewhere, so that nobody can change it past the fleet.
 *
 * Emitting one of its events by hand has the effect that the real thing has.
 */
export class PooledClient extends SafeEmitter<ClientEvents> implements Target {
  readonly id: string
  readonly place: string
  readonly endpoint: ResolvedEndpoint
  readonly endpointLabel: string
  readonly weight: number
  readonly load: ClientLoad
  readonly guard: Guard
  /** The connection that new calls go to. The fleet's to set, and set whenever the client is in a snapshot. */
  connection!: LiveConnection
  readonly #ways: ClientWays

  constructor(identity: ClientIdentity, ways: ClientWays) {
    super()
    this.id = identity.id
    this.place = identity.place
    this.endpoint = identity.endpoint
    this.endpointLabel = identity.endpoint.label
    this.weight = identity.endpoint.weight
    this.load = identity.load
    this.guard = identity.guard
    this.#ways = ways
  }

  /** One request on exactly this client. Resolves with the answer, also if that is an error; rejects with a `PoolError`. */
  send(message: JsonRpcRequest): Promise<JsonRpcResponse> {
    return this.#ways.send(message)
  }

  /** One probe. Rejects where the server gives no answer. */
  healthCheck(): Promise<HealthReport> {
    return this.#ways.healthCheck()
  }

  /** Makes a new connection and then lets go of the old one, which may finish what it has. */
  reconnect(): Promise<void> {
    return this.#ways.reconnect()
  }

  /** Closes the connection. A client that is still in the pool connects again: to be rid of it, `pool.removeClient(id)`. */
  disconnect(): Promise<void> {
    return this.#ways.disconnect()
  }
}
