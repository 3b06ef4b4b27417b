import type { ProtocolError } from '@modelcontextprotocol/client'
import { PoolError, type PoolErrorCode } from '../errors.js'

type ProtocolErrorClass = typeof ProtocolError

/** Codes of the SDK's own errors, by value: this file does not load the SDK. */
const CODE_OF: Readonly<Record<string, PoolErrorCode>> = {
  REQUEST_TIMEOUT: 'REQUEST_TIMEOUT',
  CONNECTION_CLOSED: 'SHUTTING_DOWN',
  NOT_CONNECTED: 'SHUTTING_DOWN',
}

/**
 * What a typed verb throws: the pool's own error out of the SDK's wrapping, the server's as it is (`ProtocolError`), and
 * everything that the SDK itself had to say, such as a result that does not fit its schema, as a `PoolError`. `signal` is the
 * caller's; `end` is what ended the whole where a handler was at work, that signal or the call's timeout.
 */
export function verbError(error: unknown, protocolError: ProtocolErrorClass, signal: AbortSignal | undefined, end: AbortSignal | undefined): Error {
  if (error instanceof PoolError) return error
  if (error instanceof protocolError) return error.data instanceof PoolError ? error.data : error
  const message = error instanceof Error ? error.message : String(error)
  const code = error instanceof Error && 'code' in error ? CODE_OF[String(error.code)] : undefined
  // How far it got is not known here; people were asked meanwhile, so it is not to be repeated.
  if (end?.aborted === true) return new PoolError(signal?.aborted === true ? 'CANCELLED' : 'REQUEST_TIMEOUT', message, { progress: 'sent', cause: error })
  if (code === 'REQUEST_TIMEOUT') return new PoolError(code, message, { progress: 'sent', cause: error })
  return new PoolError(code ?? 'PROTOCOL', message, { progress: code === undefined ? 'answered' : 'not-sent', cause: error })
}
