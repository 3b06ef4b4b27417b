import { PoolError } from '../errors.js'
import type { JsonRpcError, JsonRpcId } from '../ports.js'

/** The pool's failures in the words of the SDK. */

/** The SDK's code for a request without an answer in time; for other failures of a transport it has none, and -32000 is what servers use. */
const TIMED_OUT = -32_001
const FAILED = -32_000
const TIMEOUTS: ReadonlySet<string> = new Set(['REQUEST_TIMEOUT', 'QUEUE_TIMEOUT', 'CONNECT_TIMEOUT'])

/** A failure after the request was accepted. `data` is the `PoolError` itself, which the SDK hands on in its own error. */
export function failureMessage(id: JsonRpcId, failure: PoolError): JsonRpcError {
  return { jsonrpc: '2.0', id, error: { code: TIMEOUTS.has(failure.code) ? TIMED_OUT : FAILED, message: failure.message, data: failure } }
}

/**
 * A failure of `initialize` or `server/discover` as one of the SDK's own classes, since its `Client`, and what stands on it,
 * decides by them: `UnauthorizedError` starts an authorization, an HTTP status tells an outage from an old server. `cause` is
 * the pool's error. The SDK is loaded here and not with this file, for most programs never get here.
 */
export async function handshakeError(failure: unknown): Promise<Error> {
  const { SdkError, SdkErrorCode, SdkHttpError, UnauthorizedError } = await import('@modelcontextprotocol/client')
  const message = failure instanceof Error ? failure.message : String(failure)
  const causes = [...poolErrorsIn(failure)]
  const status = causes.find((cause) => cause.status !== undefined)?.status
  const { RequestTimeout, EraNegotiationFailed, ClientHttpForbidden } = SdkErrorCode
  let error: Error
  if (causes.some((cause) => cause.code === 'AUTH_FAILED')) error = new UnauthorizedError(message)
  else if (status !== undefined) error = new SdkHttpError(status === 403 ? ClientHttpForbidden : EraNegotiationFailed, message, { status })
  else error = new SdkError(causes.some((cause) => TIMEOUTS.has(cause.code)) ? RequestTimeout : EraNegotiationFailed, message)
  error.cause = failure
  return error
}

/** The error and all that it came from. */
function* poolErrorsIn(error: unknown, depth = 0): Generator<PoolError> {
  if (!(error instanceof Error) || depth > 8) return
  if (error instanceof PoolError) yield error
  if (error instanceof AggregateError) for (const each of error.errors) yield* poolErrorsIn(each, depth + 1)
  yield* poolErrorsIn(error.cause, depth + 1)
}
