import type { JsonRpcRequest, JsonRpcResponse } from 'mcp-client-pool'
import type { CommandContext } from './command.js'
import type { Reach } from './with-pool.js'

export interface Question {
  readonly method: string
  readonly params: Record<string, unknown>
  readonly affinity?: string | undefined
}

/** One request, bounded by the command's time and its signals. The answer is as the server gave it. */
export function ask(reach: Reach, context: CommandContext, question: Question): Promise<JsonRpcResponse> {
  const { method, params, affinity } = question
  const request: JsonRpcRequest = { jsonrpc: '2.0', id: 1, method, params }
  return reach.pool.request(request, { timeout: reach.remaining(), signal: context.interruption.signal, ...(affinity !== undefined && { affinity }) })
}
