import type { ResolvedConfig } from '../../config/index.js'
import type { PoolEvents } from '../../events.js'
import type { Milliseconds, Timers } from '../../ports.js'
import type { SafeEmitter } from '../../safe-emitter.js'
import type { PoolStatistics } from '../statistics.js'
import { MetricsCollector } from './collector.js'
import { Pushgateway } from './pushgateway.js'
import { Pushing } from './pushing.js'

type Metered = SafeEmitter<PoolEvents> & { getStatistics(): PoolStatistics }

/** The collector that a pool makes for itself, where its options ask for one, and the pushing of what it collects. */
export class Metering {
  readonly collector: MetricsCollector
  readonly #ports: { readonly pool: Metered; readonly timers: Timers; readonly interval: Milliseconds }
  readonly #gateway: Pushgateway | undefined
  #pushing: Pushing | undefined
  #stopped = false

  constructor(pool: Metered, { endpoint, interval }: NonNullable<ResolvedConfig['metrics']>, timers: Timers) {
    this.collector = new MetricsCollector(pool)
    this.#ports = { pool, timers, interval }
    this.#gateway = endpoint === undefined ? undefined : new Pushgateway(endpoint)
  }

  /** The pool runs: what it collects is pushed from now on, where it is. A pool that does not start leaves nothing that keeps the process alive. */
  startPushing(): void {
    const gateway = this.#gateway
    if (gateway === undefined || this.#stopped) return
    const { registry } = this.collector
    const { pool, ...ports } = this.#ports
    this.#pushing ??= new Pushing({
      ...ports,
      push: async () => gateway.put(await registry.metrics(), registry.contentType),
      onFailed: (error) => void pool.emit('metrics:push-failed', { error }),
      onRestored: (failures, duration) => void pool.emit('metrics:push-restored', { failures, duration }),
    })
  }

  /** Pushes a last time, where it pushes, for some seconds at most. The collector can still be read. Never rejects. */
  async stop(): Promise<void> {
    this.#stopped = true
    await this.#pushing?.stop()
    await this.#gateway?.close()
  }
}
