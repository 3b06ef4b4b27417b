import { PoolError } from '../errors.js'
import type { ResolvedEndpoint } from '../config/index.js'
import type { LiveConnection, Milliseconds, Timers } from '../ports.js'
import { Bounded } from './bounded.js'
import type { Connect } from './fleet-ports.js'
import { Link, type LinkOwner } from './link.js'

export interface OpeningOptions {
  readonly connect: Connect
  readonly timers: Timers
  readonly timeout: Milliseconds
  readonly endpoint: ResolvedEndpoint
  readonly clientId: string
  readonly first: boolean
}

/**
 * A connection being made. It ends within its time, or when it is cancelled; a connection that comes after that is closed,
 * since a child process or a session that nobody knows of would stay for ever.
 */
export class Opening {
  readonly link: Link
  readonly #made: Promise<LiveConnection>
  readonly #wait: Bounded<LiveConnection>
  readonly #abort = new AbortController()

  constructor(owner: LinkOwner, { connect, timers, timeout, endpoint, clientId, first }: OpeningOptions) {
    const link = new Link(owner)
    this.link = link
    // In an async function also what `connect` throws at once becomes a rejection.
    this.#made = (async () => connect(endpoint, clientId, link, { first, signal: this.#abort.signal }))()
    this.#wait = new Bounded(
      timers,
      this.#made,
      timeout,
      () => new PoolError('CONNECT_TIMEOUT', `${endpoint.label} gave no connection within ${timeout} ms`, { endpoint: endpoint.label }),
    )
  }

  /** The link, made and not taken yet. */
  async result(): Promise<Link> {
    try {
      this.link.connection = await this.#wait.result
      return this.link
    } catch (error) {
      this.link.letGo()
      this.#abort.abort()
      // Nobody is left who could be told.
      this.#made.then((connection) => connection.close()).catch(() => {})
      throw error
    }
  }

  cancel(error: PoolError): void {
    this.#wait.cancel(error)
  }
}
