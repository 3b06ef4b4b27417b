import { PoolError } from 'mcp-client-pool'
import { ExitCode } from './exit-code.js'

/** What a failure of the pool means for the process. */
export function exitCodeOf(error: PoolError): number {
  switch (error.code) {
    case 'CONFIG':
      return ExitCode.usage
    case 'AUTH_FAILED':
      return ExitCode.authorization
    case 'REQUEST_TIMEOUT':
    case 'QUEUE_TIMEOUT':
      return ExitCode.timeout
    default:
      return isAuthorization(error) ? ExitCode.authorization : ExitCode.unreachable
  }
}

/** One refusal among several causes is enough: unlike a replica that is down, it does not mend itself. */
function isAuthorization(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isAuthorization)
  if (!(error instanceof PoolError)) return false
  return error.code === 'AUTH_FAILED' || error.status === 401 || error.status === 403 || isAuthorization(error.cause)
}
