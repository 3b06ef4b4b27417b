import { PoolError } from '../errors.js'
import {
  type Attempt,
  type AttemptFailure,
  type CallKind,
  type Connection,
  type Era,
  type Exchange,
  type JsonRpcNotification,
  type JsonRpcRequest,
  type JsonRpcResponse,
  type MetaFields,
  type Milliseconds,
  Outstanding,
  type PinnedSession,
  type Target,
} from '../ports.js'
import type { AttemptWatch, WatchedAttempt } from './watch.js'

/** The call that an attempt belongs to. */
export interface AttemptOwner {
  readonly request: JsonRpcRequest
  readonly era: Era
  readonly headers: Readonly<Record<string, string>> | undefined
  readonly ownSession: PinnedSession | undefined
  readonly stream: boolean
  readonly resumeFrom: string | undefined
  readonly kind: CallKind
  /** What goes along with attempts that nobody watches. */
  readonly meta: MetaFields | undefined
  /** Puts such an attempt on its way. */
  sending(attempt: CallAttempt): void
  passed(attempt: CallAttempt, eventId: string): void
  notified(attempt: CallAttempt, notification: JsonRpcNotification): void
  asked(attempt: CallAttempt, request: JsonRpcRequest, reply: (response: JsonRpcResponse) => void): void
  answered(attempt: CallAttempt, response: JsonRpcResponse): void
  failed(attempt: CallAttempt, failure: AttemptFailure): void
  /** The attempt's alarm went off. */
  ranOut(attempt: CallAttempt, now: Milliseconds): void
}

/**
 * One try of a call at one target. It is at once what the connection talks to, the node in the target's list of open
 * attempts and its own alarm, so that an attempt costs one object.
 *
 * Whatever comes after it is settled is dropped here: late answers, a failure after a cancel, notifications.
 */
export class CallAttempt extends Outstanding implements Attempt, WatchedAttempt {
  readonly #owner: AttemptOwner
  readonly target: Target
  readonly wireId: number
  /** The server has asked the client something: people may have been bothered, so no replay. */
  wasAsked = false
  /** What it asked and has no reply to. Belongs to the call. */
  questions = 0
  /** Belongs to the call, as long as nothing is sent. */
  watch: AttemptWatch | undefined = undefined
  /** Where it was sent: by now the target may have another. */
  connection: Connection | undefined = undefined
  #settled = false
  #exchange: Exchange | undefined
  /** Why it was given up before the connection had begun. */
  #givenUp: string | undefined

  constructor(owner: AttemptOwner, target: Target, wireId: number) {
    super()
    this.#owner = owner
    this.target = target
    this.wireId = wireId
  }

  get request(): JsonRpcRequest {
    return this.#owner.request
  }
  get era(): Era {
    return this.#owner.era
  }
  get headers(): Readonly<Record<string, string>> | undefined {
    return this.#owner.headers
  }
  get session(): PinnedSession | undefined {
    return this.#owner.ownSession
  }
  get stream(): boolean {
    return this.#owner.stream
  }
  get resumeFrom(): string | undefined {
    return this.#owner.resumeFrom
  }
  get kind(): CallKind {
    return this.#owner.kind
  }
  get meta(): MetaFields | undefined {
    return this.watch === undefined ? this.#owner.meta : this.watch.meta
  }
  get sessionId(): string | undefined {
    return this.#exchange?.sessionId
  }

  get settled(): boolean {
    return this.#settled
  }

  /** Some of it may be on the wire. */
  get written(): boolean {
    return this.#exchange?.written ?? false
  }

  start(): void {
    if (this.watch === undefined) this.#owner.sending(this)
    else this.watch.sending()
  }

  send(): void {
    if (this.#settled) return
    try {
      this.connection = this.target.connection
      const exchange = this.connection.start(this)
      // A connection may answer or fail it before it returns; then there is nothing left to cancel.
      if (!this.#settled) this.#exchange = exchange
      else if (this.#givenUp !== undefined) exchange.cancel(this.#givenUp)
    } catch (cause) {
      this.onFailure(
        new PoolError('CONFIG', `${this.kind.key} cannot be written as JSON: ${cause instanceof Error ? cause.message : String(cause)}`, { cause }),
      )
    }
  }

  /** Gives it up without a word to the owner, for whom it failed where there is a `failure`. */
  cancel(reason: string, failure?: AttemptFailure): void {
    if (this.#settled) return
    this.#settled = true
    this.watch?.ending(failure ?? reason)
    if (this.#exchange === undefined) this.#givenUp = reason
    else this.#exchange.cancel(reason)
  }

  onEventId(eventId: string): void {
    if (!this.#settled) this.#owner.passed(this, eventId)
  }

  onNotification(notification: JsonRpcNotification): void {
    if (this.#settled) return
    this.watch?.notified(notification)
    this.#owner.notified(this, notification)
  }

  onRequest(request: JsonRpcRequest, reply: (response: JsonRpcResponse) => void): void {
    if (this.#settled) return
    this.wasAsked = true
    this.watch?.asked(request)
    this.#owner.asked(this, request, reply)
  }

  onAnswer(response: JsonRpcResponse): void {
    if (this.#settled) return
    this.#settled = true
    this.watch?.ending(response)
    this.#owner.answered(this, response)
  }

  onFailure(failure: AttemptFailure): void {
    if (this.#settled) return
    this.#settled = true
    this.watch?.ending(failure)
    this.#owner.failed(this, failure)
  }

  /** It is settled with its call as well: now who watches may hear of it, and do what they like. */
  tell(): void {
    this.watch?.ended()
  }

  override fire(now: Milliseconds): void {
    this.#owner.ranOut(this, now)
  }
}
