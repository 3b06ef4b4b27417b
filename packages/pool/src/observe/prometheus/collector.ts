import type { EventEmitter } from 'node:events'
import { Counter, Gauge, type Metric, Registry } from 'prom-client'
import { type CollectorOptions, resolveCollectorOptions } from '../../config/index.js'
import { tallyOf } from '../pool-tally.js'
import type { PoolStatistics } from '../statistics.js'
import { callMetrics } from './call-metrics.js'
import type { Definition, NumberDefinition } from './definition.js'
import { discoveryMetrics } from './discovery-metrics.js'
import { endpointMetrics } from './endpoint-metrics.js'
import { EventMetrics } from './event-metrics.js'
import { type ObservedRequest, type ObservedResponse, serve } from './handler.js'
import { labelledCalls, LabelledEndpoints, type Look } from './look.js'
import { poolMetrics } from './pool-metrics.js'
import { TallyHistogram } from './tally-histogram.js'

/** An `MCPClientPool`. */
export type MeasuredPool = EventEmitter & { getStatistics(): PoolStatistics }

/**
 * A pool, as Prometheus sees it.
 *
 *     const collector = new MetricsCollector(pool)
 *     createServer(collector.handler).listen(9464) // /metrics and /statistics
 *
 * The pool counts by itself, whether there is a collector or not; a collector reads what was counted when it is scraped. So it costs
 * nothing while nobody looks, and calls cost the same with it as without. Only what events tell is counted from when it was made.
 */
export class MetricsCollector {
  /** Where the metrics are registered. */
  readonly registry: Registry
  /** By name. They are filled when they are read. */
  readonly metrics: Readonly<Record<string, Metric>>
  readonly #pool: MeasuredPool
  readonly #options: ReturnType<typeof resolveCollectorOptions>
  readonly #events = new EventMetrics()
  readonly #endpoints: LabelledEndpoints
  #look: Look | undefined

  /** @throws PoolError `CONFIG`, naming every option that is wrong */
  constructor(pool: MeasuredPool, options: CollectorOptions = {}) {
    this.#pool = pool
    this.#options = resolveCollectorOptions(options)
    this.#endpoints = new LabelledEndpoints(this.#options.maxEndpoints)
    this.registry = this.#options.registry ?? new Registry()
    const definitions = [...poolMetrics, ...callMetrics, ...endpointMetrics, ...discoveryMetrics, ...this.#events.definitions]
    this.metrics = Object.freeze(Object.fromEntries(definitions.map((definition) => [definition.name, this.#metric(definition)])))
    for (const metric of Object.values(this.metrics)) this.registry.registerMetric(metric)
    this.startCollection()
  }

  /** Counts events from now on; the constructor does it by itself. */
  startCollection(): void {
    this.stopCollection()
    this.#events.listen(this.#pool)
  }

  /** Counts no events any more. What is there can still be read. */
  stopCollection(): void {
    this.#events.stop(this.#pool)
  }

  /**
   * For the application's own HTTP server: answers `GET /metrics` with the text of Prometheus, `GET /statistics` with `pool.getStatistics()`
   * as JSON, and anything else with 404. It is bound: `createServer(collector.handler)`, `app.use(collector.handler)`.
   */
  readonly handler = (request: ObservedRequest, response: ObservedResponse): void => {
    void serve(request, response, { registry: this.registry, statistics: () => this.#pool.getStatistics() })
  }

  #metric(definition: Definition): Metric {
    if (definition.type === 'histogram') return new TallyHistogram(definition, () => definition.values(this.#now()))
    return definition.type === 'counter' ? this.#counter(definition) : this.#gauge(definition)
  }

  #counter({ name, help, labels, values }: NumberDefinition): Counter {
    const counter: Counter = new Counter({
      ...{ name, help, labelNames: [...labels], registers: [] },
      collect: () => {
        counter.reset()
        for (const [labelled, value] of values(this.#now())) counter.inc(labelled, value)
      },
    })
    return counter
  }

  #gauge({ name, help, labels, values }: NumberDefinition): Gauge {
    const gauge: Gauge = new Gauge({
      ...{ name, help, labelNames: [...labels], registers: [] },
      collect: () => {
        gauge.reset()
        for (const [labelled, value] of values(this.#now())) gauge.set(labelled, value)
      },
    })
    return gauge
  }

  /** One look for all metrics that are read at the same time. */
  #now(): Look {
    if (this.#look !== undefined) return this.#look
    const statistics = this.#pool.getStatistics()
    const tally = tallyOf(this.#pool)
    queueMicrotask(() => {
      this.#look = undefined
    })
    this.#look = {
      statistics,
      tally,
      calls: labelledCalls(tally.kinds.values(), this.#options.maxTools),
      endpoints: this.#endpoints.of(statistics, tally),
    }
    return this.#look
  }
}
