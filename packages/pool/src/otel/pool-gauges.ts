import type { BatchObservableResult, Meter, ObservableUpDownCounter } from '@opentelemetry/api'
import type { ObservedPool } from '../ports.js'
import { ATTRIBUTE } from './attributes.js'

/** How many clients, requests and waiting calls a pool has, asked of its statistics whenever metrics are collected. */
export class PoolGauges {
  readonly #meter: Meter
  readonly #pool: ObservedPool
  readonly #name: string
  readonly #clients: ObservableUpDownCounter
  readonly #outstanding: ObservableUpDownCounter
  readonly #inFlight: ObservableUpDownCounter
  readonly #waiting: ObservableUpDownCounter

  constructor(meter: Meter, pool: ObservedPool, name: string) {
    this.#meter = meter
    this.#pool = pool
    this.#name = name
    this.#clients = meter.createObservableUpDownCounter('mcp_client_pool.clients', { unit: '{client}', description: 'Clients of the pool, by their state' })
    this.#outstanding = meter.createObservableUpDownCounter('mcp_client_pool.requests.outstanding', {
      unit: '{request}',
      description: 'Requests that were sent and not answered yet',
    })
    this.#inFlight = meter.createObservableUpDownCounter('mcp_client_pool.calls.in_flight', { unit: '{call}', description: 'Calls under way' })
    this.#waiting = meter.createObservableUpDownCounter('mcp_client_pool.queue.size', {
      unit: '{call}',
      description: 'Calls that wait for a place, by priority',
    })
    meter.addBatchObservableCallback(this.#observe, this.#instruments)
  }

  stop(): void {
    this.#meter.removeBatchObservableCallback(this.#observe, this.#instruments)
  }

  get #instruments(): ObservableUpDownCounter[] {
    return [this.#clients, this.#outstanding, this.#inFlight, this.#waiting]
  }

  readonly #observe = (result: BatchObservableResult): void => {
    const { pool, inFlight, queue, clients } = this.#pool.getStatistics()
    const own = { [ATTRIBUTE.pool]: this.#name }
    result.observe(this.#clients, pool.healthy, { ...own, [ATTRIBUTE.clientState]: 'healthy' })
    result.observe(this.#clients, pool.unhealthy, { ...own, [ATTRIBUTE.clientState]: 'unhealthy' })
    result.observe(
      this.#outstanding,
      clients.reduce((sum, { metrics }) => sum + metrics.outstanding, 0),
      own,
    )
    result.observe(this.#inFlight, inFlight, own)
    if (queue === undefined) return
    for (const priority of PRIORITIES) result.observe(this.#waiting, queue[priority], { ...own, [ATTRIBUTE.priority]: priority })
  }
}

const PRIORITIES = ['high', 'normal', 'low'] as const
