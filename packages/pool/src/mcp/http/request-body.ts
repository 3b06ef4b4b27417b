import type { JsonObject, JsonRpcRequest, MetaFields } from '../../ports.js'
import { META } from '../era-tables.js'
import { TraceParent } from '../../trace-parent.js'
import { metaOf } from '../json-object.js'

/** What every request of the modern era says of its client (2026-07-28, `basic/index#_meta`), serialised once. */
export class RequestEnvelope {
  readonly fields: JsonObject
  readonly json: string
  /** Without its last brace: more may follow. */
  readonly open: string

  constructor(protocolVersion: string, clientInfo: JsonObject, clientCapabilities: JsonObject, logLevel?: string) {
    this.fields = {
      [META.protocolVersion]: protocolVersion,
      [META.clientInfo]: clientInfo,
      [META.clientCapabilities]: clientCapabilities,
      ...(logLevel === undefined ? undefined : { [META.logLevel]: logLevel }),
    }
    this.json = JSON.stringify(this.fields)
    this.open = this.json.slice(0, -1)
  }
}

/** Methods, and fields of `_meta`, are few; names that a caller makes up must not pile up here. */
const MAX_NAMES = 200

/** What is written for a name, made once. */
class Parts {
  readonly #parts = new Map<string, string>()
  readonly #write: (name: string) => string

  constructor(write: (name: string) => string) {
    this.#write = write
  }

  of(name: string): string {
    const known = this.#parts.get(name)
    if (known !== undefined) return known
    const part = this.#write(name)
    if (this.#parts.size < MAX_NAMES) this.#parts.set(name, part)
    return part
  }
}

const methodParts = new Parts((method) => `,"method":${JSON.stringify(method)}`)
const fieldParts = new Parts((name) => `${JSON.stringify(name)}:`)

/**
 * The body of a request. Where the caller's params have no `_meta`, the envelope is spliced in as text, for then nothing
 * has to be copied; `request` is never touched. `added` stands in `_meta` besides, in place of what has the same name there.
 *
 * @throws TypeError where the params are no JSON (a cycle, a bigint)
 */
export function requestBody(request: JsonRpcRequest, wireId: number, envelope: RequestEnvelope | undefined, added?: MetaFields): string {
  const { method, params } = request
  const head = `{"jsonrpc":"2.0","id":${wireId}${methodParts.of(method)}`
  const meta = params?.['_meta']
  if (meta === undefined) {
    const own = metaJson(envelope, added)
    if (params === undefined) return own === undefined ? `${head}}` : `${head},"params":{"_meta":${own}}}`
    const json = JSON.stringify(params)
    if (own === undefined) return `${head},"params":${json}}`
    return json === '{}' ? `${head},"params":{"_meta":${own}}}` : `${head},"params":{"_meta":${own},${json.slice(1)}}`
  }
  // Most calls of SDK clients: they say who they are with every request, and nothing has to be put in.
  if (envelope !== undefined && added === undefined && saysAll(meta, envelope)) return `${head},"params":${JSON.stringify(params)}}`
  return `${head},"params":${JSON.stringify({ ...params, _meta: mergedMeta(meta, wireId, envelope, added) })}}`
}

/** `_meta` of a request whose caller gave none; undefined: it needs none. */
function metaJson(envelope: RequestEnvelope | undefined, added: MetaFields | undefined): string | undefined {
  if (added === undefined) return envelope?.json
  let json = envelope === undefined ? '{' : envelope.open
  if (added instanceof TraceParent) return `${json}${json === '{' ? '' : ','}"traceparent":"${added.traceparent}"}`
  for (const name in added) {
    const value = added[name]
    if (value !== undefined) json += `${json === '{' ? '' : ','}${fieldParts.of(name)}${JSON.stringify(value)}`
  }
  return json === '{' ? undefined : `${json}}`
}

/** The token that the caller wants progress under; undefined: it wants none. */
export function progressTokenOf(request: JsonRpcRequest): string | number | undefined {
  const token = metaOf(request.params)?.['progressToken']
  return typeof token === 'string' || typeof token === 'number' ? token : undefined
}

/** Whether merging would change nothing. */
function saysAll(meta: unknown, { fields }: RequestEnvelope): boolean {
  if (typeof meta !== 'object' || meta === null || Array.isArray(meta) || META.logLevel in fields) return false
  const given = meta as JsonObject
  return (
    given[META.protocolVersion] === fields[META.protocolVersion] &&
    given[META.clientCapabilities] !== undefined &&
    given[META.clientInfo] !== undefined &&
    given['progressToken'] === undefined
  )
}

/** What the caller says of itself stands; the revision is the connection's, and the progress token the attempt's. */
function mergedMeta(meta: unknown, wireId: number, envelope: RequestEnvelope | undefined, added: MetaFields | undefined): unknown {
  if (typeof meta !== 'object' || meta === null) return envelope === undefined && added === undefined ? meta : { ...envelope?.fields, ...added }
  const merged: JsonObject = { ...envelope?.fields, ...meta, ...added }
  if (envelope !== undefined) merged[META.protocolVersion] = envelope.fields[META.protocolVersion]
  if (merged['progressToken'] !== undefined) merged['progressToken'] = wireId
  return merged
}
