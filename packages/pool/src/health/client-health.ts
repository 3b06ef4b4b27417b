/**
 * Whether one client may be given calls.
 *
 * - `connecting`: not connected yet.
 * - `healthy`: fit, and the only status that is.
 * - `unhealthy`: too many failures in a row, of probes or of calls.
 * - `disconnected`: its connection is gone.
 * - `recovering`: reconnected; has to answer some probes before it is fit again.
 * - `ejected`: taken out for its outcomes; ends by its own time and trial calls, not because probes pass.
 * - `draining`: takes no new calls and finishes those that it has; it does not come back.
 */
export type HealthStatus = 'connecting' | 'healthy' | 'unhealthy' | 'recovering' | 'disconnected' | 'ejected' | 'draining'

/**
 *     connecting ──▶ healthy ◀──────── probes pass ─────────┐
 *                     │   │                                 │
 *       failures in a row │                                 │
 *                     ▼   ▼ lost                            │
 *             unhealthy   disconnected ── reconnected ──▶ recovering
 *                 └────────────────────── reconnected ──────┘
 *
 *     every status but draining ──▶ draining, and from there nowhere
 */
const NEXT: Readonly<Record<HealthStatus, readonly HealthStatus[]>> = {
  connecting: ['healthy', 'draining'],
  healthy: ['unhealthy', 'recovering', 'disconnected', 'ejected', 'draining'],
  unhealthy: ['healthy', 'recovering', 'disconnected', 'ejected', 'draining'],
  recovering: ['healthy', 'unhealthy', 'disconnected', 'ejected', 'draining'],
  disconnected: ['healthy', 'unhealthy', 'recovering', 'ejected', 'draining'],
  ejected: ['healthy', 'unhealthy', 'recovering', 'disconnected', 'draining'],
  draining: [],
}

export interface HealthThresholds {
  /** Failures in a row that make a client unhealthy. */
  readonly unhealthyThreshold: number
  /** Good probes in a row that make it fit again. */
  readonly healthyThreshold: number
}

/**
 * The health of one client: what probes and calls said of it, and the status that follows. It emits nothing and waits for
 * nothing: what has to be announced or done is returned to the caller.
 *
 * Probes and calls are counted apart. A server whose tools fail may well answer probes, and a server that is busy with one
 * long call may well miss a probe; added together, one would hide the other.
 */
export class ClientHealth {
  readonly #thresholds: HealthThresholds
  #status: HealthStatus = 'connecting'
  #goodProbes = 0
  /** Failed probes in a row. */
  consecutiveFailures = 0
  /** Failed calls in a row. */
  failedCalls = 0

  constructor(thresholds: HealthThresholds) {
    this.#thresholds = thresholds
  }

  get status(): HealthStatus {
    return this.#status
  }

  get fit(): boolean {
    return this.#status === 'healthy'
  }

  /** Good probes in a row, since the status became what it is. */
  get goodProbes(): number {
    return this.#goodProbes
  }

  /** The one way from status to status. `false`: it is not in `from` any more, for what asks may be late, or there is no such way. */
  transition(from: HealthStatus, to: HealthStatus): boolean {
    if (this.#status !== from || !NEXT[from].includes(to)) return false
    this.#status = to
    this.#goodProbes = 0
    if (to === 'healthy' || to === 'recovering') {
      this.consecutiveFailures = 0
      this.failedCalls = 0
    }
    return true
  }

  /** Connected for the first time: fit at once, for the handshake was an answer. */
  connected(): boolean {
    return this.transition('connecting', 'healthy')
  }

  /** `true`: it is fit again. */
  probeSucceeded(): boolean {
    this.consecutiveFailures = 0
    this.#goodProbes++
    if (this.#goodProbes < this.#thresholds.healthyThreshold) return false
    return this.transition('recovering', 'healthy') || this.transition('unhealthy', 'healthy')
  }

  /** `definite`: there is no doubt, and the threshold is reached. `'unhealthy'`: it just became so. `'still-unhealthy'`: the threshold is reached again, by a client that was unfit already. */
  probeFailed(definite = false): 'unchanged' | 'unhealthy' | 'still-unhealthy' {
    this.consecutiveFailures = Math.max(this.consecutiveFailures + 1, definite ? this.#thresholds.unhealthyThreshold : 0)
    this.#goodProbes = 0
    if (this.consecutiveFailures < this.#thresholds.unhealthyThreshold) return 'unchanged'
    if (this.transition('healthy', 'unhealthy')) return 'unhealthy'
    return this.transition('recovering', 'unhealthy') || this.#status === 'unhealthy' ? 'still-unhealthy' : 'unchanged'
  }

  callSucceeded(): void {
    this.failedCalls = 0
  }

  /** `true`: that was one too many, and it is unhealthy from now on. `believed: false` counts without that. */
  callFailed(believed = true): boolean {
    this.failedCalls++
    return believed && this.failedCalls >= this.#thresholds.unhealthyThreshold && this.transition('healthy', 'unhealthy')
  }

  /** `false`: it was known to be disconnected, or does not matter any more. */
  lost(): boolean {
    return this.moveTo('disconnected')
  }

  /** `true`: it has a connection again, and has to prove itself. One that was fit stays fit. */
  reconnected(): boolean {
    return this.transition('unhealthy', 'recovering') || this.transition('disconnected', 'recovering')
  }

  /** From whatever status it has. `false`: there is no such way, or it has that status. */
  moveTo(status: HealthStatus): boolean {
    return this.transition(this.#status, status)
  }
}
