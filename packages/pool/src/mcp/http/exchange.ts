import { PoolError } from '../../errors.js'
import type { Attempt, Exchange, JsonRpcError, JsonRpcRequest, JsonRpcResponse } from '../../ports.js'
import { transportFailure } from '../../transport-failure.js'
import { type Arrival, readSoon } from './arrivals.js'
import type { Parked } from './channel.js'
import { Chunks } from './chunks.js'
import { isUnreachable, protocolFailure, statusFailure, tokenFailure, unwritable } from './failures.js'
import { isOf } from './incoming.js'
import type { Doubt, Lane, Verdict } from './lane.js'
import { readRefusal } from './refusal.js'
import { requestBody } from './request-body.js'
import { type Headers, withExtra } from './request-headers.js'
import { bodyKind, header, type RawHeaders } from './response-headers.js'
import { mayResumeLater, Resumption } from './resumption.js'
import { RpcExchange } from './rpc-exchange.js'
import { SseParser, type SseSink } from './sse-parser.js'

/** Error bodies are explanations: what is longer is not read. */
const MAX_ERROR_BODY = 1_048_576
/** A stream should end with the answer. One that does not gives its socket back the hard way. */
const TAIL = { time: 1_000, size: 65_536 }
const MAX_REDIRECTS = 3
const GIVEN_UP = new Error('the request was given up before it was sent')

/** What the body of the response is read as; `refusal`: a status that is no success. */
type Reading = 'nothing' | 'json' | 'events' | 'refusal'

/**
 * One request and its answer over HTTP: at once what the call holds in its hand, undici's handler and the sink of the
 * event stream, so that an attempt costs one object and no promise.
 *
 *     begin ─▶ token ─▶ dispatch ─▶ onConnect ─▶ onHeaders ─▶ JSON body ──────▶ answer
 *                ▲                   written         │    └▶ event stream ─┬──▶ answer
 *                │                                   │         (legacy) ◀──┘ broken: GET with Last-Event-ID
 *                └─────── 401, 307, doubt ◀── status that is no success ──▶ failure
 *
 * As an alarm it waits before a resumption, and for the end of a stream that was answered.
 */
export class HttpExchange extends RpcExchange implements Exchange, Parked, SseSink, Arrival {
  readonly #side: boolean
  #body = ''
  #path: string
  #token: string | undefined
  #written = false
  #abort: ((error?: Error) => void) | undefined
  // The response that is being read.
  #reading: Reading = 'nothing'
  #chunk: Buffer | undefined
  /** Where there is more than one. */
  #chunks: Chunks | undefined
  #size = 0
  #parser: SseParser | undefined
  /** Headers of a status that is no success, until its body is there. */
  #refusal: RawHeaders | undefined
  #status = 0
  // What happens seldom.
  #resumption: Resumption | undefined
  #resuming = false
  /** Statuses after which another token was asked for. */
  #renewed: number | 'both' | undefined
  #repeated = false
  #redirects = 0
  /** `Mcp-Session-Id` of the answer to `initialize`. */
  openedSession: string | undefined

  /** `request` is the attempt's, or its translation. `side`: not on the sockets of calls. */
  constructor(lane: Lane, attempt: Attempt, request: JsonRpcRequest, side: boolean) {
    super(lane, attempt, request)
    this.#side = side
    this.#path = lane.channel.path
    lane.entered()
  }

  get written(): boolean {
    return this.#written
  }

  begin(): void {
    if (this.settled) return
    const { resumeFrom } = this.attempt
    if (resumeFrom !== undefined) {
      this.#resuming = true
      this.#resumption = new Resumption(resumeFrom)
      return this.#send()
    }
    try {
      this.#body = requestBody(this.request, this.attempt.wireId, this.lane.envelope(this.attempt), this.attempt.meta)
    } catch (error) {
      return this.fail(unwritable(this.request.method, this.lane.channel.label, error))
    }
    this.#send()
  }

