import type { ResolvedEndpoint } from '../config/index.js'
import type { ClientEvents, ClientRef } from '../events.js'
import type { Guard, JsonRpcRequest, JsonRpcResponse, LiveConnection, Target } from '../ports.js'
import { SafeEmitter } from '../safe-emitter.js'
import type { ClientLoad } from './client-load.js'
import type { HealthReport, PooledClient } from './pooled-client.js'

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
 * One client of the pool: what users see of it, and what a pick reads. What the pool knows of its health stands elsewhere, so that
 * nobody can change it past the fleet.
 */
export class FleetClient extends SafeEmitter<ClientEvents> implements PooledClient, Target {
  readonly id: string
  readonly place: string
  endpoint!: ResolvedEndpoint
  endpointLabel!: string
  weight!: number
  readonly load: ClientLoad
  readonly guard: Guard
  readonly #ways: ClientWays
  #connection!: LiveConnection

  constructor(identity: ClientIdentity, ways: ClientWays) {
    super()
    this.id = identity.id
    this.place = identity.place
    this.load = identity.load
    this.guard = identity.guard
    this.#ways = ways
    this.describe(identity.endpoint)
  }

  /** The connection that new calls go to. The fleet's to set, and set whenever the client is in a snapshot. No field: whoever prints the client would print URL and token with it. */
  get connection(): LiveConnection {
    return this.#connection
  }

  set connection(connection: LiveConnection) {
    this.#connection = connection
  }

  /** The endpoint as it is described now: the same server, with another weight, tags or zone. */
  describe(endpoint: ResolvedEndpoint): void {
    this.endpoint = endpoint
    this.endpointLabel = endpoint.label
    this.weight = endpoint.weight
    this.load.weight = endpoint.weight
    this.load.zone = endpoint.zone
  }

  /** For events. */
  get ref(): ClientRef {
    return { clientId: this.id, endpoint: this.endpointLabel }
  }

  send(message: JsonRpcRequest): Promise<JsonRpcResponse> {
    return this.#ways.send(message)
  }

  healthCheck(): Promise<HealthReport> {
    return this.#ways.healthCheck()
  }

  reconnect(): Promise<void> {
    return this.#ways.reconnect()
  }

  disconnect(): Promise<void> {
    return this.#ways.disconnect()
  }
}
