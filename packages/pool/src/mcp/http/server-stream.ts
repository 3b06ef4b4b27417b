import type { PoolError } from '../../errors.js'
import { Alarm, type JsonObject, type Milliseconds } from '../../ports.js'
import { transportFailure } from '../../transport-failure.js'
import { isObject } from '../json-object.js'
import type { HttpChannel } from './channel.js'
import { isUnreachable, protocolFailure, statusFailure } from './failures.js'
import type { Headers } from './request-headers.js'
import { bodyKind, header } from './response-headers.js'
import { MAX_DELAY, mayResumeLater, MIN_DELAY } from './resumption.js'
import { SseParser, type SseSink } from './sse-parser.js'

const RETRY_FIRST: Milliseconds = 1_000
const RETRY_MOST: Milliseconds = 30_000
/** A refusal may be of a proxy, and for once; one that lasts is not worth asking about often. */
const REFUSED_FIRST: Milliseconds = 10_000
/** What a server answers that has no such stream; 404 is also the loss of the session. */
const NONE: ReadonlySet<number> = new Set([404, 405, 501])
const CLOSED = new Error('the stream is not wanted any more')

export interface ServerStreamOwner {
  readonly channel: HttpChannel
  /** For a GET, with `Last-Event-ID` where there is one. */
  streamHeaders(token: string | undefined, lastEventId: string | undefined): Headers
  /** One message of the server. */
  received(message: JsonObject): void
  /** The server does not know the session any more. */
  sessionGone(): void
}

/**
 * The stream on which a legacy server says what belongs to no request (2025-11-25, `basic/transports#listening-for-messages-from-the-server`):
 * a GET that stays open, and is opened again, with the id of the last event, whenever it ends.
 *
 * Not every server has one (405). Any other refusal is taken for a passing one, for without the stream a session hears nothing. A 409 says that another stream of the session is open still, mostly our own that the server has not seen
 * end yet, and not that the session is lost.
 */
export class ServerStream extends Alarm implements SseSink {
  readonly #owner: ServerStreamOwner
  #state: 'idle' | 'opening' | 'open' | 'none' | 'closed' = 'idle'
  #parser: SseParser | undefined
  #abort: ((error?: Error) => void) | undefined
  #lastEventId: string | undefined
  /** What the server said last, within bounds. */
  #retry: Milliseconds | undefined
  #failures = 0
  /** In a row. */
  #refusals = 0
  #token: string | undefined
  #renewed = false
  #status = 0
  #written = false

  constructor(owner: ServerStreamOwner) {
    super()
    this.#owner = owner
  }

  /** `false`: the server has no such stream. */
  get possible(): boolean {
    return this.#state !== 'none'
  }

