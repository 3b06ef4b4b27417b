import type {
  AttemptTrace,
  AttemptReason,
  CallTrace,
  Carried,
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

/** Stands between calls and who watches them: whatever an observer throws ends here. */
export class Watch {
  readonly #watching: Watching

  constructor(watching: Watching) {
    this.#watching = watching
  }

  /** undefined: nobody wants to hear of this call. */
  begin(call: ObservedCall): CallTrace | undefined {
    try {
      return this.#watching.observer.callStarted(call)
    } catch (error) {
      this.#watching.onError(error)
      return undefined
    }
  }

  queued(call: CallTrace): void {
    try {
      call.queued?.()
    } catch (error) {
      this.#watching.onError(error)
    }
  }

  /** undefined: nobody wants to hear of this attempt. */
  attempt(call: CallTrace, attempt: WatchedAttempt, reason: AttemptReason, number: number): AttemptWatch | undefined {
    if (call.attemptStarted === undefined) return undefined
    const watch = new AttemptWatch(this.#watching, attempt, reason, number)
    return watch.begin(call) ? watch : undefined
  }

  metaOf(carried: Carried): MetaFields | undefined {
    try {
      return carried.meta
    } catch (error) {
      this.#watching.onError(error)
      return undefined
    }
  }

  sending(carried: Carried, attempt: WatchedAttempt): void {
    sendAs(carried, attempt, this.#watching)
  }

  ended(call: CallTrace, end: ObservedEnd): void {
    try {
      call.ended?.(end)
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
  get meta(): MetaFields | undefined {
    return this.#meta
  }

  /** `false`: nobody wants to hear of it. */
  begin(call: CallTrace): boolean {
    try {
      this.#trace = call.attemptStarted?.(this)
      this.#meta = this.#trace?.meta
    } catch (error) {
      this.#watching.onError(error)
    }
    return this.#trace !== undefined
  }

  sending(): void {
    if (this.#trace !== undefined) sendAs(this.#trace, this.#attempt, this.#watching)
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

/** It is sent once, whatever the observer does. */
function sendAs(carried: Carried, attempt: WatchedAttempt, watching: Watching): void {
  if (carried.sending === undefined) return attempt.send()
  let sent = false
  const sendOnce = (): void => {
    if (sent) return
    sent = true
    attempt.send()
  }
  try {
    carried.sending(sendOnce)
  } catch (error) {
    watching.onError(error)
  }
  sendOnce()
}
