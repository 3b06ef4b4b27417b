import type { PoolErrorCode } from '../errors.js'
import type { AttemptFailure, CallKind, JsonRpcResponse, Milliseconds, Outcome, Priority, Target } from '../ports.js'

/** How a call ended: with a result, a tool's own error (`isError`), an error of the protocol, or without an answer and why. */
export type CallEnd = 'result' | 'tool-error' | 'error' | PoolErrorCode

/**
 * Counts what calls came to. It is told on the way of every call, so it must be quick, and must not throw. Listen streams are no
 * calls here: how long one was open says nothing of anybody.
 */
export interface CallObserver {
  /** `elapsed` after it was made: repeats and time in the queue are in it. */
  callEnded(kind: CallKind, end: CallEnd, elapsed: Milliseconds): void
  /** `elapsed` after it was sent to the target. */
  attemptEnded(target: Target, outcome: Outcome, failure: AttemptFailure | undefined, elapsed: Milliseconds): void
  /** Somebody waited in the queue for so long, and was let in or sent away. */
  waited(priority: Priority, time: Milliseconds): void
}

export function endOf(response: JsonRpcResponse): 'result' | 'tool-error' | 'error' {
  if (!('result' in response)) return 'error'
  return response.result['isError'] === true ? 'tool-error' : 'result'
}

/** There was an answer. */
export function isAnswered(end: CallEnd): boolean {
  return end === 'result' || end === 'tool-error' || end === 'error'
}
