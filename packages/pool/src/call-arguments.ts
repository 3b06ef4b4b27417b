import { callHeaders, type CallOptions, HEDGE_DELAY, isHedgeDelay } from './config/index.js'
import { PoolError } from './errors.js'
import type { JsonRpcNotification, JsonRpcRequest, Priority } from './ports.js'

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

/** Refuses wishes that cannot be granted. */
export function checkOptions(options: Omit<CallOptions, 'signal'>): void {
  const { timeout, queueTimeout, affinity, tenant, idempotent, priority, hedge, headers } = options
  if (timeout !== undefined) checkDuration('timeout', timeout)
  if (queueTimeout !== undefined) checkDuration('queueTimeout', queueTimeout)
  if (affinity !== undefined) checkName('affinity', affinity)
  if (tenant !== undefined) checkName('tenant', tenant)
  if (idempotent !== undefined && typeof idempotent !== 'boolean') throw refused('idempotent', 'true or false', idempotent)
  if (priority !== undefined && !PRIORITIES.has(priority)) throw refused('priority', `'high', 'normal' or 'low'`, priority)
  if (hedge !== undefined && typeof hedge !== 'boolean') checkHedge(hedge)
  if (headers !== undefined) callHeaders(headers)
}

function checkDuration(what: string, given: unknown): void {
  if (!(typeof given === 'number' && given >= 1 && given <= LONGEST)) throw refused(what, `1 … ${LONGEST} ms`, given)
}

function checkName(what: string, given: unknown): void {
  if (typeof given !== 'string' || given === '') throw refused(what, 'a string that is not empty', given)
}

function checkHedge(given: unknown): void {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw refused('hedge', 'true, false or { after }', given)
  for (const [name, value] of Object.entries(given)) {
    if (name !== 'after')
      throw new PoolError('CONFIG', `hedge must be { after } for a call, got ${name.slice(0, 60)}: what hedges may add is said for the whole pool`)
    if (value !== undefined && !isHedgeDelay(value)) throw refused('hedge.after', HEDGE_DELAY, value)
  }
}

const PRIORITIES: ReadonlySet<unknown> = new Set<Priority>(['high', 'normal', 'low'])

const HANDSHAKES: ReadonlySet<string> = new Set(['initialize', 'notifications/initialized'])

/** The longest delay that a Node timer takes. */
const LONGEST = 2_147_483_647

function refused(what: string, allowed: string, given: unknown): PoolError {
  const shown = typeof given === 'object' && given !== null ? (Array.isArray(given) ? 'an array' : 'an object') : String(given).slice(0, 60)
  return new PoolError('CONFIG', `${what} must be ${allowed}, got ${shown}`)
}
