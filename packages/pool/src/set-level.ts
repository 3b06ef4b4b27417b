import { PoolError } from './errors.js'
import { CODES, LOG_LEVELS, type PoolLogLevel } from './mcp/index.js'
import type { JsonRpcRequest, JsonRpcResponse } from './ports.js'

/**
 * `logging/setLevel` of a caller that has no session of its own: one request in, one at every client that is fit (`start`), and one
 * answer back once all have answered. It is an error only where all refuse, and a failure only where nobody answers; then the level is
 * what it was.
 */
export async function setLevelEverywhere(
  request: JsonRpcRequest,
  logLevel: PoolLogLevel,
  start: () => ReadonlyArray<Promise<JsonRpcResponse>>,
): Promise<JsonRpcResponse> {
  const { id, params } = request
  const level = params?.['level']
  if (typeof level !== 'string' || !LOG_LEVELS.includes(level))
    return { jsonrpc: '2.0', id, error: { code: CODES.invalidParams, message: `Unknown log level: ${String(level)}` } }
  // Before anybody is asked, or a session that is being opened would miss it.
  const takeBack = logLevel.set(level)
  const outcomes = await Promise.allSettled(start())
  const answers = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
  if (answers.some((answer) => 'result' in answer)) {
    logLevel.announce()
    return { jsonrpc: '2.0', id, result: {} }
  }
  takeBack()
  const [refusal] = answers
  if (refusal !== undefined) return refusal
  throw failureOf(outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : [])))
}

function failureOf(failures: readonly unknown[]): unknown {
  const [first] = failures
  if (failures.length < 2 || !(first instanceof PoolError)) return first
  const { code, message, progress } = first
  return new PoolError(code, `no client took the log level: ${message}`, { progress, cause: new AggregateError(failures) })
}
