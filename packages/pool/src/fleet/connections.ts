import type { ResolvedEndpoint } from '../config/index.js'
import { PoolError } from '../errors.js'
import type { LiveConnection, Milliseconds } from '../ports.js'
import { Bounded } from './bounded.js'
import type { FleetOptions } from './fleet-ports.js'
import type { Link, LinkOwner } from './link.js'
import { Opening } from './opening.js'
import { Until } from './until.js'

/** The client whose connections they are. */
export interface ConnectionsOwner extends LinkOwner {
  readonly id: string
  readonly endpoint: ResolvedEndpoint
  /** Attempts under way, on whichever connection. */
  readonly outstanding: number
  /** Calls go to this one from now on. */
  connected(connection: LiveConnection): void
  closeFailed(error: Error): void
}

/**
 * The connections of one client: one in use, perhaps one being made, and old ones that finish what they have.
 *
 * The new one is made before the old one is let go of: a server that missed some probes because it was busy with a long call
 * still answers that call.
 */
export class Connections {
  readonly #owner: ConnectionsOwner
  readonly #options: FleetOptions
  #current: Link | undefined
  #opening: Opening | undefined
  #renewing: Promise<void> | undefined
  readonly #retiring = new Map<Until, Promise<void>>()
  #stopped: PoolError | undefined

  constructor(owner: ConnectionsOwner, options: FleetOptions) {
    this.#owner = owner
    this.#options = options
  }

  /** The one in use. What was asked on another says nothing of it. */
  get current(): Link | undefined {
    return this.#current
  }

  /** Makes a connection, the first or another. Whoever asks while one is being made waits for that one. */
  renew(): Promise<void> {
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = undefined
    })
    return this.#renewing
  }

  /** The one that is being made is not wanted any more. */
  cancel(why: PoolError): void {
    this.#opening?.cancel(why)
  }

  /** No others are made from now on. */
  stop(why: PoolError): void {
    this.#stopped = why
    this.cancel(why)
  }

  /** Closes the one in use; attempts under way fail. */
  async drop(): Promise<void> {
    await this.#current?.close()
  }

  /** The one in use is not listened to any more. */
  letGo(): void {
    this.#current?.letGo()
  }

  /** Old ones are closed now. */
  async closeRetired(): Promise<void> {
    for (const until of this.#retiring.keys()) until.cut()
    await Promise.all(this.#retiring.values())
  }

  /** Waits for the end of a close, for `connectionTimeout` at most. Never rejects. */
  async closing(close: Promise<void>): Promise<void> {
    const { timers, config } = this.#options
    const timeout: Milliseconds = config.connectionTimeout
    const late = (): Error => new PoolError('CONNECT_TIMEOUT', `the connection did not close within ${timeout} ms`, { endpoint: this.#owner.endpoint.label })
    try {
      await new Bounded(timers, close, timeout, late).result
    } catch (error) {
      this.#owner.closeFailed(error instanceof Error ? error : new Error(String(error)))
    }
  }

  async #renew(): Promise<void> {
    if (this.#stopped !== undefined) throw this.#stopped
    const { timers, connect, config } = this.#options
    const { endpoint, id } = this.#owner
    const old = this.#current
    const opening = new Opening(this.#owner, { timers, connect, timeout: config.connectionTimeout, endpoint, clientId: id, first: old === undefined })
    this.#opening = opening
    let link: Link
    try {
      link = await opening.result()
    } finally {
      this.#opening = undefined
    }
    this.#take(link)
    if (old !== undefined) this.#retire(old)
  }

  #take(link: Link): void {
    try {
      if (this.#stopped !== undefined) throw this.#stopped
      const connection = link.take()
      this.#current?.letGo()
      this.#current = link
      this.#owner.connected(connection)
    } catch (error) {
      // Nobody is left who could be told.
      link.close().catch(() => {})
      throw error
    }
  }

  /** Its calls and those of its successor are counted together. But the client is seldom fit when it is connected again, and `requestTimeout` is the end. */
  #retire(link: Link): void {
    const { timers, config } = this.#options
    const until = new Until(timers, () => link.lost !== undefined || this.#owner.outstanding === 0, config.requestTimeout)
    const closed = until.over.then(() => this.closing(link.close())).finally(() => this.#retiring.delete(until))
    this.#retiring.set(until, closed)
  }
}
