import { type CallOptions, shown } from './config/index.js'
import { PoolError } from './errors.js'
import type { JsonRpcNotification, JsonRpcRequest } from './ports.js'

/** Wishes for one `pool.request`. */
export interface RequestOptions extends CallOptions {
  /** Notifications of this call: progress, log messages. */
  readonly onNotification?: ((notification: JsonRpcNotification) => void) | undefined
}

/** Refuses what is no JSON-RPC request, before anything is sent. */
export function checkRequest(message: JsonRpcRequest): void {
  if (typeof message !== 'object' || message === null) throw refused('the message', 'a JSON-RPC request', message)
  const { jsonrpc, id, method, params } = message
  if (jsonrpc !== '2.0') throw refused('jsonrpc', `'2.0'`, jsonrpc)
  if (typeof id !== 'string' && !(typeof id === 'number' && Number.isInteger(id))) throw refused('id', 'a string or a whole number', id)
  if (typeof method !== 'string' || method === '') throw refused('method', 'a name', method)
  if (params !== undefined && (typeof params !== 'object' || params === null || Array.isArray(params))) throw refused('params', 'an object', params)
  if (HANDSHAKES.has(method)) throw new PoolError('CONFIG', `${method} is the pool's own affair: it is sent to each replica when it is connected`)
}

const HANDSHAKES: ReadonlySet<string> = new Set(['initialize', 'notifications/initialized'])

function refused(what: string, allowed: string, given: unknown): PoolError {
  return new PoolError('CONFIG', `${what} must be ${allowed}, got ${shown(given, false)}`)
}
