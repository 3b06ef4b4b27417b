import type { BreakerStatus } from '../health/index.js'
import type { Clock, Milliseconds } from '../ports.js'
import type { LiveMap } from './live-map.js'
import { StateView } from './state-view.js'
import type { FleetClient } from './fleet-client.js'

/** The breaker of a client: a value of `pool.circuitBreakers`. */
export interface CircuitRecord {
  readonly state: BreakerStatus
  /** Failures in a row, within `breakerTimeout`. */
  readonly failures: number
  /** Milliseconds since 1970; undefined while it is not open. */
  readonly openedAt: number | undefined
}

/** The breaker itself, as far as people see and move it. */
export interface Breaker {
  readonly state: BreakerStatus
  readonly failures: number
  /** On the pool's clock. */
  readonly openedAt: Milliseconds | undefined
  force(to: BreakerStatus): void
  reset(): void
}

/** What the view looks through. */
export interface CircuitWays {
  readonly clients: ReadonlyMap<string, FleetClient>
  readonly clock: Clock
  /** Milliseconds since 1970. */
  readonly wallClock: () => number
  /** undefined: the pool has none. */
  readonly breakerOf: (client: FleetClient) => Breaker | undefined
}

/** The breakers of those who are there, by id. `set({ state })` puts one into a state, from which it goes on by its own rules; `delete` closes it. */
export function circuitView({ clients, clock, wallClock, breakerOf }: CircuitWays): LiveMap<CircuitRecord, Partial<CircuitRecord>> {
  const find = (id: string): Breaker | undefined => {
    const client = clients.get(id)
    return client && breakerOf(client)
  }
  return new StateView({
    ids: () => [...clients.keys()].filter((id) => find(id) !== undefined),
    read: (id) => {
      const breaker = find(id)
      if (breaker === undefined) return undefined
      const { state, failures, openedAt } = breaker
      return { state, failures, openedAt: openedAt === undefined ? undefined : wallClock() - (clock.now() - openedAt) }
    },
    write: (id, { state }) => {
      if (state !== undefined) find(id)?.force(state)
    },
    reset: (id) => {
      const breaker = find(id)
      breaker?.reset()
      return breaker !== undefined
    },
  })
}
