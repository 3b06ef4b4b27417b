import { PoolError } from '../errors.js'
import type { EjectionReason, PoolEvents } from '../events.js'
import type { ClientHealth } from '../health/index.js'
import type { AttemptFailure, Milliseconds, Outcome } from '../ports.js'
import type { FleetOptions } from './fleet-ports.js'
import type { PooledClient } from './pooled-client.js'
import type { Watch } from './watch.js'

/** Why and until when a client is out for its outcomes. */
export interface Ejection {
  readonly reason: EjectionReason
  /** Milliseconds since 1970. It may be out for longer, until a trial call goes well. */
  readonly until: number
}

/** The client whose calls they are. */
export interface CallRecordOwner {
  readonly client: PooledClient
  readonly health: ClientHealth
  readonly watch: Watch
  lastError: string | undefined
  fitnessChanged(): void
  /** It is fit again, and nobody knows how well it does. */
  startSlowly(): void
}

/**
 * What calls on one client came to, and what follows from it.
 *
 * A failed call says little by itself: of the server, of the tool, of the load, or of what was asked. So whether a client is out for its
 * outcomes is decided where all clients are compared, outside of the fleet, which is told by `eject`; a call that nobody was there to
 * take is a lost connection. Where that comparison is turned off (`maxEjectionPercent: 0`), `unhealthyThreshold` failed calls in a row
 * make a client unhealthy, as reported errors always do.
 *
 * Ejection stands beside health: an ejected client that also fails its probes is unhealthy, and ejected again once they pass.
 */
export class CallRecord {
  readonly #owner: CallRecordOwner
  readonly #options: FleetOptions
  #ejection: Ejection | undefined
  /** The failure of an attempt that listeners of the client are being told of. */
  #ofAttempt: Error | undefined

  constructor(owner: CallRecordOwner, options: FleetOptions) {
    this.#owner = owner
    this.#options = options
  }

  /** Out for its outcomes, whether it is fit otherwise or not. */
  get ejection(): Ejection | undefined {
    return this.#ejection
  }

  /** An attempt was settled. */
  settled(outcome: Outcome, failure: AttemptFailure | undefined): void {
    const { client, health } = this.#owner
    if (outcome === 'ok') health.callSucceeded()
    if (outcome !== 'failed') return
    const error = failure ?? new PoolError('CONNECTION_LOST', 'an attempt failed', { progress: 'sent', endpoint: client.endpointLabel })
    this.#ofAttempt = error
    client.emit('error', error)
    // Nobody was there to take the request. The next one would fare no better, and would be a user's.
    if (error.progress === 'not-sent' && (error.code === 'CONNECT_FAILED' || error.code === 'CONNECT_TIMEOUT')) client.emit('disconnected')
  }

  /** An error of the client, of an attempt or reported. */
  failed(error: Error): void {
    const owner = this.#owner
    const { hooks, config } = this.#options
    const compared = error === this.#ofAttempt && config.maxEjectionPercent > 0
    // Once: a listener may report the same error, and means it.
    this.#ofAttempt = undefined
    const unhealthy = owner.health.callFailed(!compared)
    owner.lastError = error.message
    if (unhealthy) owner.fitnessChanged()
    const clientId = owner.client.id
    hooks.emit('client:error', { clientId, error })
    if (!unhealthy) return
    hooks.emit('client:unhealthy', { clientId, error: error.message })
    // Is it the server, or only what was asked of it? A probe tells.
    owner.watch.pace()
  }

  /** It is out, for so long; said again, the new time counts. */
  eject(reason: EjectionReason, duration: Milliseconds): void {
    const owner = this.#owner
    if (owner.health.status === 'draining') return
    this.#ejection = { reason, until: this.#options.wallClock() + duration }
    // One that is unhealthy or disconnected stays that, which is worse.
    if (owner.health.transition('healthy', 'ejected')) {
      owner.watch.pace()
      owner.fitnessChanged()
    }
    this.#emit('client:ejected', { clientId: owner.client.id, reason, duration })
  }

  /** It is not out any more. */
  reinstate(): void {
    const owner = this.#owner
    if (this.#ejection === undefined || owner.health.status === 'draining') return
    this.#ejection = undefined
    if (owner.health.transition('ejected', 'healthy')) {
      owner.startSlowly()
      owner.watch.pace()
      owner.fitnessChanged()
    }
    this.#emit('client:returned', { clientId: owner.client.id })
  }

  /** A user says how the client is: what it is out for does not count any more, here or where clients are compared. */
  pardon(): void {
    if (this.#ejection === undefined) return
    this.#ejection = undefined
    this.#options.hooks.onPardoned?.(this.#owner.client)
  }

  #emit<Name extends 'client:ejected' | 'client:returned'>(name: Name, ...args: PoolEvents[Name]): void {
    this.#options.hooks.emit(name, ...args)
  }
}