  open(): void {
    if (this.#state !== 'idle') return
    this.#state = 'opening'
    const { tokens } = this.#owner.channel
    const token = tokens?.current()
    if (tokens === undefined || token !== undefined) this.#dispatch(token)
    else this.#with(tokens.token())
  }

  close(): void {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    this.#parser?.stop()
    this.#owner.channel.timers.clear(this)
    this.#abort?.(CLOSED)
  }

  override fire(): void {
    if (this.#state === 'idle') this.open()
  }

  #with(token: Promise<string | undefined>): void {
    token.then(
      (given) => {
        if (this.#state === 'opening') this.#dispatch(given)
      },
      (error: unknown) => this.#again(error instanceof Error ? error : new Error(String(error))),
    )
  }

  #dispatch(token: string | undefined): void {
    const { channel } = this.#owner
    this.#token = token
    this.#status = 0
    this.#written = false
    const headers = this.#owner.streamHeaders(token, this.#lastEventId)
    channel.dispatch(true, { origin: channel.origin, path: channel.path, method: 'GET', headers: headers as string[] }, this)
  }

  onConnect(abort: (error?: Error) => void): void {
    if (this.#state === 'closed') throw CLOSED
    this.#abort = abort
    this.#written = true
  }

  onHeaders(status: number, headers: Buffer[]): boolean {
    if (status < 200 || this.#state === 'closed') return true
    this.#status = status
    if (status < 300 && bodyKind(header(headers, 'content-type')) === 'events') {
      this.#state = 'open'
      this.#renewed = false
      this.#refusals = 0
      this.#parser = new SseParser(this, this.#owner.channel.limits.maxMessageSize)
      return true
    }
    const { tokens } = this.#owner.channel
    if (status === 401 && tokens !== undefined && !this.#renewed) {
      this.#renewed = true
      this.#end()
      this.#with(tokens.renew(this.#token, header(headers, 'www-authenticate')))
    } else if (status < 400 || NONE.has(status)) {
      // Also a server that answers a GET with a page has none.
      this.#state = 'none'
      this.#end()
      if (status === 404) this.#owner.sessionGone()
    } else {
      this.#end()
      if (mayResumeLater(status)) this.#again(undefined)
      else this.#refused(status)
    }
    return true
  }

  onData(chunk: Buffer): boolean {
    this.#parser?.push(chunk)
    return true
  }

  onComplete(): void {
    this.#abort = undefined
    if (this.#state === 'open') this.#again(undefined)
  }

  onError(error: Error): void {
    this.#abort = undefined
    if (this.#state === 'open') return this.#again(undefined)
    if (this.#state !== 'opening' || this.#status !== 0) return
    const failure: PoolError = transportFailure(error, this.#written, this.#owner.channel.label)
    this.#again(failure)
    if (isUnreachable(failure)) this.#owner.channel.lost(failure)
  }

  onEvent(data: string, type: string, id: string | undefined): void {
    this.#failures = 0
    if (id !== undefined && id !== '') this.#lastEventId = id
    if (data === '' || (type !== '' && type !== 'message')) return
    let message: unknown
    try {
      message = JSON.parse(data)
    } catch (cause) {
      return this.#owner.channel.report(protocolFailure('sent an event that is no JSON', this.#owner.channel.label, cause))
    }
    for (const each of Array.isArray(message) ? (message as unknown[]) : [message]) if (isObject(each)) this.#owner.received(each)
  }

  onRetry(delay: number): void {
    this.#retry = Math.min(Math.max(delay, MIN_DELAY), MAX_DELAY)
  }

  onOversized(): void {
    const { channel } = this.#owner
    channel.report(protocolFailure(`sent more than ${channel.limits.maxMessageSize} bytes in one event`, channel.label))
    this.#end()
    this.#again(undefined)
  }

  /** Lets go of the response that is being read. */
  #end(): void {
    const abort = this.#abort
    this.#abort = undefined
    this.#parser?.stop()
    this.#parser = undefined
    abort?.(CLOSED)
  }

  #again(error: Error | undefined): void {
    if (this.#state === 'closed' || this.#state === 'none' || this.#state === 'idle') return
    const { channel } = this.#owner
    if (error !== undefined) channel.report(error)
    const most = Math.min(RETRY_MOST, RETRY_FIRST * 2 ** this.#failures++)
    this.#rest(this.#retry === undefined ? most * (0.5 + channel.random() / 2) : Math.max(this.#retry, this.#failures > 1 ? most * channel.random() : 0))
  }

  #refused(status: number): void {
    const { channel } = this.#owner
    if (this.#refusals === 0) channel.report(statusFailure(status, 'answered', channel.label, undefined))
    // It may be that the server does not know the event any more, or that the token has run out.
    this.#lastEventId = undefined
    this.#renewed = false
    const most = Math.min(MAX_DELAY, REFUSED_FIRST * 2 ** this.#refusals++)
    this.#rest(most * (0.5 + channel.random() / 2))
  }

  #rest(delay: Milliseconds): void {
    this.#state = 'idle'
    this.#parser?.stop()
    this.#parser = undefined
    this.#owner.channel.timers.set(this, delay)
  }
}
