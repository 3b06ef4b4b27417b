import { hash } from '../hash.js'
import type { JsonObject, JsonRpcRequest, JsonRpcResponse, Target } from '../ports.js'

/**
 * What only the replica understands that issued it (cursors, request states, ids of tasks) carries the mark of that replica on its way to the caller, and loses
 * it on its way back: so it returns to its issuer however many there are, however long it takes, in every worker that has the same endpoints, and nothing of
 * it is kept.
 *
 *     mcp-pool.4f1c…09.page-2
 *
 * Callers treat all of them as opaque: MCP says so of each. The mark is a hash, for the name of an endpoint is not theirs to know.
 */
const MARKED = /^mcp-pool\.([0-9a-f]{16})\./

/** Tells replicas apart in tokens: the same in every worker that has the same endpoints. */
export function markOf({ place }: Target): string {
  // In front: what is appended to names that collide leaves them so.
  return hex(hash(place)) + hex(hash(` ${place}`))
}

/** What a request brings back. */
export interface Redeemed {
  readonly request: JsonRpcRequest
  /** Mark of the issuer. */
  readonly issuer: string
}

/** undefined: it brings nothing back that was marked. */
export function redeem(request: JsonRpcRequest): Redeemed | undefined {
  const { params } = request
  if (params === undefined) return undefined
  const { cursor, requestState, taskId } = params
  // Mostly there is none of them, and a call has no time to look for what is not there.
  if (cursor === undefined && requestState === undefined && taskId === undefined) return undefined
  for (const [name, token] of [
    ['cursor', cursor],
    ['requestState', requestState],
    ['taskId', taskId],
  ] as const) {
    const issuer = typeof token === 'string' ? MARKED.exec(token)?.[1] : undefined
    if (issuer !== undefined) return { request: { ...request, params: { ...params, [name]: (token as string).slice(PREFIX + 1) } }, issuer }
  }
  return undefined
}

/** The answer with what it issues marked; mostly the same object. `tasks`: ids of tasks too, which mean nothing outside of the issuer either. */
export function issue(response: JsonRpcResponse, { method }: JsonRpcRequest, issuer: Target, tasks: boolean): JsonRpcResponse {
  if (!('result' in response)) return response
  const { nextCursor, requestState, task } = response.result
  const ofTasks = tasks && (task !== undefined || method.startsWith('tasks/'))
  if (nextCursor === undefined && requestState === undefined && !ofTasks) return response
  const mark = `mcp-pool.${markOf(issuer)}.`
  const result: JsonObject = { ...response.result }
  markIn(result, 'nextCursor', mark)
  markIn(result, 'requestState', mark)
  if (ofTasks) {
    markIn(result, 'taskId', mark)
    result['task'] = marked(task, mark)
    if (task === undefined) delete result['task']
    if (Array.isArray(result['tasks'])) result['tasks'] = result['tasks'].map((each: unknown) => marked(each, mark))
  }
  return { ...response, result }
}

/** A task. */
function marked(task: unknown, mark: string): unknown {
  if (typeof task !== 'object' || task === null) return task
  const copy: JsonObject = { ...task }
  markIn(copy, 'taskId', mark)
  return copy
}

function markIn(object: JsonObject, name: string, mark: string): void {
  const token = object[name]
  if (typeof token === 'string') object[name] = mark + token
}

function hex(bits: number): string {
  return (bits >>> 0).toString(16).padStart(8, '0')
}

/** Length of what stands before the dot that ends a mark. */
const PREFIX = 'mcp-pool.'.length + 16
