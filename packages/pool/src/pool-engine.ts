import type { Calls } from './call/index.js'
import type { FleetClient } from './fleet/index.js'
import {
  type Engine,
  type EngineCall,
  type EngineExchange,
  type FleetListener,
  OwnedSession,
  type OwnSession,
  type PoolLogLevel,
  type Seat,
  type SessionChange,
  type SessionListener,
  type SessionParameters,
} from './mcp/index.js'
import type { JsonRpcNotification, JsonRpcRequest, JsonRpcResponse, Random, ServerFacts, Target, Timers } from './ports.js'
import { setLevelEverywhere } from './set-level.js'

export interface PoolEngineParts {
  readonly calls: Calls
  readonly timers: Timers
  readonly random: Random
  readonly logLevel: PoolLogLevel
  readonly identity: Engine['identity']
  readonly ready: Engine['ready']
  /** Throws where the pool takes no calls now. */
  readonly admit: () => void
  readonly finishAuth: Engine['finishAuth']
  readonly replica: Engine['replica']
  /** A caller's own session is not open any more, or is again. */
  readonly onSession: (change: SessionChange, seat: Pick<Seat, 'client' | 'label'>) => void
}

/**
 * What stands under `pool.transport()` and the typed verbs: the calls of the pool, and what there is to know of its replicas.
 *
 * The fleet tells it of changes; listeners are few (one a transport), and none of them is on a call's way.
 */
export class PoolEngine implements Engine {
  readonly timers: Timers
  readonly random: Random
  readonly identity: Engine['identity']
  readonly #parts: PoolEngineParts
  readonly #listeners = new Set<FleetListener>()
  readonly #closeListeners = new Set<() => void>()
  /** By endpoint: what a replica said counts on while it is away. */
  readonly #facts = new Map<string, ServerFacts>()
  #replicas: readonly FleetClient[] = []

  constructor(parts: PoolEngineParts) {
    this.#parts = parts
    this.timers = parts.timers
    this.random = parts.random
    this.identity = parts.identity
  }

  ready(): Promise<void> {
    return this.#parts.ready()
  }

  facts(): readonly ServerFacts[] {
    return [...this.#facts.values()]
  }

  replica(id: string): Target | undefined {
    return this.#parts.replica(id)
  }

  /** The call's terms and its listener are one object, as the doors hand it in. */
  call(call: EngineCall): EngineExchange {
    this.#parts.admit()
    return this.#parts.calls.start(call.request, call, call)
  }

  /** `logging/setLevel` of a caller without a session of its own. `call` makes it, at that client alone where one is given. */
  setLevel(request: JsonRpcRequest, call: (only: Target | undefined) => Promise<JsonRpcResponse>): Promise<JsonRpcResponse> {
    return setLevelEverywhere(request, this.#parts.logLevel, () => {
      const kind = this.#parts.calls.kindOf(request)
      const takers = this.#replicas.filter(({ connection }) => connection.serves(kind) !== 'no')
      // Where nobody takes it now, somebody may later: as with any other call.
      return takers.length === 0 ? [call(undefined)] : takers.map(call)
    })
  }

  watch(listener: FleetListener): () => void {
    this.#listeners.add(listener)
    listener.onReplicas(this.#replicas)
    return () => void this.#listeners.delete(listener)
  }

  whenClosed(listener: () => void): () => void {
    this.#closeListeners.add(listener)
    return () => void this.#closeListeners.delete(listener)
  }

  openSession(parameters: SessionParameters, listener: SessionListener): OwnSession {
    return new OwnedSession(parameters, listener, this.#parts.onSession)
  }

  finishAuth(callback: string | URLSearchParams, issuer?: string): Promise<void> {
    return this.#parts.finishAuth(callback, issuer)
  }

  // ── From the fleet ─────────────────────────────────────────────────────────────────────────────────────────────────

  replicasChanged(replicas: readonly FleetClient[]): void {
    this.#replicas = replicas
    for (const { endpoint, connection } of replicas) this.#facts.set(endpoint.id, connection.facts)
    for (const listener of this.#listeners) listener.onReplicas(replicas)
  }

  /** The endpoint does not come back as it was. */
  endpointGone(id: string): void {
    this.#facts.delete(id)
  }

  notified(client: FleetClient, notification: JsonRpcNotification): void {
    for (const listener of this.#listeners) listener.onNotification(client.id, notification, client.connection.era)
  }

  shutDown(): void {
    for (const listener of [...this.#listeners]) listener.onShutdown()
    this.#listeners.clear()
  }

  closed(): void {
    for (const listener of [...this.#closeListeners]) listener()
    this.#closeListeners.clear()
  }
}
