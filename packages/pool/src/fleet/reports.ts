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

/** What the pool knows better than a server, and what load is made of. */
const NAMED: ReadonlySet<string> = new Set(['activeRequests', 'totalRequests', 'averageLatency', 'lastUpdate', 'cpuUsage', 'applicationUsage', 'memoryUsage'])
/** What is shown besides of one server, and of what users say of it. */
const MOST_NAMES = 100
/** Characters of a name or a text that a server reports. */
const LONGEST = 200

/** What was said of a client's load, by its server and by users, on top of what the pool sees itself. */
export class Reports {
  readonly #load: ClientLoad
  readonly #wallClock: () => number
  /** Of the server's last report that said anything. */
  #ofServer: Readonly<Record<string, unknown>> = {}
  #ofUsers: Readonly<Record<string, unknown>> = {}
  /** What a written `totalRequests` was above those of the pool. */
  #requestsElsewhere = 0
  #lastUpdate = 0

  constructor(load: ClientLoad, wallClock: () => number) {
    this.#load = load
    this.#wallClock = wallClock
  }

  /** Requests and latency are not taken from a server: it counts our calls too, and does not see the way to it. */
  fromServer(metrics: ReportedMetrics): void {
    this.#take(undefined, undefined, metrics)
    if (Object.keys(metrics).length > 0) this.#ofServer = others(metrics, isShort)
    this.#lastUpdate = this.#wallClock()
  }

  /** Fields that are left out stay what they were. `activeRequests` is what others have under way. */
  add(metrics: Readonly<Record<string, unknown>>): void {
    const { activeRequests, totalRequests, averageLatency, lastUpdate } = metrics
    this.#take(activeRequests, averageLatency, metrics)
    const total = number(totalRequests)
    if (total !== undefined) this.#requestsElsewhere = total - this.#load.statistics.total
    // Of a name that both use, whoever spoke last is believed.
    this.#ofServer = others(this.#ofServer, (name) => !(name in metrics))
    this.#ofUsers = others({ ...this.#ofUsers, ...metrics }, () => true)
    this.#lastUpdate = number(lastUpdate) ?? this.#wallClock()
  }

  #take(activeRequests: unknown, averageLatency: unknown, { cpuUsage, applicationUsage, memoryUsage }: Readonly<Record<string, unknown>>): void {
    const { report } = this.#load
    this.#load.report = {
      activeRequests: number(activeRequests) ?? report.activeRequests,
      averageLatency: number(averageLatency) ?? report.averageLatency,
      cpuUsage: number(cpuUsage) ?? report.cpuUsage,
      applicationUsage: number(applicationUsage) ?? report.applicationUsage,
      memoryUsage: number(memoryUsage) ?? report.memoryUsage,
    }
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
    this.#ofServer = {}
    this.#ofUsers = {}
    this.#lastUpdate = 0
  }

  get metrics(): LoadMetrics {
    const { report, averageLatency, outstanding, statistics } = this.#load
    return {
      ...this.#ofUsers,
      ...this.#ofServer,
      ...(report.applicationUsage === undefined ? {} : { applicationUsage: report.applicationUsage }),
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

/** What has no place of its own, up to a bound. */
function others(metrics: Readonly<Record<string, unknown>>, wanted: (name: string, value: unknown) => boolean): Record<string, unknown> {
  const found: Record<string, unknown> = {}
  let names = 0
  for (const [name, value] of Object.entries(metrics)) {
    if (NAMED.has(name) || !wanted(name, value)) continue
    if (++names > MOST_NAMES) break
    found[name] = value
  }
  return found
}

function isShort(name: string, value: unknown): boolean {
  if (name.length > LONGEST) return false
  return typeof value === 'boolean' || (typeof value === 'string' ? value.length <= LONGEST : number(value) !== undefined)
}
