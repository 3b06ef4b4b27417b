import type { AttemptFailure, CallKind, Era, JsonRpcRequest, JsonRpcResponse, Milliseconds, Outcome, Picker, PickQuery, Target, Timers } from '../ports.js'
import type { Issuers } from './issuers.js'

export interface CallSettings {
  /** Bound of one attempt. */
  readonly requestTimeout: Milliseconds
  /** Bound of a whole call. */
  readonly callTimeout: Milliseconds
  /** Attempts after the first. */
  readonly retryAttempts: number
  /** Progress restarts the attempt's clock, never the call's. */
  readonly resetTimeoutOnProgress: boolean
}

/** A call that is not ended yet, as those see it who may have to end it. */
export interface OpenCall {
  readonly stream: boolean
  /** The pool shuts down. */
  abandon(): void
}

/** What every call of a pool shares. */
export interface CallWays {
  readonly timers: Timers
  readonly picker: Picker
  readonly settings: CallSettings
  readonly issuers: Issuers
  nextWireId(): number
  kindOf(request: JsonRpcRequest): CallKind
  /** Era of the replicas that can serve it; undefined: either. */
  requiredEra(request: JsonRpcRequest, era: Era): Era | undefined
  isSafe(request: JsonRpcRequest, kind: CallKind, idempotent: boolean | undefined): boolean
  /** Wait before the next attempt, after so many. */
  backoff(attempts: number): Milliseconds
  /** Why the picker found nobody. */
  whyNobody(query: PickQuery): AttemptFailure
  /** Somebody who could serve it is not fit now, and may be soon. */
  mayReturn(query: PickQuery): boolean
  /** A question of the server that the caller does not take. */
  answerServer(request: JsonRpcRequest, reply: (response: JsonRpcResponse) => void): void
  /** An attempt ended. */
  settled(target: Target, outcome: Outcome, failure: AttemptFailure | undefined): void
  /** The call ended, `elapsed` after it was made. */
  finished(call: OpenCall, ok: boolean, elapsed: Milliseconds): void
}
