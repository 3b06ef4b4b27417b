import { Dispatcher } from 'undici'
import { HttpChannel } from '../src/mcp/http/channel.js'
import { Sockets } from '../src/mcp/http/sockets.js'
import type { JsonObject, TokenSource } from '../src/ports.js'
import { VirtualTime } from '../src/testing/index.js'
import { Heard } from './http-world.js'

/** One request on its way, and its answer as the test writes it. */
export class ScriptedRequest {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  /** The JSON-RPC message of a POST. */
  readonly message: { readonly id?: number; readonly method?: string; readonly params?: JsonObject; readonly result?: JsonObject }
  aborted = false
  readonly #handler: Dispatcher.DispatchHandler

  constructor(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler) {
    this.method = options.method
    const list = options.headers as string[]
    this.headers = Object.fromEntries(list.flatMap((name, i) => (i % 2 === 0 ? [[name, list[i + 1]!]] : [])))
    this.message = typeof options.body === 'string' ? JSON.parse(options.body) : {}
    this.#handler = handler
  }

  /** A socket takes it. */
  connect(): void {
    this.#handler.onConnect?.((error) => {
      this.aborted = true
      this.#handler.onError?.(error ?? new Error('aborted'))
    })
  }

  head(status: number, headers: Readonly<Record<string, string>> = {}): void {
    const raw = Object.entries(headers).flatMap(([name, value]) => [Buffer.from(name), Buffer.from(value)])
    this.#handler.onHeaders?.(status, raw, () => {}, '')
  }

  send(text: string): void {
    this.#handler.onData?.(Buffer.from(text))
  }

  end(): void {
    this.#handler.onComplete?.([])
  }

  /** The whole of an answer without a body. */
  status(status: number): void {
    this.head(status)
    if (!this.aborted) this.end()
  }

  /** A stream of events begins. */
  stream(headers: Readonly<Record<string, string>> = {}): this {
    this.head(200, { 'content-type': 'text/event-stream', ...headers })
    return this
  }

  event(message: JsonObject, id?: string): void {
    this.send(`${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`)
  }

  /** Answers with a result, on a stream that ends with it. */
  result(result: JsonObject, headers: Readonly<Record<string, string>> = {}): void {
    this.stream(headers).event({ id: this.message.id, result })
    this.end()
  }
}

class ScriptedDispatcher extends Dispatcher {
  readonly requests: ScriptedRequest[]

  constructor(requests: ScriptedRequest[]) {
    super()
    this.requests = requests
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const request = new ScriptedRequest(options, handler)
    this.requests.push(request)
    request.connect()
    return true
  }
}

/** A connection without a network and on virtual time: what it sends is in `requests`, which the test answers. */
export function scriptedChannel(tokens?: TokenSource) {
  const time = new VirtualTime()
  const requests: ScriptedRequest[] = []
  const heard = new Heard()
  const limits = { connectionTimeout: 5_000, maxMessageSize: 1_000_000, maxStreamSize: 1_000_000 }
  const sockets = new Sockets(
    {
      origin: 'http://server.test',
      connectionsPerClient: 1,
      connectionTimeout: limits.connectionTimeout,
      maxHeaderSize: 16_384,
      tls: undefined,
      proxy: undefined,
      dispatcher: new ScriptedDispatcher(requests),
    },
    time,
  )
  let ids = 0
  const channel = new HttpChannel({
    url: new URL('http://server.test/mcp'),
    label: 'the server',
    sockets,
    tokens,
    limits,
    timers: time,
    random: () => 0.5,
    wallClock: () => 0,
    nextId: () => ++ids,
    listener: heard,
  })
  return { time, requests, heard, channel }
}
