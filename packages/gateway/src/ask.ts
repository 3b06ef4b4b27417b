import { type JsonRpcRequest, type JsonRpcResponse, PoolError } from 'mcp-client-pool'
import type { CommandContext } from './command.js'
import { UnservedError } from './unserved-error.js'
import type { Reach } from './with-pool.js'

export interface Question {
  readonly method: string
  readonly params: Record<string, unknown>
  readonly affinity?: string | undefined
}

/**
 * One request, bounded by the command's time and its signals. The answer is as the server gave it.
 *
 * @throws UnservedError where servers are there and none can serve it
 */
export async function ask(reach: Reach, context: CommandContext, question: Question): Promise<JsonRpcResponse> {
  const { method, params, affinity } = question
  const request: JsonRpcRequest = { jsonrpc: '2.0', id: 1, method, params }
  try {
    return await reach.pool.request(request, { timeout: reach.remaining(), signal: context.interruption.signal, ...(affinity !== undefined && { affinity }) })
  } catch (error) {
    const isUnserved = error instanceof PoolError && error.code === 'NO_HEALTHY_CLIENTS' && reach.pool.getHealthyClients().length > 0
    throw isUnserved ? new UnservedError(whyUnserved(error, method), { cause: error }) : error
  }
}

/** A replica asks once it has begun; what it has not itself is not even sent to it. */
function whyUnserved({ progress }: PoolError, method: string): string {
  return progress === 'sent'
    ? 'the server wants to ask its client something before it answers (sampling, elicitation), and a command answers no questions: it may have run up to there'
    : `the server does not offer ${method}`
}
