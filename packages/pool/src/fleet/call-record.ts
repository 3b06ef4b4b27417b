import { PoolError } from '../errors.js'
import type { ClientHealth, EjectionReason } from '../health/index.js'
import type { AttemptFailure, Milliseconds, Outcome } from '../ports.js'
import type { FleetOptions } from './fleet-ports.js'
import type { FleetClient } from './fleet-client.js'
import type { Watch } from './watch.js'

/** Why and until when a client is out for its outcomes. */
export interface Ejection {
  readonly reason: EjectionReason
  /** Milliseconds since 1970. It may be out for longer, until a trial call goes well. */
  readonly until: number
}

/** Of what an error is: of an attempt, of something else that the connection does, or of what a user or a lost connection reports. */
type ErrorOrigin = 'attempt' | 'connection' | 'report'

/** The client whose calls they are. */
export interface CallRecordOwner {
  readonly client: FleetClient
  readonly health: ClientHealth
  readonly watch: Watch
  lastError: string | undefined
  fitnessChanged(): void
}

/**
 * What calls on one client came to, and what follows from it.
 *
 * A failed call says little by itself: of the server, of the tool, of the load, or of what was asked. So whether a client is out for its
 * outcomes is decided where all clients are compared, outside of the fleet, which is told by `eject`; a call that nobody was there to
 * take is a lost connection. Where that comparison is turned off (`maxEjectionPercent: 0`), `unhealthyThreshold` failed calls in a row
 * make a client unhealthy, as reported errors always do. What a connection says went wrong on the side, while it goes on, is told
 * and proves nothing: a server that cannot list its tools may well run them.
 *
 * An ejected client keeps its connection and is probed. When probes fail, or the connection is lost, it is no longer ejected but
 * worse, and comes back in the way of those: mostly it is another process by then.
 */
export class CallRecord {
  readonly #owner: CallRecordOwner
  readonly #options: FleetOptions
  #ejection: Ejection | undefined
  /** What listeners of the client are being told of, unless it is a report. */
  #told: Error | undefined
  #origin: ErrorOrigin = 'report'

  constructor(owner: CallRecordOwner, options: FleetOptions) {
    this.#owner = owner
    this.#options = options
  }

  /** Why it is out for its outcomes; undefined where it is not, or was ejected by hand. */
  get ejection(): Ejection | undefined {
    return this.#owner.health.status === 'ejected' ? this.#ejection : undefined
  }

  /** An attempt was settled. */
  settled(outcome: Outcome, failure: AttemptFailure | undefined): void {
    const { client, health } = this.#owner
    if (outcome === 'ok') health.callSucceeded()
    // No failure of the server; but where it takes our token no more, nobody's call should go there.
    if (failure?.code === 'AUTH_FAILED') this.#owner.watch.doubt()
    if (outcome !== 'failed') return
    const error = failure ?? new PoolError('CONNECTION_LOST', 'an attempt failed', { progress: 'sent', endpoint: client.endpointLabel })
    this.#tell(error, 'attempt')
    // Nobody was there to take the request. The next one would fare no better, and would be a user's.
    if (error.progress === 'not-sent' && (error.code === 'CONNECT_FAILED' || error.code === 'CONNECT_TIMEOUT')) client.emit('disconnected')
  }

  /** The connection says that something went wrong, and goes on. */
  noted(error: Error): void {
    this.#tell(error, 'connection')
  }

  #tell(error: Error, origin: ErrorOrigin): void {
    this.#told = error
    this.#origin = origin
    this.#owner.client.emit('error', error)
  }

  /** An error of the client, wherever it comes from. */
  failed(error: Error): void {
    const owner = this.#owner
    const { hooks, config } = this.#options
    const origin = error === this.#told ? this.#origin : 'report'
    const compared = origin === 'attempt' && config.maxEjectionPercent > 0
    // Once: a listener may report the same error, and means it.
    this.#told = undefined
    const unhealthy = origin !== 'connection' && owner.health.callFailed(!compared)
    owner.lastError = error.message
    if (unhealthy) owner.fitnessChanged()
    const { ref } = owner.client
    hooks.emit('client:error', { ...ref, error })
    // After it: what it leads to has a cause then.
    if (origin === 'report') hooks.onErrorReported(owner.client)
    if (!unhealthy) return
    hooks.emit('client:unhealthy', { ...ref, error: error.message })
    // Is it the server, or only what was asked of it? A probe tells.
    owner.watch.pace()
  }

  /** It is out, for so long; said again, the new time counts. */
  eject(reason: EjectionReason, duration: Milliseconds): void {
    const { client, health, watch } = this.#owner
    const again = this.ejection !== undefined
    // One that is unhealthy or disconnected is out already, and for longer.
    if (!again && !health.transition('healthy', 'ejected')) return
    this.#ejection = { reason, until: this.#options.wallClock() + duration }
    if (!again) {
      watch.pace()
      this.#owner.fitnessChanged()
    }
    this.#options.hooks.emit('client:ejected', { ...client.ref, reason, duration })
  }

  /** It is not out any more. */
  reinstate(): void {
    if (this.ejection === undefined) return
    const { client, health, watch } = this.#owner
    health.transition('ejected', 'healthy')
    watch.pace()
    this.#owner.fitnessChanged()
    this.#options.hooks.emit('client:returned', client.ref)
  }

  /** A user says how the client is: why it was out does not count any more. */
  forget(): void {
    this.#ejection = undefined
  }
}
