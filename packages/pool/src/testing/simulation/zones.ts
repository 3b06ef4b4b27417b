import type { Milliseconds } from '../../ports.js'
import type { Scenario, Zones } from './scenario.js'

/** Where a worker stands. */
export function zoneOf({ workers }: Zones, worker: number): string {
  return workers[worker % workers.length]!
}

/** What an answer from a replica in that zone takes longer. */
export function distanceOf({ zones }: Scenario, worker: number, zone: string | undefined): Milliseconds {
  return zones === undefined || zoneOf(zones, worker) === zone ? 0 : zones.latency
}
