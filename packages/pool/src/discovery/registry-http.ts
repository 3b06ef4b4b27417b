import { Agent, type Dispatcher } from 'undici'
import { cleanText } from '../clean-text.js'
import type { TlsOptions } from '../config/index.js'
import { DeadlineSignal } from '../deadline-signal.js'
import { PoolError } from '../errors.js'
import type { Milliseconds, Timers } from '../ports.js'
import { transportFailure } from '../transport-failure.js'
import { jsonLines } from './json-lines.js'

/** 100,000 instances fit in; what is larger is no answer. */
const MAX_ANSWER = 128 * 1024 * 1024
/** Of what a registry says with an error status. */
const MAX_REFUSAL = 4_096
const CONNECT_TIMEOUT: Milliseconds = 5_000

export interface RegistryRequest {
  /** Absolute. */
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON, by POST. @default none, by GET */
  readonly body?: unknown
  /** Tokens and passwords in it, which no message may show. */
  readonly secrets?: readonly string[]
  readonly signal: AbortSignal
  /** How long the whole answer may take; of a stream, its beginning. */
  readonly timeout: Milliseconds
}

/** Who hears what comes on a stream. */
export interface StreamListener {
  /** The server has begun to answer. */
  onOpen(): void
  /** One line. `false`: enough. */
  onValue(value: unknown): boolean
}

export interface RegistryAnswer {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: unknown
}

/** JSON over HTTP, as registries speak it: bounded in size and time, and never redirected, for the request may carry a token. */
export class RegistryHttp {
  readonly #name: string
  readonly #timers: Timers
  readonly #agent: Agent

  /** `name`: of the registry, for messages. */
  constructor(name: string, tls: TlsOptions | undefined, timers: Timers) {
    this.#name = name
    this.#timers = timers
    const connect = { ...Object.fromEntries(Object.entries(tls ?? {}).filter(([, value]) => value !== undefined)), timeout: CONNECT_TIMEOUT }
    // How long an answer may take is said with each request.
    this.#agent = new Agent({ connect, pipelining: 1, allowH2: false, headersTimeout: 0, bodyTimeout: 0 })
  }

  /** @throws PoolError also for every status but 2xx, which it carries */
  async ask(request: RegistryRequest): Promise<RegistryAnswer> {
    return await this.#within(request, async (deadline) => {
      const { headers, body } = await this.#open(request, deadline.signal)
      const chunks: Uint8Array[] = []
      let size = 0
      for await (const chunk of body as AsyncIterable<Uint8Array>) {
        size += chunk.byteLength
        if (size > MAX_ANSWER) throw this.#protocol(request, `answers with more than ${MAX_ANSWER} bytes`)
        chunks.push(chunk)
      }
      return { headers, body: this.#parse(request, Buffer.concat(chunks).toString()) }
    })
  }

  /** A stream of JSON values, one a line. Resolves when the server ends it, or the listener has enough. `silence`: how long nothing may come. */
  async follow(request: RegistryRequest, silence: Milliseconds, listener: StreamListener): Promise<void> {
    await this.#within(request, async (deadline) => {
      const { body } = await this.#open(request, deadline.signal)
      deadline.restart(silence)
      listener.onOpen()
      for await (const line of jsonLines(alive(body as AsyncIterable<Uint8Array>, deadline), MAX_ANSWER)) {
        if (!listener.onValue(this.#parse(request, line))) break
      }
    })
  }

  async close(): Promise<void> {
    await this.#agent.destroy()
  }

  async #within<T>(request: RegistryRequest, exchange: (deadline: DeadlineSignal) => Promise<T>): Promise<T> {
    const deadline = new DeadlineSignal(this.#timers, request.timeout, request.signal)
    try {
      return await exchange(deadline)
    } catch (error) {
      throw this.#failure(request, error, deadline.signal)
    } finally {
      deadline.clear()
    }
  }

  async #open({ url, headers, body, ...request }: RegistryRequest, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    const { origin, pathname, search } = new URL(url)
    const response = await this.#agent.request({
      origin,
      path: `${pathname}${search}`,
      method: body === undefined ? 'GET' : 'POST',
      headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal,
    })
    if (response.statusCode >= 200 && response.statusCode < 300) return response
    throw await this.#refused({ url, ...request }, response)
  }

  async #refused(request: RegistryRequest, { statusCode: status, body }: Dispatcher.ResponseData): Promise<PoolError> {
    let said = ''
    // Leaving the loop closes the socket: what is not read is not waited for.
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      said += Buffer.from(chunk).toString()
      if (said.length > MAX_REFUSAL) break
    }
    const words = cleanText(said.trim(), request.secrets)
    return new PoolError('HTTP_STATUS', `${this.#at(request)} answered HTTP ${status}${words === '' ? '' : `: ${words}`}`, { progress: 'answered', status })
  }

  #parse(request: RegistryRequest, text: string): unknown {
    try {
      return JSON.parse(text)
    } catch {
      // The parser's own message quotes the text.
      throw this.#protocol(request, 'answers with what is no JSON')
    }
  }

  #protocol(request: RegistryRequest, words: string): PoolError {
    return new PoolError('PROTOCOL', `${this.#at(request)} ${words}`, { progress: 'answered' })
  }

  #failure(request: RegistryRequest, error: unknown, signal: AbortSignal): Error {
    if (error instanceof PoolError) return error
    const cause = error instanceof Error ? error : new Error(String(error))
    if (request.signal.aborted) return cause
    if (signal.aborted) return new PoolError('REQUEST_TIMEOUT', `${this.#at(request)} gave ${(signal.reason as Error).message}`, { progress: 'sent' })
    return transportFailure(cause, wasConnected(cause), this.#at(request))
  }

  #at({ url }: RegistryRequest): string {
    return `${this.#name} at ${new URL(url).origin}`
  }
}

/** What undici and sockets say of connections that were there. */
function wasConnected(error: Error): boolean {
  const { code } = error as { readonly code?: unknown }
  return typeof code === 'string' && /^(HPE_|UND_ERR_(?!CONNECT_TIMEOUT)|ECONNRESET$|EPIPE$)/.test(code)
}

/** The chunks as they come; each gives the stream its whole time again. */
async function* alive(chunks: AsyncIterable<Uint8Array>, deadline: DeadlineSignal): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    deadline.restart()
    yield chunk
  }
}
