import type { ReportedMetrics } from '../ports.js'
import type { ClientLoad } from './client-load.js'

/** Load of a client as people read it: `pool.loadMetrics`, in the seed's names. What a server reports besides is shown too. */
export interface LoadMetrics {
  /** The pool's own calls, and those of others that were told of. */
  activeRequests: number
  totalRequests: number
  /** Milliseconds. */
  averageLatency: number
  /** Percent. Of the machine, where the server says what its own part of it is: `applicationUsage`. */
  cpuUsage: number
  /** Percent. */
  memoryUsage: number
  /** When something was reported last: milliseconds since 1970, 0 for never. */
  lastUpdate: number
  [name: string]: unknown
}

/** What the pool knows better than a server. */
const OURS: ReadonlySet<string> = new Set(['activeRequests', 'totalRequests', 'averageLatency', 'lastUpdate'])

/** What was said of a client's load, by its server and by users, on top of what the pool sees itself. */
export class Reports {
  readonly #load: ClientLoad
  readonly #wallClock: () => number
  #others: Readonly<Record<string, unknown>> = {}
  /** What a written `totalRequests` was above those of the pool. */
  #requestsElsewhere = 0
  #lastUpdate = 0

  constructor(load: ClientLoad, wallClock: () => number) {
    this.#load = load
    this.#wallClock = wallClock
  }

  /** Requests and latency are not taken from a server: it counts our calls too, and does not see the way to it. */
  fromServer(metrics: ReportedMetrics): void {
    this.add(Object.fromEntries(Object.entries(metrics).filter(([name]) => !OURS.has(name))))
  }

  /** Fields that are left out stay what they were. `activeRequests` is what others have under way. */
  add(metrics: Readonly<Record<string, unknown>>): void {
    const { activeRequests, totalRequests, averageLatency, cpuUsage, memoryUsage, lastUpdate, ...others } = metrics
    const { report } = this.#load
    this.#load.report = {
      activeRequests: number(activeRequests) ?? report.activeRequests,
      averageLatency: number(averageLatency) ?? report.averageLatency,
      cpuUsage: number(cpuUsage) ?? report.cpuUsage,
      applicationUsage: number(others['applicationUsage']) ?? report.applicationUsage,
      memoryUsage: number(memoryUsage) ?? report.memoryUsage,
    }
    const total = number(totalRequests)
    if (total !== undefined) this.#requestsElsewhere = total - this.#load.statistics.total
    this.#others = { ...this.#others, ...others }
    this.#lastUpdate = number(lastUpdate) ?? this.#wallClock()
  }

  /** Fields that are left out are 0, and latency is what the pool measures. */
  replace(metrics: Readonly<Record<string, unknown>>): void {
    this.clear()
    this.add(metrics)
  }

  /** As if nobody had said anything. */
  clear(): void {
    this.#load.report = { activeRequests: 0, averageLatency: undefined, cpuUsage: 0, memoryUsage: 0 }
    this.#requestsElsewhere = 0
    this.#others = {}
    this.#lastUpdate = 0
  }

  get metrics(): LoadMetrics {
    const { report, averageLatency, outstanding, statistics } = this.#load
    return {
      ...this.#others,
      activeRequests: outstanding + report.activeRequests,
      totalRequests: statistics.total + this.#requestsElsewhere,
      averageLatency,
      cpuUsage: report.cpuUsage,
      memoryUsage: report.memoryUsage,
      lastUpdate: this.#lastUpdate,
    }
  }
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}
