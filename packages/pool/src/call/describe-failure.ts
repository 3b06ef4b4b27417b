import { PoolError, type PoolErrorCode } from '../errors.js'
import type { AttemptFailure, Progress } from '../ports.js'

/**
 * The error of a whole call, from those of its attempts: what happened last, how far any attempt got, and what that means
 * for whoever thinks of repeating it. `note`: why it was not repeated.
 */
export function describeFailure(
  code: PoolErrorCode,
  what: string,
  attempts: number,
  failures: readonly AttemptFailure[],
  reason: unknown,
  note: string,
): PoolError {
  const last = failures.at(-1)
  const progress = furthest(failures)
  const details = last instanceof PoolError ? last : undefined
  const sentence = code === 'CANCELLED' ? 'cancelled by the caller' : code === 'SHUTTING_DOWN' ? 'the pool shuts down' : (last?.message ?? 'no time left')
  const times = attempts > 1 ? ` after ${attempts} attempts` : ''
  const advice = progress === 'sent' ? '; it may have run' : progress === 'answered' ? '' : '; it did not run'
  return new PoolError(code, `${what} failed${times}: ${sentence}${note}${advice}`, {
    progress,
    attempts,
    cause: failures.length > 1 ? new AggregateError(failures, `${failures.length} failures`) : (last ?? reason),
    ...(details?.endpoint !== undefined && { endpoint: details.endpoint }),
    ...(details?.status !== undefined && { status: details.status }),
    ...(last?.retryAfter !== undefined && { retryAfter: last.retryAfter }),
  })
}

/** One attempt that may have run is enough for the call to may have run. */
function furthest(failures: readonly AttemptFailure[]): Progress {
  if (failures.some((failure) => failure.progress === 'sent')) return 'sent'
  return failures.at(-1)?.progress ?? 'not-sent'
}
