import { type Dispatcher, Pool, ProxyAgent } from 'undici'
import { Alarm, type Milliseconds, type Timers } from '../../ports.js'

/** As in `node:tls`. */
export interface SocketTls {
  readonly ca?: unknown
  readonly cert?: unknown
  readonly key?: unknown
  readonly rejectUnauthorized?: boolean | undefined
  readonly servername?: string | undefined
}

export interface SocketsOptions {
  readonly origin: string
  readonly connectionsPerClient: number
  readonly connectionTimeout: Milliseconds
  readonly maxHeaderSize: number
  readonly tls: SocketTls | undefined
  /** URL of an HTTP proxy. */
  readonly proxy: string | undefined
  /** The user's own: used for everything, and left open. */
  readonly dispatcher: Dispatcher | undefined
}

/** Longer than undici keeps an idle socket (4 s): by then there is nothing left in it to use. */
const IDLE: Milliseconds = 5_000

/**
 * The sockets of one connection: a bounded number for calls, and others for streams and for what calls wait for. One request
 * at a time goes over a socket; deadlines are the attempts' and not undici's.
 *
 * Both are made when they are first needed, and the others are let go of again: an undici `Pool` holds a queue of 16 KB
 * even when nothing is queued, and most of a thousand clients are idle at any time. As an alarm it looks after that.
 */
export class Sockets extends Alarm {
  readonly #options: SocketsOptions
  readonly #timers: Timers
  #calls: Dispatcher | undefined
  #side: Dispatcher | undefined
  /** Requests on a dispatcher that is not ours to destroy. */
  readonly #underWay: Set<Guest> | undefined
  #closed: Error | undefined

  constructor(options: SocketsOptions, timers: Timers) {
    super()
    this.#options = options
    this.#timers = timers
    this.#underWay = options.dispatcher === undefined ? undefined : new Set()
  }

  dispatch(side: boolean, request: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void {
    if (this.#closed !== undefined) return handler.onError?.(this.#closed)
    if (this.#underWay !== undefined) return new Guest(handler, this.#underWay).dispatch(this.#options.dispatcher!, request)
    if (!side) return void (this.#calls ??= make(this.#options, this.#options.connectionsPerClient)).dispatch(request, handler)
    if (this.#side === undefined) {
      this.#side = make(this.#options, undefined)
      this.#timers.set(this, IDLE)
    }
    this.#side.dispatch(request, handler)
  }

  override fire(): void {
    const side = this.#side
    if (!(side instanceof Pool)) return
    const { running, pending, queued } = side.stats
    if (running + pending + queued > 0) return this.#timers.set(this, IDLE)
    this.#side = undefined
    void side.destroy()
  }

  async close(reason: Error): Promise<void> {
    this.#closed = reason
    this.#timers.clear(this)
    if (this.#underWay === undefined) await Promise.all([this.#calls?.destroy(reason), this.#side?.destroy(reason)])
    else for (const guest of [...this.#underWay]) guest.end(reason)
  }
}

function make(options: SocketsOptions, connections: number | undefined): Dispatcher {
  const { origin, connectionTimeout, maxHeaderSize, tls, proxy } = options
  const common = {
    ...(connections === undefined ? undefined : { connections }),
    pipelining: 1,
    maxHeaderSize,
    headersTimeout: 0,
    bodyTimeout: 0,
    allowH2: false,
  }
  const connect = { ...definedOf(tls), timeout: connectionTimeout }
  if (proxy === undefined) return new Pool(origin, { ...common, connect })
  return new ProxyAgent({ ...common, uri: proxy, requestTls: connect, proxyTls: { timeout: connectionTimeout } })
}

function definedOf(tls: SocketTls | undefined): object {
  return Object.fromEntries(Object.entries(tls ?? {}).filter(([, value]) => value !== undefined))
}

/** A request on the user's dispatcher, ended by itself when the connection is closed. */
class Guest implements Dispatcher.DispatchHandler {
  readonly #handler: Dispatcher.DispatchHandler
  readonly #underWay: Set<Guest>
  #abort: ((error?: Error) => void) | undefined
  #ended = false

  constructor(handler: Dispatcher.DispatchHandler, underWay: Set<Guest>) {
    this.#handler = handler
    this.#underWay = underWay
  }

  dispatch(dispatcher: Dispatcher, request: Dispatcher.DispatchOptions): void {
    this.#underWay.add(this)
    dispatcher.dispatch(request, this)
  }

  end(reason: Error): void {
    if (this.#abort === undefined) this.onError(reason)
    else this.#abort(reason)
  }

  onConnect(abort: (error?: Error) => void): void {
    if (this.#ended) throw new Error('the connection was closed')
    this.#abort = abort
    this.#handler.onConnect?.(abort)
  }

  onHeaders(status: number, headers: Buffer[], resume: () => void, text: string): boolean {
    return this.#handler.onHeaders?.(status, headers, resume, text) ?? true
  }

  onData(chunk: Buffer): boolean {
    return this.#handler.onData?.(chunk) ?? true
  }

  onComplete(trailers: string[] | null): void {
    this.#underWay.delete(this)
    this.#handler.onComplete?.(trailers)
  }

  onError(error: Error): void {
    if (this.#ended) return
    this.#ended = true
    this.#underWay.delete(this)
    this.#handler.onError?.(error)
  }
}
