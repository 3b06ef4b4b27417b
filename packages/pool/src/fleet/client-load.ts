import type { Load, Milliseconds } from '../ports.js'

/** What was reported of a client, by itself or by the user. */
export interface LoadReport {
  /** Requests of others, which this pool cannot see. */
  readonly activeRequests: number
  /** undefined: the pool's own calls tell. */
  readonly averageLatency: Milliseconds | undefined
  /** Percent. */
  readonly cpuUsage: number
  /** The server's own part of it. Percent; undefined: not said. */
  readonly applicationUsage?: number | undefined
  /** Percent. */
  readonly memoryUsage: number
}

/** The load of one client, as the fleet shows and feeds it. */
export interface ClientLoad extends Load {
  report: LoadReport
  /** The relative share that the user wants of it. */
  weight: number
  /** Where it stands; undefined: in all zones. */
  zone: string | undefined
  readonly averageLatency: Milliseconds
  readonly statistics: { readonly total: number; readonly answered: number }
  /** The client is new, or fit again: what it did before says nothing of it any more. For `slowStart` it is given less than its share. */
  returned(now?: Milliseconds, slowStart?: Milliseconds): void
}
