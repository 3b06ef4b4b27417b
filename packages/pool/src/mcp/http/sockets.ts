import { type Dispatcher, Pool, ProxyAgent } from 'undici'
import type { Milliseconds } from '../../ports.js'

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

/**
 * The sockets of one connection: a bounded number for calls, and others, opened when they are first needed, for streams and
 * for what calls wait for. One request at a time goes over a socket; deadlines are the attempts' and not undici's.
 */
export class Sockets {
  readonly #options: SocketsOptions
  readonly #calls: Dispatcher
  #side: Dispatcher | undefined
  /** Requests on a dispatcher that is not ours to destroy. */
  readonly #underWay: Set<Guest> | undefined

  constructor(options: SocketsOptions) {
    this.#options = options
    this.#calls = options.dispatcher ?? make(options, options.connectionsPerClient)
    if (options.dispatcher !== undefined) {
      this.#side = options.dispatcher
      this.#underWay = new Set()
    }
  }

  dispatch(side: boolean, request: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void {
    const dispatcher = side ? (this.#side ??= make(this.#options, undefined)) : this.#calls
    if (this.#underWay === undefined) dispatcher.dispatch(request, handler)
    else new Guest(handler, this.#underWay).dispatch(dispatcher, request)
  }

  async close(reason: Error): Promise<void> {
    if (this.#underWay !== undefined) {
      for (const guest of [...this.#underWay]) guest.end(reason)
      return
    }
    await Promise.all([this.#calls.destroy(reason), this.#side?.destroy(reason)])
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
