import type { ResolvedConfig } from '../../config/index.js'
import type { PoolEvents } from '../../events.js'
import type { Timers } from '../../ports.js'
import type { SafeEmitter } from '../../safe-emitter.js'
import type { PoolStatistics } from '../statistics.js'
import { MetricsCollector } from './collector.js'
import { Pushgateway } from './pushgateway.js'
import { Pushing } from './pushing.js'

/** The collector that a pool makes for itself, where its options ask for one, and the pushing of what it collects. */
export class Metering {
  readonly collector: MetricsCollector
  readonly #gateway: Pushgateway | undefined
  readonly #pushing: Pushing | undefined

  constructor(
    pool: SafeEmitter<PoolEvents> & { getStatistics(): PoolStatistics },
    { endpoint, interval }: NonNullable<ResolvedConfig['metrics']>,
    timers: Timers,
  ) {
    this.collector = new MetricsCollector(pool)
    if (endpoint === undefined) return
    const { registry } = this.collector
    const gateway = new Pushgateway(endpoint)
    this.#gateway = gateway
    this.#pushing = new Pushing({
      timers,
      interval,
      push: async () => gateway.put(await registry.metrics(), registry.contentType),
      onFailed: (error) => void pool.emit('metrics:push-failed', { error }),
      onRestored: (failures, duration) => void pool.emit('metrics:push-restored', { failures, duration }),
    })
  }

  /** Pushes a last time, where it pushes, for some seconds at most. The collector can still be read. Never rejects. */
  async stop(): Promise<void> {
    await this.#pushing?.stop()
    await this.#gateway?.close()
  }
}
