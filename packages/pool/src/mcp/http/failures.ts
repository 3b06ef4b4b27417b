import { PoolError } from '../../errors.js'
import type { Progress } from '../../ports.js'

/** The failure says that nobody is there, which a timeout or an answer does not. */
export function isUnreachable(failure: PoolError): boolean {
  return failure.code === 'CONNECT_FAILED' && failure.progress === 'not-sent'
}

export function statusFailure(status: number, progress: Progress, endpoint: string, retryAfter: number | undefined): PoolError {
  const wait = retryAfter === undefined ? '' : `, and asks to wait ${Math.ceil(retryAfter / 1_000)} s`
  const details = { progress, endpoint, status, ...(retryAfter === undefined ? undefined : { retryAfter }) }
  return new PoolError('HTTP_STATUS', `${endpoint} answered HTTP ${status}${wait}`, details)
}

export function protocolFailure(words: string, endpoint: string, cause?: unknown): PoolError {
  return new PoolError('PROTOCOL', `${endpoint} ${words}`, { progress: 'sent', endpoint, cause })
}

/** The caller's params are no JSON: a cycle, a bigint. */
export function unwritable(method: string, endpoint: string, cause: unknown): PoolError {
  return new PoolError('CONFIG', `${method} cannot be written as JSON: ${cause instanceof Error ? cause.message : String(cause)}`, { endpoint, cause })
}

/** Why there is no token. `status`: what the server said to the last one; 0: it was not asked. */
export function tokenFailure(error: unknown, endpoint: string, status: number): PoolError {
  if (error instanceof PoolError && error.code !== 'AUTH_FAILED') return error
  const words = error instanceof Error ? error.message : String(error)
  const retryAfter = error instanceof PoolError ? error.retryAfter : undefined
  const details = { ...(status > 0 && { status }), ...(retryAfter !== undefined && { retryAfter }) }
  return new PoolError('AUTH_FAILED', words, { progress: 'refused', endpoint, cause: error, ...details })
}
