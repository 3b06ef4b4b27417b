import { PoolError } from '../../errors.js'
import { Alarm, type Milliseconds } from '../../ports.js'
import { transportFailure } from '../../transport-failure.js'
import type { HttpChannel } from './channel.js'
import type { Headers } from './request-headers.js'

export interface PlainRequest {
  readonly method: 'POST' | 'DELETE'
  readonly headers: (token: string | undefined) => Headers
  readonly body?: string
  readonly timeout: Milliseconds
}

/**
 * A message that has no answer: a notification, the answer to a question of the server, the end of a session. Resolves with
 * the status, whatever it is; rejects with a `PoolError` where there was none. A 401 renews the token once.
 */
export async function sendPlain(channel: HttpChannel, request: PlainRequest): Promise<number> {
  const { tokens } = channel
  if (tokens === undefined) return dispatch(channel, request, undefined)
  const token = tokens.current() ?? (await tokens.token())
  const status = await dispatch(channel, request, token)
  return status === 401 ? dispatch(channel, request, await tokens.renew(token)) : status
}

function dispatch(channel: HttpChannel, request: PlainRequest, token: string | undefined): Promise<number> {
  return new Promise((resolve, reject) => new PlainHandler(channel, request, resolve, reject).start(token))
}

/** The body of the response is of no interest; it is read, as far as it is short, to keep the socket. */
const MAX_BODY = 65_536

class PlainHandler extends Alarm {
  readonly #channel: HttpChannel
  readonly #request: PlainRequest
  readonly #resolve: (status: number) => void
  readonly #reject: (error: PoolError) => void
  #abort: ((error?: Error) => void) | undefined
  #written = false
  #status = 0
  #size = 0
  #done = false

  constructor(channel: HttpChannel, request: PlainRequest, resolve: (status: number) => void, reject: (error: PoolError) => void) {
    super()
    this.#channel = channel
    this.#request = request
    this.#resolve = resolve
    this.#reject = reject
  }

  start(token: string | undefined): void {
    const { method, headers, body, timeout } = this.#request
    this.#channel.timers.set(this, timeout)
    const { origin, path } = this.#channel
    this.#channel.dispatch(true, { origin, path, method, headers: headers(token) as string[], ...(body !== undefined && { body }) }, this)
  }

  onConnect(abort: (error?: Error) => void): void {
    if (this.#done) throw new Error('not wanted any more')
    this.#abort = abort
    this.#written = true
  }

  onHeaders(status: number): boolean {
    if (status >= 200) this.#status = status
    return true
  }

  onData(chunk: Buffer): boolean {
    this.#size += chunk.length
    if (this.#size > MAX_BODY) this.#abort?.()
    return true
  }

  onComplete(): void {
    this.#end()
  }

  onError(error: Error): void {
    // The status had come: what broke was a body that nobody wants.
    this.#end(this.#status === 0 ? transportFailure(error, this.#written, this.#channel.label) : undefined)
  }

  override fire(): void {
    const { label } = this.#channel
    const progress = this.#written ? 'sent' : 'not-sent'
    this.#end(
      new PoolError(this.#written ? 'REQUEST_TIMEOUT' : 'CONNECT_TIMEOUT', `${label} took no message within ${this.#request.timeout} ms`, {
        progress,
        endpoint: label,
      }),
    )
    this.#abort?.()
  }

  #end(failure?: PoolError): void {
    if (this.#done) return
    this.#done = true
    this.#channel.timers.clear(this)
    if (failure === undefined) this.#resolve(this.#status)
    else this.#reject(failure)
  }
}
