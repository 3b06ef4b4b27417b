import { PoolError, type PoolErrorCode } from '../errors.js'
import type { Attempt, AttemptFailure, JsonObject, Milliseconds, Progress } from '../ports.js'

/** What a scripted connection does with one attempt. Without `after` it happens at once, that is in a microtask. */
export type Behaviour =
  | { readonly does: 'answer'; readonly result: JsonObject; readonly after: Milliseconds | undefined }
  | { readonly does: 'answer-error'; readonly code: number; readonly message: string; readonly after: Milliseconds | undefined }
  | { readonly does: 'fail'; readonly failure: AttemptFailure; readonly after: Milliseconds | undefined }
  | { readonly does: 'hang' }

/** Decides for each attempt that no one-off behaviour was queued for. */
export type Script = (attempt: Attempt) => Behaviour

/** Answers with `result`. */
export function answer(result: JsonObject = {}, after?: Milliseconds): Behaviour {
  return { does: 'answer', result, after }
}

/** Answers with a JSON-RPC error. */
export function answerError(code: number, message = 'scripted error', after?: Milliseconds): Behaviour {
  return { does: 'answer-error', code, message, after }
}

const PROGRESS: Partial<Record<PoolErrorCode, Progress>> = {
  CONNECTION_LOST: 'sent',
  HTTP_STATUS: 'sent',
  REQUEST_TIMEOUT: 'sent',
  PROTOCOL: 'sent',
  SESSION_LOST: 'refused',
  AUTH_FAILED: 'refused',
}

/** Fails in the way of `code`, with the progress that goes with it unless another is given. */
export function fail(
  code: PoolErrorCode = 'CONNECTION_LOST',
  options: { after?: Milliseconds; progress?: Progress; retryAfter?: Milliseconds } = {},
): Behaviour {
  const progress = options.progress ?? PROGRESS[code] ?? 'not-sent'
  const details = options.retryAfter === undefined ? { progress } : { progress, retryAfter: options.retryAfter }
  return { does: 'fail', failure: new PoolError(code, `scripted ${code}`, details), after: options.after }
}

/** Never answers: a black hole. */
export function hang(): Behaviour {
  return { does: 'hang' }
}
