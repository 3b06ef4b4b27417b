import type { CallOptions, ReadHeaders } from '../config/index.js'
import { PoolError } from '../errors.js'
import type {
  Era,
  JsonRpcNotification,
  JsonRpcRequest,
  JsonRpcResponse,
  Milliseconds,
  PinnedSession,
  Priority,
  Requirements,
  Signal,
  Target,
} from '../ports.js'
import type { TransportCallOptions } from './call-options.js'
import type { Engine, EngineCall, EngineExchange } from './engine.js'

/** The transport, as a call of it sees it. */
export interface TransportCallOwner {
  /** `false`: this client takes no questions. */
  asked(call: TransportCall, request: JsonRpcRequest, reply: (response: JsonRpcResponse) => void): boolean
  notified(notification: JsonRpcNotification): void
  answered(call: TransportCall, response: JsonRpcResponse): void
  /** Failed after it had been accepted. */
  failed(call: TransportCall, failure: PoolError): void
  over(call: TransportCall): void
}

/** What is special about few calls. */
export interface Resumption {
  readonly only: Target | undefined
  readonly resumeFrom: string | undefined
  readonly onToken: ((token: string) => void) | undefined
}

const ACCEPTED: Promise<void> = Promise.resolve()

/**
 * One request of an SDK client on its way: the engine's call and the promise of `send` in one object. `send` is settled by
 * what comes first, acceptance or failure; the answer comes through the transport.
 */
export class TransportCall implements EngineCall {
  readonly request: JsonRpcRequest
  readonly era: Era
  readonly session: PinnedSession | undefined
  readonly callerTimes: boolean
  readonly #owner: TransportCallOwner
  readonly #options: ReadHeaders<TransportCallOptions>
  readonly #resumption: Resumption | undefined
  readonly #requestSignal: AbortSignal | undefined
  #exchange: EngineExchange | undefined
  #accepted = false
  #notified = false
  #done = false
  #rejection: PoolError | undefined
  /** Why it was given up before the engine had returned. */
  #cancelled: string | undefined
  #resolve: (() => void) | undefined
  #reject: ((error: PoolError) => void) | undefined

  constructor(
    owner: TransportCallOwner,
    request: JsonRpcRequest,
    era: Era,
    session: PinnedSession | undefined,
    options: ReadHeaders<TransportCallOptions>,
    callerTimes: boolean,
    requestSignal: AbortSignal | undefined,
    resumption: Resumption | undefined,
  ) {
    this.#owner = owner
    this.request = request
    this.era = era
    this.session = session
    this.#options = options
    this.callerTimes = callerTimes
    this.#requestSignal = requestSignal
    this.#resumption = resumption
  }

  get stream(): boolean {
    return false
  }
  get affinity(): string | undefined {
    return this.#options.affinity
  }
  get requirements(): Requirements | undefined {
    return this.#options.requirements
  }
  get timeout(): Milliseconds | undefined {
    return this.#options.timeout
  }
  get idempotent(): boolean | undefined {
    return this.#options.idempotent
  }
  get priority(): Priority | undefined {
    return this.#options.priority
  }
  get tenant(): string | undefined {
    return this.#options.tenant
  }
  get queueTimeout(): Milliseconds | undefined {
    return this.#options.queueTimeout
  }
  get hedge(): CallOptions['hedge'] {
    return this.#options.hedge
  }
  get signal(): Signal | undefined {
    return this.#options.signal
  }
  get headers(): Readonly<Record<string, string>> | undefined {
    return this.#options.headers
  }
  get only(): Target | undefined {
    return this.#resumption?.only
  }
  get resumeFrom(): string | undefined {
    return this.#resumption?.resumeFrom
  }

  /** Resolves when a replica has the request; rejects where none ever gets it. */
  start(engine: Engine): Promise<void> {
    if (this.#requestSignal !== undefined) {
      if (this.#requestSignal.aborted) {
        this.#end()
        return Promise.reject(new PoolError('CANCELLED', `${this.request.method} was given up before it was sent`))
      }
      // Listened to without a closure: `this` is the listener.
      this.#requestSignal.addEventListener('abort', this)
    }
    let exchange: EngineExchange
    try {
      exchange = engine.call(this)
    } catch (error) {
      // Wrong options of the call.
      this.#end()
      return Promise.reject(error)
    }
    if (!this.#done) this.#exchange = exchange
    else if (this.#cancelled !== undefined) exchange.cancel(this.#cancelled)
    if (this.#rejection !== undefined) return Promise.reject(this.#rejection)
    if (this.#accepted || this.#done) return ACCEPTED
    return new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  /** The `requestSignal` of `send`: closing the stream of a request is how it is cancelled. */
  handleEvent(): void {
    this.cancel('the client closed the stream of the request')
  }

  /** The client gives it up; it hears nothing of it any more. */
  cancel(reason: string): void {
    if (this.#done) return
    const exchange = this.#exchange
    this.#cancelled = reason
    this.#end()
    this.#resolve?.()
    exchange?.cancel(reason)
  }

  onAccepted(): void {
    this.#accepted = true
    this.#resolve?.()
  }

  onNotification(notification: JsonRpcNotification): void {
    if (this.#done) return
    this.#notified = true
    this.#owner.notified(notification)
  }

  onRequest(request: JsonRpcRequest, reply: (response: JsonRpcResponse) => void): boolean {
    return !this.#done && this.#owner.asked(this, request, reply)
  }

  onEventId(client: string, eventId: string): void {
    this.#resumption?.onToken?.(resumptionToken(client, eventId))
  }

  onAnswer(response: JsonRpcResponse): void {
    if (this.#done) return
    this.#end()
    this.#resolve?.()
    // The SDK handles notifications one microtask later, and progress not at all once there is an answer: both in one chunk would lose it.
    if (this.#notified) queueMicrotask(() => this.#owner.answered(this, response))
    else this.#owner.answered(this, response)
  }

  onFailure(failure: PoolError): void {
    if (this.#done) return
    this.#end()
    if (this.#accepted) return this.#owner.failed(this, failure)
    if (this.#reject === undefined) this.#rejection = failure
    else this.#reject(failure)
  }

  #end(): void {
    this.#done = true
    this.#exchange = undefined
    this.#requestSignal?.removeEventListener('abort', this)
    this.#owner.over(this)
  }
}

/** A resumption token names the replica that it belongs to: the others never saw the stream. */
function resumptionToken(client: string, eventId: string): string {
  return `${client.length}:${client}${eventId}`
}

/** undefined: not one of ours. */
export function readResumptionToken(token: string): { readonly client: string; readonly eventId: string } | undefined {
  const colon = token.indexOf(':')
  const length = /^\d{1,6}$/.test(token.slice(0, Math.max(0, colon))) ? Number(token.slice(0, colon)) : -1
  const rest = token.slice(colon + 1)
  return length < 1 || length > rest.length ? undefined : { client: rest.slice(0, length), eventId: rest.slice(length) }
}
