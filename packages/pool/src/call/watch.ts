import type {
  AttemptTrace,
  AttemptReason,
  CallTrace,
  JsonRpcNotification,
  JsonRpcRequest,
  MetaFields,
  ObservedAttempt,
  ObservedCall,
  ObservedClient,
  ObservedEnd,
  Watching,
} from '../ports.js'

/** What an attempt shows to its watch. */
export interface WatchedAttempt {
  readonly wireId: number
  readonly target: ObservedClient
  readonly sessionId: string | undefined
  /** Puts it on its way. */
  send(): void
}

/**
 * Stands between a call and who watches it: whatever an observer throws ends here. Calls that nobody watches have none.
 */
export class CallWatch {
  readonly #watching: Watching
  readonly #trace: CallTrace
  #attempts = 0

  private constructor(watching: Watching, trace: CallTrace) {
    this.#watching = watching
    this.#trace = trace
  }

  /** undefined: nobody wants to hear of this call. */
  static begin(watching: Watching, call: ObservedCall): CallWatch | undefined {
    try {
      const trace = watching.observer.callStarted(call)
      return trace && new CallWatch(watching, trace)
    } catch (error) {
      watching.onError(error)
      return undefined
    }
  }

  queued(): void {
    try {
      this.#trace.queued?.()
    } catch (error) {
      this.#watching.onError(error)
    }
  }

  attempt(attempt: WatchedAttempt, isHedge: boolean): AttemptWatch | undefined {
    this.#attempts++
    const reason = isHedge ? 'hedge' : this.#attempts === 1 ? 'first' : 'retry'
    const watch = new AttemptWatch(this.#watching, attempt, reason, this.#attempts)
    return watch.begin(this.#trace) ? watch : undefined
  }

  ended(end: ObservedEnd): void {
    try {
      this.#trace.ended(end)
    } catch (error) {
      this.#watching.onError(error)
    }
  }
}

/** The same for one attempt, and what an observer is shown of it. */
export class AttemptWatch implements ObservedAttempt {
  readonly reason: AttemptReason
  readonly number: number
  readonly #watching: Watching
  readonly #attempt: WatchedAttempt
  #trace: AttemptTrace | undefined
  #meta: MetaFields | undefined
  #end: ObservedEnd | string | undefined
  #sent = false

  constructor(watching: Watching, attempt: WatchedAttempt, reason: AttemptReason, number: number) {
    this.#watching = watching
    this.#attempt = attempt
    this.reason = reason
    this.number = number
  }

  get wireId(): number {
    return this.#attempt.wireId
  }
  get client(): ObservedClient {
    return this.#attempt.target
  }
  get sessionId(): string | undefined {
    return this.#attempt.sessionId
  }
  /** For `params._meta` of what is sent. */
  get meta(): MetaFields | undefined {
    return this.#meta
  }

  /** `false`: nobody wants to hear of it. */
  begin(call: CallTrace): boolean {
    try {
      this.#trace = call.attemptStarted(this)
      this.#meta = this.#trace?.meta
    } catch (error) {
      this.#watching.onError(error)
    }
    return this.#trace !== undefined
  }

  /** It is sent once, whatever the observer does. */
  sending(): void {
    const trace = this.#trace
    if (trace?.sending === undefined) return this.#attempt.send()
    try {
      trace.sending(() => this.#sendOnce())
    } catch (error) {
      this.#watching.onError(error)
    }
    this.#sendOnce()
  }

  #sendOnce(): void {
    if (this.#sent) return
    this.#sent = true
    this.#attempt.send()
  }

  notified(notification: JsonRpcNotification): void {
    try {
      this.#trace?.notified?.(notification)
    } catch (error) {
      this.#watching.onError(error)
    }
  }

  asked(request: JsonRpcRequest): void {
    try {
      this.#trace?.asked?.(request)
    } catch (error) {
      this.#watching.onError(error)
    }
  }

  /** What it will be told: an answer, a failure, or why it was given up. */
  ending(end: ObservedEnd | string): void {
    this.#end = end
  }

  ended(): void {
    const end = this.#end
    if (end === undefined) return
    try {
      if (typeof end === 'string') this.#trace?.givenUp(end)
      else this.#trace?.ended(end)
    } catch (error) {
      this.#watching.onError(error)
    }
  }
}
