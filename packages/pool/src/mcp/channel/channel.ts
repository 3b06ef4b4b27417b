import { PoolError } from '../../errors.js'
import type { JsonRpcId, JsonRpcNotification, JsonRpcRequest, JsonRpcResponse, Progress } from '../../ports.js'
import { META } from '../era-tables.js'
import { metaOf } from '../json-object.js'
import type { Message, MessageTransport, NewTransport } from './message-transport.js'

export type Reply = (response: JsonRpcResponse) => void

/** A request of ours that the server has not answered. */
export interface Pending {
  /** `call`: of a caller, who can be asked. `stream`: a listen stream of a caller. `own`: of the connection itself. */
  readonly kind: 'call' | 'stream' | 'own'
  answered(response: JsonRpcResponse): void
  notified(notification: JsonRpcNotification): void
  asked(request: JsonRpcRequest, reply: Reply): void
  /** The channel broke, or the request could not be sent. */
  failed(failure: PoolError): void
}

/** Whoever the channel belongs to: gets what belongs to no request. */
export interface ChannelOwner {
  onNotification(notification: JsonRpcNotification): void
  onRequest(request: JsonRpcRequest, reply: Reply): void
  onError(error: Error): void
  /** Called once, unless it was closed by us. */
  onEnd(failure: PoolError): void
}

/**
 * Many requests over one stream of messages each way: stdin and stdout of a child, or the two halves of HTTP+SSE.
 *
 * Nothing here says which request a message of the server belongs to, but for progress (its token) and subscriptions (their
 * id). Log messages, and questions, are given to the only call that is under way, and to the owner where there are none or
 * several.
 */
export class Channel {
  readonly #transport: MessageTransport
  readonly #made: NewTransport
  readonly #owner: ChannelOwner
  readonly #label: string
  readonly #pending = new Map<number, Pending>()
  /** Who was asked what, so that the server can take it back. */
  readonly #questions = new Map<JsonRpcId, Pending | undefined>()
  #calls = 0
  #streams = 0
  #state: 'new' | 'open' | 'over' = 'new'
  #lastError: Error | undefined

  constructor(made: NewTransport, label: string, owner: ChannelOwner) {
    this.#made = made
    this.#transport = made.transport
    this.#label = label
    this.#owner = owner
    this.#transport.onmessage = (message) => this.#received(message)
    this.#transport.onerror = (error) => this.#erred(error)
    this.#transport.onclose = () => this.#ended('CONNECTION_LOST')
  }

  get isOpen(): boolean {
    return this.#state === 'open'
  }

  /** Listen streams of callers. */
  get streams(): number {
    return this.#streams
  }

  async start(): Promise<void> {
    try {
      await this.#transport.start()
    } catch (error) {
      this.#state = 'over'
      await this.#closeTransport()
      const failure = this.#made.sendFailure(error)
      throw failure?.code === 'AUTH_FAILED' ? failure : this.#failure('CONNECT_FAILED', 'cannot be started', 'not-sent', error)
    }
    if (this.#state === 'over') throw this.#failure('CONNECT_FAILED', 'ended at once', 'not-sent', this.#lastError)
    this.#state = 'open'
  }

  /** Sends a request under an id of ours. `pending` may be told before this returns. */
  request(id: number, request: JsonRpcRequest, pending: Pending): void {
    if (this.#state !== 'open') return pending.failed(this.#failure('CONNECTION_LOST', 'is gone', 'not-sent', this.#lastError))
    this.#pending.set(id, pending)
    this.#count(pending, 1)
    this.#transport.send(request).catch((error: unknown) => {
      if (!this.forget(id)) return
      pending.failed(whyUnwritable(request) ?? this.#made.sendFailure(error) ?? this.#failure('CONNECTION_LOST', 'took no message', 'not-sent', error))
    })
  }

  /** Whatever still comes for it is dropped. `false`: it is not waited for. */
  forget(id: number): boolean {
    const pending = this.#pending.get(id)
    if (pending === undefined) return false
    this.#pending.delete(id)
    this.#count(pending, -1)
    return true
  }

  async notify(notification: JsonRpcNotification): Promise<void> {
    if (this.#state === 'open') await this.#transport.send(notification).catch((error: unknown) => this.#report(error))
  }

  setProtocolVersion(version: string): void {
    this.#transport.setProtocolVersion?.(version)
  }

  /** Ends the child or the stream, and what is under way. The owner hears nothing any more. Never rejects. */
  async close(): Promise<void> {
    if (this.#state !== 'over') {
      this.#state = 'over'
      this.#failAll(this.#failure('CONNECTION_LOST', 'was closed', 'sent', undefined))
    }
    await this.#closeTransport()
  }

  // ── From the server ──────────────────────────────────────────────────────────────────────────────────────────────

  #received(message: Message): void {
    if (this.#state === 'over') return
    if (!('method' in message)) return this.#answered(message)
    if ('id' in message) return this.#asked(message)
    this.#notified(message)
  }

  #answered(response: JsonRpcResponse): void {
    const id = Number(response.id)
    const pending = this.#pending.get(id)
    // Late answers to what was given up are normal here.
    if (pending !== undefined && this.forget(id)) pending.answered(response)
    else if (response.id === undefined)
      this.#owner.onError(new PoolError('PROTOCOL', `${this.#label} answered no request in particular`, { progress: 'sent', endpoint: this.#label }))
  }

  #asked(request: JsonRpcRequest): void {
    const reply = (response: JsonRpcResponse): void => {
      if (this.#state !== 'open' || !this.#questions.delete(request.id)) return
      this.#transport.send({ ...response, id: request.id }).catch((error: unknown) => this.#report(error))
    }
    const call = this.#onlyCall()
    this.#questions.set(request.id, call)
    if (request.method === 'ping') reply({ jsonrpc: '2.0', id: request.id, result: {} })
    else if (call === undefined) this.#owner.onRequest(request, reply)
    else call.asked(request, reply)
  }

  #notified(notification: JsonRpcNotification): void {
    const addressee = this.#addressee(notification)
    if (addressee === undefined) this.#owner.onNotification(notification)
    else addressee.notified(notification)
  }

