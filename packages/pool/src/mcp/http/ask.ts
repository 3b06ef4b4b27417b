import { PoolError } from '../../errors.js'
import {
  Alarm,
  type Attempt,
  type AttemptFailure,
  type Era,
  type JsonObject,
  type JsonRpcNotification,
  type JsonRpcRequest,
  type JsonRpcResponse,
  type Milliseconds,
} from '../../ports.js'
import { HttpExchange } from './exchange.js'
import type { Lane } from './lane.js'

/** A request of the connection's own, and what came of it. */
export interface Asked {
  readonly response: JsonRpcResponse
  /** `Mcp-Session-Id`, where it was `initialize`. */
  readonly openedSession: string | undefined
}

export interface AskOptions {
  readonly timeout: Milliseconds
  /** Over the sockets of calls, to see what calls see. @default false */
  readonly withCalls?: boolean
}

/**
 * Sends a request of the connection's own: handshake, probe, list of tools. Resolves with any JSON-RPC answer, errors
 * included; rejects with a `PoolError`.
 */
export function ask(lane: Lane, method: string, params: JsonObject | undefined, options: AskOptions): Promise<Asked> {
  return new Promise((resolve, reject) => new Ask(lane, method, params, options, resolve, reject).start())
}

class Ask extends Alarm implements Attempt {
  readonly request: JsonRpcRequest
  readonly era: Era
  readonly wireId: number
  readonly headers = undefined
  readonly session = undefined
  readonly stream: boolean = false
  readonly resumeFrom = undefined
  readonly #lane: Lane
  readonly #timeout: Milliseconds
  readonly #resolve: (asked: Asked) => void
  readonly #reject: (error: PoolError) => void
  readonly #exchange: HttpExchange

  constructor(
    lane: Lane,
    method: string,
    params: JsonObject | undefined,
    options: AskOptions,
    resolve: (asked: Asked) => void,
    reject: (error: PoolError) => void,
  ) {
    super()
    const id = lane.channel.nextId()
    this.request = { jsonrpc: '2.0', id, method, ...(params && { params }) }
    this.era = lane.era
    this.wireId = id
    this.#lane = lane
    this.#timeout = options.timeout
    this.#resolve = resolve
    this.#reject = reject
    this.#exchange = new HttpExchange(lane, this, this.request, options.withCalls !== true)
  }

  start(): void {
    this.#lane.channel.timers.set(this, this.#timeout)
    this.#exchange.begin()
  }

  override fire(): void {
    const { label } = this.#lane.channel
    const progress = this.#exchange.written ? 'sent' : 'not-sent'
    const code = progress === 'sent' ? 'REQUEST_TIMEOUT' : 'CONNECT_TIMEOUT'
    this.#exchange.cancel('no answer in time')
    this.#reject(new PoolError(code, `${label} did not answer ${this.request.method} within ${this.#timeout} ms`, { progress, endpoint: label }))
  }

  onEventId(): void {}

  onNotification(notification: JsonRpcNotification): void {
    this.#lane.channel.listener?.onNotification(notification)
  }

  onRequest(request: JsonRpcRequest, reply: (response: JsonRpcResponse) => void): void {
    this.#lane.channel.listener?.onRequest(request, reply)
  }

  onAnswer(response: JsonRpcResponse): void {
    this.#lane.channel.timers.clear(this)
    this.#resolve({ response, openedSession: this.#exchange.openedSession })
  }

  onFailure(failure: AttemptFailure): void {
    this.#lane.channel.timers.clear(this)
    this.#reject(failure instanceof PoolError ? failure : new PoolError('CONNECTION_LOST', failure.message, { progress: failure.progress, cause: failure }))
  }
}
