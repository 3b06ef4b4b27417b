import type { Context, Span, TextMapGetter, TextMapPropagator, TextMapSetter } from '@opentelemetry/api'
import type { JsonObject, JsonRpcRequest, MetaFields } from '../ports.js'
import { W3CPropagator } from './w3c-propagator.js'
import { withSpan } from './with-span.js'

type Fields = Record<string, string | undefined>

/**
 * Context of OpenTelemetry in `params._meta`: `traceparent`, `tracestate` and `baggage` (MCP 2026-07-28, `basic/index#_meta`,
 * "OpenTelemetry trace context"; SEP-414), the same in both eras, or what another propagator makes of it.
 */
export class Propagation {
  readonly #propagator: TextMapPropagator

  constructor(propagator: TextMapPropagator) {
    this.#propagator = propagator
  }

  /** The context that the caller has put into the request itself; `context` where it has not. */
  given(request: JsonRpcRequest, context: Context): Context {
    const meta = request.params?.['_meta']
    if (typeof meta !== 'object' || meta === null) return context
    return this.#carries(meta as JsonObject) ? this.#propagator.extract(context, meta, GETTER) : context
  }

  /** What a request carries that is sent in that context with this span. */
  fields(request: JsonRpcRequest, context: Context, span: Span): MetaFields | undefined {
    const fields = this.#written(context, span)
    const meta = request.params?.['_meta']
    // What it carries of another context must not stand beside: a `tracestate` belongs to its `traceparent`.
    if (typeof meta !== 'object' || meta === null || !this.#carries(meta as JsonObject)) return fields
    const others: Fields = { ...fields }
    for (const name of this.#propagator.fields()) others[name] ??= undefined
    return others
  }

  #written(context: Context, span: Span): MetaFields | undefined {
    if (this.#propagator instanceof W3CPropagator) return this.#propagator.write(span.spanContext(), context)
    const fields: Fields = {}
    this.#propagator.inject(withSpan(context, span), fields, SETTER)
    for (const _ in fields) return fields
    return undefined
  }

  #carries(meta: JsonObject): boolean {
    for (const name of this.#propagator.fields()) if (meta[name] !== undefined) return true
    return false
  }
}

const GETTER: TextMapGetter<JsonObject> = {
  keys: (meta) => Object.keys(meta),
  get(meta, name) {
    const value = meta[name]
    return typeof value === 'string' ? value : undefined
  },
}

const SETTER: TextMapSetter<Fields> = {
  set(fields, name, value) {
    fields[name] = value
  },
}
