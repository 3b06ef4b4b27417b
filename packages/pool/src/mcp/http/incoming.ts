import type { Attempt, JsonObject, JsonRpcNotification, JsonRpcRequest } from '../../ports.js'
import { META } from '../era-tables.js'
import { isObject, metaOf } from '../json-object.js'
import { progressTokenOf } from './request-body.js'

/** Whether an id, or a progress token, on the wire is the attempt's. A stream that is continued for another attempt still speaks of that one. */
export function isOf(attempt: Attempt, id: unknown): boolean {
  return id === attempt.wireId || (attempt.resumeFrom !== undefined && typeof id === 'number')
}

/** What a message is to a request; `foreign`: the answer to another one, `none`: no message at all. */
export type MessageKind = 'notification' | 'question' | 'result' | 'error' | 'foreign' | 'none'

export function messageKind(message: JsonObject, attempt: Attempt): MessageKind {
  const { id, method, result, error } = message
  if (typeof method === 'string') return id === undefined ? 'notification' : 'question'
  if (isObject(result)) return isOf(attempt, id) ? 'result' : 'foreign'
  if (!isObject(error) || typeof error['code'] !== 'number') return 'none'
  // An error may come without an id: then the server could not read ours.
  return id == null || isOf(attempt, id) ? 'error' : 'foreign'
}

/** A notification for the caller, with the caller's ids in it; undefined: progress that nobody asked for. `message` is ours to change. */
export function mappedNotification(message: JsonObject, method: string, attempt: Attempt): JsonRpcNotification | undefined {
  const { params } = message
  if (!isObject(params)) return method === 'notifications/progress' ? undefined : { jsonrpc: '2.0', method }
  if (method === 'notifications/progress') {
    const token = isOf(attempt, params['progressToken']) ? progressTokenOf(attempt.request) : undefined
    if (token === undefined) return undefined
    params['progressToken'] = token
  } else if (attempt.stream) mapSubscription(params, attempt)
  return { jsonrpc: '2.0', method, params }
}

/** The id of a listen stream is that of its request. */
export function mapSubscription(holder: JsonObject, attempt: Attempt): void {
  const meta = metaOf(holder)
  if (meta?.[META.subscriptionId] === attempt.wireId) meta[META.subscriptionId] = attempt.request.id
}

/** A question of the server; undefined where its id is none. */
export function asRequest({ id, method, params }: JsonObject): JsonRpcRequest | undefined {
  if (typeof id !== 'string' && typeof id !== 'number') return undefined
  return { jsonrpc: '2.0', id, method: String(method), ...(isObject(params) && { params }) }
}
