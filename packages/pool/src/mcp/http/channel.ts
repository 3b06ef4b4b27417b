import type { Dispatcher } from 'undici'
import { PoolError } from '../../errors.js'
import type { ConnectionListener, Milliseconds, Random, Timers, TokenSource } from '../../ports.js'
import { Cancellations } from './cancellations.js'
import { loadReport } from './load-report.js'
import type { Sockets } from './sockets.js'

/** What the pool's options say to a connection. */
export interface HttpLimits {
  /** Connecting, and every message of the connection's own that must not take long. */
  readonly connectionTimeout: Milliseconds
  /** Bytes of one JSON-RPC message. */
  readonly maxMessageSize: number
  /** Bytes of one answer's stream. */
  readonly maxStreamSize: number
}

export interface ChannelOptions {
  readonly url: URL
  /** What people are shown. */
  readonly label: string
  readonly sockets: Sockets
  readonly tokens: TokenSource | undefined
  readonly limits: HttpLimits
  readonly timers: Timers
  readonly random: Random
  /** Milliseconds since 1970, for `Retry-After` dates alone. */
  readonly wallClock: () => number
  /** Ids of the connection's own requests: unique in the pool, as those of attempts are. */
  readonly nextId: () => number
  readonly listener: ConnectionListener
}

/** Something that is under way without holding a socket: it waits for a token, a session or a moment. */
export interface Parked {
  abandon(failure: PoolError): void
}

/**
 * One connection's way to its endpoint, below eras and sessions: sockets, token, limits, and whom to tell.
 */
export class HttpChannel {
  readonly url: URL
  /** Of `url`, which computes it anew whenever it is asked. */
  readonly origin: string
  /** Where requests go: the URL's own path, or where the server sent the handshake. */
  path: string
  readonly label: string
  readonly limits: HttpLimits
  readonly timers: Timers
  readonly random: Random
  readonly wallClock: () => number
  readonly nextId: () => number
  readonly tokens: TokenSource | undefined
  /** Of all sessions of the connection. */
  readonly cancellations: Cancellations = new Cancellations()
  readonly #sockets: Sockets
  readonly #listener: ConnectionListener
  readonly #parked = new Set<Parked>()
  #established = false
  #lost = false
  #closed = false

  constructor(options: ChannelOptions) {
    this.url = options.url
    this.origin = options.url.origin
    this.path = options.url.pathname + options.url.search
    this.label = options.label
    this.limits = options.limits
    this.timers = options.timers
    this.random = options.random
    this.wallClock = options.wallClock
    this.nextId = options.nextId
    this.tokens = options.tokens
    this.#sockets = options.sockets
    this.#listener = options.listener
  }

  /** Nobody is there, as far as is known. */
  get isLost(): boolean {
    return this.#lost
  }

  get closed(): boolean {
    return this.#closed
  }

  /** undefined once the connection is closed. */
  get listener(): ConnectionListener | undefined {
    return this.#closed ? undefined : this.#listener
  }

  /**
   * `side`: streams, and whatever calls wait for (answers to the server's questions, cancellations, handshakes). It has sockets of
   * its own, or calls that have all sockets would wait for a message that waits for a socket.
   */
  dispatch(side: boolean, options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void {
    this.#sockets.dispatch(side, options, handler)
  }

  park(parked: Parked): void {
    this.#parked.add(parked)
  }

  unpark(parked: Parked): void {
    this.#parked.delete(parked)
  }

  /** The value of `endpoint-load-metrics` in an answer. */
  reportLoad(value: string): void {
    const metrics = loadReport(value)
    if (metrics !== undefined) this.listener?.onMetrics(metrics)
  }

  /** Something that no attempt is told of. */
  report(error: Error): void {
    this.listener?.onError(error)
  }

  /** The server sent a request to another path, for ever or (while shaking hands) for this connection: `/mcp` is often `/mcp/`. */
  moved(path: string, forEver: boolean): void {
    if (forEver || !this.#established) this.path = path
  }

  /** The handshake is over: what is lost before is told by a failed connect. */
  established(): void {
    this.#established = true
  }

  /** Nobody is there, or the server does not take us any more. */
  lost(error: Error): void {
    if (!this.#established || this.#lost || this.#closed) return
    this.#lost = true
    this.#listener.onLost(error)
  }

  /** Ends sockets, and gives the token up; whatever is under way fails. The listener hears nothing from now on. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    const failure = new PoolError('CONNECTION_LOST', `the connection to ${this.label} was closed`, { progress: 'not-sent', endpoint: this.label })
    for (const parked of [...this.#parked]) parked.abandon(failure)
    this.#parked.clear()
    await this.#sockets.close(failure)
    // Where the server does not take the token back it runs out by itself.
    await this.tokens?.revoke().catch(() => {})
  }
}
