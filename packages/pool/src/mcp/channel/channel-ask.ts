import { PoolError } from '../../errors.js'
import { Alarm, type JsonObject, type JsonRpcResponse, type Milliseconds, type Timers } from '../../ports.js'
import type { Channel, Pending, Reply } from './channel.js'

export interface AskPorts {
  readonly timers: Timers
  readonly nextId: () => number
  readonly label: string
}

/** A request of the connection's own. Resolves with any JSON-RPC answer, an error included; rejects with a `PoolError`. */
export function askChannel(channel: Channel, ports: AskPorts, method: string, params: JsonObject | undefined, timeout: Milliseconds): Promise<JsonRpcResponse> {
  return new Promise((resolve, reject) => new ChannelAsk(channel, ports, method, timeout, resolve, reject).start(params))
}

class ChannelAsk extends Alarm implements Pending {
  readonly kind = 'own'
  readonly #channel: Channel
  readonly #ports: AskPorts
  readonly #method: string
  readonly #timeout: Milliseconds
  readonly #resolve: (response: JsonRpcResponse) => void
  readonly #reject: (error: PoolError) => void
  readonly #id: number

  constructor(
    channel: Channel,
    ports: AskPorts,
    method: string,
    timeout: Milliseconds,
    resolve: (response: JsonRpcResponse) => void,
    reject: (error: PoolError) => void,
  ) {
    super()
    this.#channel = channel
    this.#ports = ports
    this.#method = method
    this.#timeout = timeout
    this.#resolve = resolve
    this.#reject = reject
    this.#id = ports.nextId()
  }

  start(params: JsonObject | undefined): void {
    this.#ports.timers.set(this, this.#timeout)
    this.#channel.request(this.#id, { jsonrpc: '2.0', id: this.#id, method: this.#method, ...(params && { params }) }, this)
  }

  answered(response: JsonRpcResponse): void {
    this.#ports.timers.clear(this)
    this.#resolve(response)
  }

  notified(): void {}
  asked(_request: unknown, _reply: Reply): void {}

  failed(failure: PoolError): void {
    this.#ports.timers.clear(this)
    this.#reject(failure)
  }

  override fire(): void {
    const { label } = this.#ports
    this.#channel.forget(this.#id)
    this.#reject(new PoolError('REQUEST_TIMEOUT', `${label} did not answer ${this.#method} within ${this.#timeout} ms`, { progress: 'sent', endpoint: label }))
  }
}