  #addressee({ method, params }: JsonRpcNotification): Pending | undefined {
    switch (method) {
      case 'notifications/progress':
        return this.#pending.get(Number(params?.['progressToken'])) ?? NOBODY
      case 'notifications/message':
        return this.#onlyCall()
      case 'notifications/cancelled':
        return this.#cancelled(params?.['requestId'])
      default: {
        const subscription = metaOf(params)?.[META.subscriptionId]
        return subscription === undefined ? undefined : (this.#pending.get(Number(subscription)) ?? NOBODY)
      }
    }
  }

  /** Of a question, or of a subscription that the server ends (`2026-07-28/basic/patterns/cancellation`). */
  #cancelled(id: unknown): Pending | undefined {
    if (typeof id !== 'string' && typeof id !== 'number') return NOBODY
    if (this.#questions.has(id)) {
      const asked = this.#questions.get(id)
      this.#questions.delete(id)
      return asked
    }
    return this.#pending.get(Number(id)) ?? NOBODY
  }

  #count({ kind }: Pending, by: 1 | -1): void {
    if (kind === 'call') this.#calls += by
    else if (kind === 'stream') this.#streams += by
  }

  #onlyCall(): Pending | undefined {
    if (this.#calls !== 1) return undefined
    for (const pending of this.#pending.values()) if (pending.kind === 'call') return pending
    return undefined
  }

  // ── The end ──────────────────────────────────────────────────────────────────────────────────────────────────────

  /** A message that nobody waits for could not be sent. */
  #report(error: unknown): void {
    if (this.#state === 'open') this.#owner.onError(asError(error))
  }

  #erred(error: Error): void {
    this.#lastError = error
    if (this.#state !== 'open') return
    const code = this.#made.fatal(error)
    if (code === undefined) this.#owner.onError(error)
    else this.#ended(code)
  }

  #ended(code: 'PROTOCOL' | 'CONNECTION_LOST'): void {
    if (this.#state === 'over') return
    const wasOpen = this.#state === 'open'
    this.#state = 'over'
    const failure = this.#failure(code, 'ended', 'sent', this.#lastError)
    this.#failAll(failure)
    void this.#closeTransport()
    if (wasOpen) this.#owner.onEnd(failure)
  }

  #failAll(failure: PoolError): void {
    const all = [...this.#pending.values()]
    this.#pending.clear()
    this.#questions.clear()
    this.#calls = 0
    this.#streams = 0
    for (const pending of all) pending.failed(failure)
  }

  #failure(code: 'CONNECT_FAILED' | 'CONNECTION_LOST' | 'PROTOCOL', what: string, progress: Progress, cause: unknown): PoolError {
    const words = this.#made.lastWords()
    const why = cause instanceof Error && cause.message !== '' ? `: ${cause.message}` : ''
    return new PoolError(code, `${this.#label} ${what}${why}${words === '' ? '' : `; its last words: ${words}`}`, { progress, endpoint: this.#label, cause })
  }

  async #closeTransport(): Promise<void> {
    await this.#transport.close().catch(() => {})
  }
}

/** Messages for requests that are over. */
const NOBODY: Pending = { kind: 'own', answered() {}, notified() {}, asked() {}, failed() {} }

/** A caller's BigInt, or a ring: no fault of the server, and no better elsewhere. Asked only when it could not be sent. */
function whyUnwritable(request: JsonRpcRequest): PoolError | undefined {
  try {
    JSON.stringify(request)
    return undefined
  } catch (cause) {
    return new PoolError('CONFIG', `${request.method} cannot be written as JSON: ${asError(cause).message}`, { cause })
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
