import type { Milliseconds, Progress } from './ports.js'

/**
 * Stable codes of everything that the pool itself can fail with.
 *
 * | code | when | progress |
 * | --- | --- | --- |
 * | `NO_HEALTHY_CLIENTS` | no client may serve the request, or what one asks while it does cannot be brought to a caller of the other era | `not-sent`, then `sent` |
 * | `CONNECT_FAILED` | refused, unreachable, TLS, a child that does not start | `not-sent` |
 * | `CONNECT_TIMEOUT` | no connection within `connectionTimeout` | `not-sent` |
 * | `CONNECTION_LOST` | the connection broke before the answer came | `sent` |
 * | `HTTP_STATUS` | an HTTP status that is no answer | 429, 503 with `Retry-After`: `refused`, else `sent` |
 * | `REQUEST_TIMEOUT` | `requestTimeout`, `callTimeout` or the call's own `timeout` ran out | `sent` once written |
 * | `QUEUE_TIMEOUT`, `QUEUE_FULL` | waited too long for a place, or there was none | `not-sent` |
 * | `CIRCUIT_OPEN` | the client's breaker is open | `not-sent` |
 * | `CANCELLED` | the caller's signal, or a handler of the pool's failed and the call with it | as far as it got |
 * | `AUTH_FAILED` | no token, or 401 also with a new one | `refused` |
 * | `SESSION_LOST` | the server does not know the session any more | `refused` |
 * | `PROTOCOL` | an answer that is none: garbage, too large, another id | `sent` |
 * | `CONFIG` | a wrong option | `not-sent` |
 * | `POOL_FULL` | `createClient` at `maxSize` | `not-sent` |
 * | `NOT_STARTED`, `SHUTTING_DOWN` | before `start`, after `shutdown` | `not-sent` |
 */
export type PoolErrorCode =
  | 'NO_HEALTHY_CLIENTS'
  | 'CONNECT_FAILED'
  | 'CONNECT_TIMEOUT'
  | 'CONNECTION_LOST'
  | 'HTTP_STATUS'
  | 'REQUEST_TIMEOUT'
  | 'QUEUE_TIMEOUT'
  | 'QUEUE_FULL'
  | 'CIRCUIT_OPEN'
  | 'CANCELLED'
  | 'AUTH_FAILED'
  | 'SESSION_LOST'
  | 'PROTOCOL'
  | 'CONFIG'
  | 'POOL_FULL'
  | 'NOT_STARTED'
  | 'SHUTTING_DOWN'

export interface PoolErrorDetails {
  readonly progress?: Progress
  /** Label of the endpoint: URL without credentials and query, for stdio the id. */
  readonly endpoint?: string
  /** Attempts that were made. */
  readonly attempts?: number
  readonly cause?: unknown
  /** HTTP status, where one was received. */
  readonly status?: number
  readonly retryAfter?: Milliseconds
}

/** The one class of errors that the pool throws. `message` says what happened and what to do; it never holds a secret. */
export class PoolError extends Error {
  override readonly name = 'PoolError'
  readonly code: PoolErrorCode
  /** How far the last attempt got. */
  readonly progress: Progress
  /** Repeating the same request is safe: it did not run. */
  readonly retryable: boolean
  readonly endpoint: string | undefined
  readonly attempts: number
  readonly status: number | undefined
  readonly retryAfter: Milliseconds | undefined

  constructor(code: PoolErrorCode, message: string, details: PoolErrorDetails = {}) {
    super(message, { cause: details.cause })
    this.code = code
    this.progress = details.progress ?? 'not-sent'
    this.retryable = code !== 'CONFIG' && (this.progress === 'not-sent' || this.progress === 'refused')
    this.endpoint = details.endpoint
    this.attempts = details.attempts ?? 0
    this.status = details.status
    this.retryAfter = details.retryAfter
  }

  /** For logs: all but the stack and the cause, which may be anybody's and hold anything. */
  toJSON(): Omit<PoolError, 'stack' | 'cause' | 'toJSON'> {
    const { name, code, message, progress, retryable, endpoint, attempts, status, retryAfter } = this
    return { name, code, message, progress, retryable, endpoint, attempts, status, retryAfter }
  }
}
