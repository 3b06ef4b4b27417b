import type { ObservedPool, Observer, Watching } from './ports.js'

/**
 * An observer at a pool. What it throws becomes one process warning (`process.on('warning')`): a second would say the same, as often
 * as there are calls.
 */
export class WatchedPool implements Watching {
  readonly observer: Observer
  #stop: (() => void) | undefined
  #warned = false

  constructor(observer: Observer) {
    this.observer = observer
  }

  started(pool: ObservedPool): void {
    try {
      this.#stop ??= this.observer.poolStarted?.(pool)
    } catch (error) {
      this.onError(error)
    }
  }

  stopped(): void {
    try {
      this.#stop?.()
    } catch (error) {
      this.onError(error)
    }
    this.#stop = undefined
  }

  onError(error: unknown): void {
    if (this.#warned) return
    this.#warned = true
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
    process.emitWarning('The observer of calls failed; calls go on', { type: 'MCPClientPoolWarning', detail })
  }
}
