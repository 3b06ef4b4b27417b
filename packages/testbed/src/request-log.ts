import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { JsonRpcMessage } from './json-rpc.js'
import { parseMessage } from './json-rpc.js'

/** One request as it came in. */
export interface RecordedRequest {
  /** The HTTP verb. */
  readonly verb: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
  /** The body as a JSON-RPC message, if it is one. */
  readonly message: JsonRpcMessage | undefined
  /** Counts connections from 1: two requests with the same number came on the same socket. */
  readonly connection: number
  /** Whether the response went out whole, or its socket was closed (by either side) before that. */
  readonly outcome: Promise<'finished' | 'aborted'>
}

/** Picks requests: by JSON-RPC method, by HTTP verb, by path (with its slash), or by looking at them. */
export type RequestFilter = string | ((request: RecordedRequest) => boolean)

export function matches(request: RecordedRequest, filter: RequestFilter): boolean {
  if (typeof filter === 'function') return filter(request)
  if (filter.startsWith('/')) return request.path.split('?')[0] === filter
  return request.message?.method === filter || request.verb === filter
}

/** Enough for any test, and a server that runs for hours does not grow. */
const KEPT = 1_000

/** The last requests, oldest first, for a test to look at. */
export class RequestLog {
  readonly #connections = new WeakMap<object, number>()
  readonly #waiting = new Set<(request: RecordedRequest) => void>()
  #accepted = 0
  #kept: RecordedRequest[] = []

  add(req: IncomingMessage, res: ServerResponse, body: string): RecordedRequest {
    const request: RecordedRequest = {
      verb: req.method ?? '',
      path: req.url ?? '',
      headers: req.headers,
      body,
      message: parseMessage(body),
      connection: this.#connection(req.socket),
      outcome: new Promise((resolve) => res.once('close', () => resolve(res.writableFinished ? 'finished' : 'aborted'))),
    }
    this.#kept.push(request)
    if (this.#kept.length > KEPT) this.#kept.shift()
    for (const waiting of this.#waiting) waiting(request)
    return request
  }

  /** Those that the filter picks, or all that are kept (the last 1,000). */
  all(filter?: RequestFilter): RecordedRequest[] {
    return filter === undefined ? [...this.#kept] : this.#kept.filter((request) => matches(request, filter))
  }

  last(filter?: RequestFilter): RecordedRequest | undefined {
    return this.all(filter).at(-1)
  }

  /** The next such request to come in, after this call. */
  next(filter: RequestFilter): Promise<RecordedRequest> {
    return new Promise((resolve) => {
      const waiting = (request: RecordedRequest): void => {
        if (!matches(request, filter)) return
        this.#waiting.delete(waiting)
        resolve(request)
      }
      this.#waiting.add(waiting)
    })
  }

  clear(): void {
    this.#kept = []
  }

  #connection(socket: object): number {
    const known = this.#connections.get(socket)
    if (known !== undefined) return known
    this.#accepted++
    this.#connections.set(socket, this.#accepted)
    return this.#accepted
  }
}
