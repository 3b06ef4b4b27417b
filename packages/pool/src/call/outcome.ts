import type { PoolErrorCode } from '../errors.js'
import type { JsonRpcResponse, Outcome } from '../ports.js'

/**
 * What an answer says of the replica that gave it. A JSON-RPC error is no fault of the replica, and no evidence of its
 * speed either: a refusal is quick, and must not make a replica look fast.
 */
export function outcomeOfAnswer(response: JsonRpcResponse): Outcome {
  return 'result' in response ? 'ok' : 'ignored'
}

/** Whether the caller can do nothing with the answer: an error of the protocol, or a tool's. */
export function isFruitless(response: JsonRpcResponse): boolean {
  return !('result' in response) || response.result['isError'] === true
}

/** Whether the server only said no: our credentials, or a request that it does not take. It is known to live, and did nothing. */
export function isRefusal(code: PoolErrorCode, status: number | undefined): boolean {
  return code === 'AUTH_FAILED' || (code === 'HTTP_STATUS' && outcomeOfFailure(code, status) === 'ignored')
}

/**
 * What a failure says of the replica: transport errors, timeouts, 5xx and malformed answers are its failures; requests
 * that it was right to refuse (4xx), lost sessions, our credentials and callers who gave up are not. 429 counts: the
 * replica has too much to do, and should get less.
 */
export function outcomeOfFailure(code: PoolErrorCode, status: number | undefined): Outcome {
  switch (code) {
    case 'CONNECT_FAILED':
    case 'CONNECT_TIMEOUT':
    case 'CONNECTION_LOST':
    case 'REQUEST_TIMEOUT':
    case 'PROTOCOL':
      return 'failed'
    case 'HTTP_STATUS':
      return status === 429 || status === undefined || status >= 500 ? 'failed' : 'ignored'
    default:
      return 'ignored'
  }
}
