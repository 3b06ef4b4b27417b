import type { HeadersInput } from '../config/index.js'
import type { JsonObject } from '../ports.js'
import type { CallWishes } from './engine.js'
import { isObject, metaOf } from './json-object.js'

/**
 * Per-call options through the SDK's `Client`, which passes nothing of its callers' on to a transport but `params`: they
 * travel in `params._meta` under a key of our own, and the transport takes them out before anything is sent.
 */
const CALL_OPTIONS = 'mcp-client-pool/options'

/** Wishes for one call through `pool.transport()`. */
export interface TransportCallOptions extends CallWishes {
  /** HTTP headers of this call, such as `traceparent`; never `Authorization` or MCP's own. @default none */
  readonly headers?: HeadersInput | undefined
}

/**
 * `params` with options for this call, for any method of an SDK `Client` that is connected to `pool.transport()`:
 *
 *     await client.callTool(withCallOptions({ name: 'report' }, { affinity: 'customer-7', idempotent: true }))
 *
 * On another transport the server would see them: use it with the pool's only.
 */
export function withCallOptions<Params extends object>(params: Params, options: TransportCallOptions): Params {
  return { ...params, _meta: { ...('_meta' in params && isObject(params._meta) ? params._meta : undefined), [CALL_OPTIONS]: options } }
}

/** The options in `params`, which nobody has read yet; undefined in nearly all calls. */
export function callOptionsOf(params: JsonObject | undefined): TransportCallOptions | undefined {
  return metaOf(params)?.[CALL_OPTIONS] as TransportCallOptions | undefined
}

export function withoutCallOptions(params: JsonObject): JsonObject {
  const { [CALL_OPTIONS]: _, ...meta } = metaOf(params) ?? {}
  const { _meta: __, ...rest } = params
  return Object.keys(meta).length > 0 ? { ...rest, _meta: meta } : rest
}
