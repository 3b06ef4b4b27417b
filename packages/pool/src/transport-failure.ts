import { PoolError } from './errors.js'

/** Codes of undici and of sockets that say: there was no connection, and somebody has to see to that. */
function isTimeout(code: string): boolean {
  return code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT'
}

/** What is no HTTP, or more of it than we take: the bytes came, and mean nothing. */
function isGarbage(code: string): boolean {
  return (
    code.startsWith('HPE_') || code === 'UND_ERR_HEADERS_OVERFLOW' || code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH' || code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE'
  )
}

/** An error of the socket, or of undici, as the failure of an attempt. */
export function transportFailure(error: Error, written: boolean, endpoint: string): PoolError {
  const code = codeOf(error)
  const words = describe(error, code)
  if (code === 'UND_ERR_INVALID_ARG') return new PoolError('CONFIG', `the request cannot be sent: ${words}`, { endpoint, cause: error })
  if (!written) {
    const connect = isTimeout(code) ? 'CONNECT_TIMEOUT' : 'CONNECT_FAILED'
    return new PoolError(connect, `no connection to ${endpoint}: ${words}`, { progress: 'not-sent', endpoint, cause: error })
  }
  if (isGarbage(code))
    return new PoolError('PROTOCOL', `${endpoint} answered something that is no HTTP we accept: ${words}`, { progress: 'sent', endpoint, cause: error })
  return new PoolError('CONNECTION_LOST', `the connection to ${endpoint} broke before the answer: ${words}`, { progress: 'sent', endpoint, cause: error })
}

function codeOf(error: Error): string {
  const { code } = error as { code?: unknown }
  return typeof code === 'string' ? code : ''
}

/** `ECONNREFUSED` says more than the empty message that node gives when it tried two addresses. */
function describe(error: Error, code: string): string {
  if (error.message === '') return code === '' ? error.name : code
  return code === '' || error.message.includes(code) ? error.message : `${error.message} (${code})`
}