  cancel(reason: string): void {
    if (this.settled) return
    this.settle()
    this.#parser?.stop()
    if (this.#written) this.lane.cancelled(this.attempt.wireId, this.request, reason)
    this.#abort?.(GIVEN_UP)
  }

  /** The connection is closed while nothing of this is on a socket. */
  abandon(failure: PoolError): void {
    const { code, message, endpoint, cause } = failure
    if (!this.#written) this.fail(failure)
    else this.fail(new PoolError(code, message, { progress: 'sent', cause, ...(endpoint === undefined ? undefined : { endpoint }) }))
  }

  fail(failure: PoolError): void {
    if (this.settled) return
    this.settle()
    this.#parser?.stop()
    this.attempt.onFailure(failure)
  }

  /** Also used by a session that is not open yet: what waits for it is on no socket. */
  park(): void {
    this.lane.channel.park(this)
  }

  // ── Sending ──────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Sends, or sends again what was not run. */
  #send(): void {
    this.#written = this.#resuming
    const { tokens } = this.lane.channel
    if (tokens === undefined) return this.#dispatch(undefined)
    const token = tokens.current()
    if (token !== undefined) return this.#dispatch(token)
    this.#await(tokens.token(), (given) => this.#dispatch(given))
  }

  #dispatch(token: string | undefined): void {
    const { channel } = this.lane
    this.#token = token
    this.sessionId = this.lane.sessionId
    this.#reading = 'nothing'
    this.#chunk = undefined
    this.#chunks = undefined
    this.#size = 0
    this.#refusal = undefined
    const { origin } = channel
    try {
      if (this.#resuming) {
        const headers = this.lane.resumeHeaders(this.#resumption?.lastEventId ?? '', token)
        if (headers === undefined) return this.fail(protocolFailure('has no streams that can be continued', channel.label))
        channel.dispatch(true, { origin, path: this.#path, method: 'GET', headers: headers as string[] }, this)
      } else {
        const headers: Headers = withExtra(this.lane.headers(this.request, token), this.attempt.headers)
        channel.dispatch(this.#side || this.attempt.stream, { origin, path: this.#path, method: 'POST', headers: headers as string[], body: this.#body }, this)
      }
    } catch (error) {
      if (error instanceof PoolError) this.fail(error)
      else this.onError(error instanceof Error ? error : new Error(String(error)))
    }
  }

  /** Goes on when the promise says so, unless it was given up or closed meanwhile. */
  #await<Value>(promise: Promise<Value>, goOn: (value: Value) => void): void {
    const { channel } = this.lane
    channel.park(this)
    promise.then(
      (value) => {
        channel.unpark(this)
        if (!this.settled) goOn(value)
      },
      (error: unknown) => {
        channel.unpark(this)
        this.fail(tokenFailure(error, channel.label, this.#status))
      },
    )
  }

  // ── undici's handler ─────────────────────────────────────────────────────────────────────────────────────────────

  onConnect(abort: (error?: Error) => void): void {
    // Thrown, and not aborted: an abort would cost the socket, over which nothing has gone.
    if (this.settled) throw GIVEN_UP
    this.#abort = abort
    this.#written = true
  }

  onHeaders(status: number, headers: Buffer[]): boolean {
    if (status < 200 || this.settled) return true
    const load = header(headers, 'endpoint-load-metrics')
    if (load !== undefined) this.lane.channel.reportLoad(load)
    if (status >= 300) {
      this.#reading = 'refusal'
      this.#refusal = headers
      this.#status = status
      return true
    }
    const kind = bodyKind(header(headers, 'content-type'))
    if (kind === 'other') {
      const type = header(headers, 'content-type') ?? 'nothing'
      this.fault(`answered a request with HTTP ${status} and ${type}, which is neither JSON nor an event stream`)
      return true
    }
    this.#reading = kind
    if (kind === 'events') this.#parser = new SseParser(this, this.lane.channel.limits.maxMessageSize)
    if (this.request.method === 'initialize') this.openedSession = header(headers, 'mcp-session-id')
    return true
  }

  onData(chunk: Buffer): boolean {
    this.#size += chunk.length
    const { limits } = this.lane.channel
    if (this.#reading === 'events') {
      if (this.settled) {
        if (this.#size > TAIL.size) this.#abort?.(GIVEN_UP)
      } else if (this.#size > limits.maxStreamSize && !this.attempt.stream) this.fault(`sent more than ${limits.maxStreamSize} bytes in one stream`)
      else this.#parser?.push(chunk)
      return true
    }
    if (this.settled) return true
    const max = this.#reading === 'json' ? limits.maxMessageSize : MAX_ERROR_BODY
    if (this.#size > max) {
      this.#chunk = undefined
      this.#chunks = undefined
      if (this.#reading === 'json') this.fault(`sent more than ${max} bytes in one message`)
      else this.#abort?.(GIVEN_UP)
      return true
    }
    if (this.#chunk === undefined) this.#chunk = chunk
    else (this.#chunks ??= new Chunks(this.#chunk)).push(chunk)
    return true
  }

  onComplete(): void {
    this.#abort = undefined
    if (this.settled) return this.lane.channel.timers.clear(this)
    switch (this.#reading) {
      case 'json':
        return readSoon(this)
      case 'events':
        return this.#broken(undefined)
      case 'refusal':
        return this.#refused(this.#refusal ?? [])
      case 'nothing':
        return this.fail(protocolFailure('gave no answer', this.lane.channel.label))
    }
  }

  onError(error: Error): void {
    this.#abort = undefined
    const { channel } = this.lane
    if (this.settled) return channel.timers.clear(this)
    // We ended a body that was too long to be read.
    if (this.#refusal !== undefined) return this.#refused(this.#refusal)
    if (this.#reading === 'events' || this.#resuming) return this.#broken(error)
    const failure = transportFailure(error, this.#written, channel.label)
    this.fail(failure)
    if (isUnreachable(failure)) channel.lost(failure)
  }

  // ── The answer ───────────────────────────────────────────────────────────────────────────────────────────────────

  #text(): string {
    return (this.#chunks?.join() ?? this.#chunk)?.toString() ?? ''
  }

  /** The whole of a JSON body. */
  read(): void {
    // Given up since it came.
    if (this.settled) return
    let message: unknown
    try {
      message = JSON.parse(this.#text())
    } catch (cause) {
      return this.fail(protocolFailure('answered with something that is no JSON', this.lane.channel.label, cause))
    }
    this.receiveAll(message)
    if (!this.settled && this.#reading === 'json') this.fail(protocolFailure('answered without an answer', this.lane.channel.label))
  }

  onEvent(data: string, type: string, id: string | undefined): void {
    if (this.settled) return
    if (id !== undefined && id !== '' && this.lane.era === 'legacy') {
      this.#resumption ??= new Resumption(undefined)
      if (this.#resumption.reached(id)) this.attempt.onEventId(id)
    }
    if (data === '' || (type !== '' && type !== 'message')) return
    let message: unknown
    try {
      message = JSON.parse(data)
    } catch (cause) {
      return this.fault('sent an event that is no JSON', cause)
    }
    this.receiveAll(message)
    // The stream should end now, which frees the socket for the next.
    if (this.settled && this.#abort !== undefined) this.lane.channel.timers.set(this, TAIL.time)
  }

  onRetry(delay: number): void {
    this.#resumption ??= new Resumption(undefined)
    this.#resumption.retry = delay
  }

  onOversized(): void {
    this.fault(`sent more than ${this.lane.channel.limits.maxMessageSize} bytes in one event`)
  }

  // ── What is no answer ────────────────────────────────────────────────────────────────────────────────────────────

  #refused(headers: RawHeaders): void {
    const status = this.#status
    if (this.#resuming) return this.#notResumed(status)
    const refusal = readRefusal(status, headers, () => this.#text(), this.#path, this.lane.channel)
    switch (refusal.ask) {
      case 'token':
        return this.#unauthorized(refusal.challenge, refusal.otherwise)
      case 'path':
        return this.#redirected(refusal.path, refusal.forEver)
      case 'judgment':
        return this.#doubt(status, refusal.error)
      case 'nothing':
        return this.fail(refusal.failure)
    }
  }

  protected override errorCame(error: JsonRpcError): void {
    // On a stream it is an answer: what is asked again is said with a status, before there is a stream.
    if (this.#reading === 'events') this.answer(error as JsonRpcResponse)
    else this.#doubt(200, error)
  }

  #doubt(status: number, error: JsonRpcError | undefined): void {
    this.#reading = 'nothing'
    const doubt: Doubt = {
      status,
      // An error of the transport has no id, or a word in its place; a number is of somebody else's request.
      error: typeof error?.id === 'number' && !isOf(this.attempt, error.id) ? undefined : error,
      named: error !== undefined && isOf(this.attempt, error.id),
      request: this.request,
      sessionId: this.sessionId,
      repeated: this.#repeated,
    }
    const verdict = this.lane.judge(doubt)
    if (verdict instanceof Promise) this.#await(verdict, (given) => this.#pronounce(given, doubt))
    else this.#pronounce(verdict, doubt)
  }

  #pronounce(verdict: Verdict, { status, error }: Doubt): void {
    if (verdict === 'repeat') {
      this.#repeated = true
      this.#send()
    } else if (verdict instanceof PoolError) this.fail(verdict)
    else if (error !== undefined) this.answer(error as JsonRpcResponse)
    else this.fail(statusFailure(status, 'sent', this.lane.channel.label, undefined))
  }

  /** A 401, or a 403 for want of scope: another token, once for each. */
  #unauthorized(challenge: string | undefined, otherwise: PoolError | undefined): void {
    const { channel } = this.lane
    const { tokens } = channel
    const failed = (words: string): void =>
      this.fail(otherwise ?? new PoolError('AUTH_FAILED', `${channel.label} ${words}`, { progress: 'refused', endpoint: channel.label, status: 401 }))
    if (tokens === undefined) return failed('wants authorization, and there is none: give the endpoint auth, authProvider or an Authorization header')
    if (this.#renewed === 'both' || this.#renewed === this.#status) return failed('does not accept the new token either')
    this.#renewed = this.#renewed === undefined ? this.#status : 'both'
    this.#written = false
    this.#await(tokens.renew(this.#token, challenge), (token) => {
      if (token === undefined) failed('wants authorization, and no token was to be had')
      else this.#dispatch(token)
    })
  }

  #redirected(path: string, forEver: boolean): void {
    if (++this.#redirects > MAX_REDIRECTS) return this.fail(protocolFailure(`redirects more than ${MAX_REDIRECTS} times`, this.lane.channel.label))
    this.#path = path
    this.lane.channel.moved(path, forEver)
    this.#send()
  }

  /** A fault of the server in the middle of its response. */
  protected override fault(words: string, cause?: unknown): void {
    const abort = this.#abort
    this.fail(protocolFailure(words, this.lane.channel.label, cause))
    abort?.(GIVEN_UP)
  }

  // ── Broken streams ───────────────────────────────────────────────────────────────────────────────────────────────

  /** The stream ended before the answer. */
  #broken(error: Error | undefined): void {
    const { channel } = this.lane
    const delay = channel.closed ? undefined : this.#resumption?.next(channel.random)
    if (delay === undefined) return this.#lostStream(error?.message ?? 'the stream ended without one', error)
    this.#resuming = true
    channel.park(this)
    channel.timers.set(this, delay)
  }

  #notResumed(status: number): void {
    if (mayResumeLater(status)) return this.#broken(statusFailure(status, 'sent', this.lane.channel.label, undefined))
    if (status === 404) void this.lane.judge({ status, error: undefined, named: false, request: this.request, sessionId: this.sessionId, repeated: true })
    this.#lostStream(`the stream cannot be continued (HTTP ${status})`, undefined)
  }

  #lostStream(words: string, cause: Error | undefined): void {
    const { label } = this.lane.channel
    this.fail(new PoolError('CONNECTION_LOST', `the connection to ${label} broke before the answer: ${words}`, { progress: 'sent', endpoint: label, cause }))
  }

  override fire(): void {
    if (this.settled) this.#abort?.(GIVEN_UP)
    else {
      this.lane.channel.unpark(this)
      this.#send()
    }
  }

  protected override settle(): void {
    const { channel } = this.lane
    this.settled = true
    this.#chunk = undefined
    this.#chunks = undefined
    if (this.#resumption !== undefined) channel.timers.clear(this)
    channel.unpark(this)
    this.lane.released()
  }
}
