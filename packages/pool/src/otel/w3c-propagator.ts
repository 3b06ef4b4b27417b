import {
  type Baggage,
  baggageEntryMetadataFromString,
  type BaggageEntry,
  type Context,
  createTraceState,
  isSpanContextValid,
  propagation,
  type SpanContext,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
  trace,
} from '@opentelemetry/api'
import type { MetaFields } from '../ports.js'
import { TraceParent } from '../trace-parent.js'

const TRACE_PARENT = 'traceparent'
const TRACE_STATE = 'tracestate'
const BAGGAGE = 'baggage'

/** Version, trace, span, flags; later versions may have more. */
const TRACE_PARENT_FORM = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/

/** What W3C Baggage asks everybody to take; what is beyond it is left out. */
const MAX_BAGGAGE = { members: 64, size: 8_192 }

/**
 * W3C Trace Context and W3C Baggage, the formats that MCP prescribes for `_meta`. It needs nobody to register a propagator, and no
 * package but the API.
 */
export class W3CPropagator implements TextMapPropagator {
  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    const written = this.write(trace.getSpanContext(context), context) ?? {}
    for (const name in written) setter.set(carrier, name, written[name] ?? '')
  }

  /** The same as an object; undefined: there is nothing to say. In most there is no more than a `traceparent`. */
  write(span: SpanContext | undefined, context: Context): MetaFields | undefined {
    const isTraced = span !== undefined && isSpanContextValid(span)
    const baggage = propagation.getBaggage(context)
    const parent = isTraced ? `00-${span.traceId}-${span.spanId}-${flagsOf(span)}` : ''
    const state = isTraced ? (span.traceState?.serialize() ?? '') : ''
    const members = baggage === undefined ? '' : writeBaggage(baggage)
    if (state === '' && members === '') return parent === '' ? undefined : new TraceParent(parent)
    return { ...(parent !== '' && { [TRACE_PARENT]: parent }), ...(state !== '' && { [TRACE_STATE]: state }), ...(members !== '' && { [BAGGAGE]: members }) }
  }

  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    const span = readParent(textOf(getter.get(carrier, TRACE_PARENT)), textOf(getter.get(carrier, TRACE_STATE)))
    const baggage = readBaggage(textOf(getter.get(carrier, BAGGAGE)))
    const traced = span === undefined ? context : trace.setSpanContext(context, span)
    return baggage === undefined ? traced : propagation.setBaggage(traced, baggage)
  }

  fields(): string[] {
    return FIELDS
  }
}

const FIELDS = [TRACE_PARENT, TRACE_STATE, BAGGAGE]

function flagsOf({ traceFlags }: SpanContext): string {
  return traceFlags === 0 ? '00' : traceFlags === 1 ? '01' : (traceFlags & 0xff).toString(16).padStart(2, '0')
}

function readParent(parent: string | undefined, state: string | undefined): SpanContext | undefined {
  const [, version, traceId = '', spanId = '', flags = '', more] = TRACE_PARENT_FORM.exec(parent?.trim() ?? '') ?? []
  if (version === undefined || version === 'ff' || (version === '00' && more !== undefined)) return undefined
  const traceState = state === undefined ? undefined : createTraceState(state)
  const span: SpanContext = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true, ...(traceState && { traceState }) }
  return isSpanContextValid(span) ? span : undefined
}

function writeBaggage(baggage: Baggage): string {
  let written = ''
  let members = 0
  for (const [key, { value, metadata }] of baggage.getAllEntries()) {
    const properties = metadata?.toString() ?? ''
    const member = `${encodeURIComponent(key)}=${encodeURIComponent(value)}${properties === '' ? '' : `;${properties}`}`
    if (written.length + member.length + 1 > MAX_BAGGAGE.size || members === MAX_BAGGAGE.members) continue
    written += members++ === 0 ? member : `,${member}`
  }
  return written
}

function readBaggage(text: string | undefined): Baggage | undefined {
  const entries: Record<string, BaggageEntry> = {}
  for (const member of text === undefined || text.length > MAX_BAGGAGE.size ? [] : text.split(',')) {
    const [, key = '', value = '', properties] = /^\s*([^=;]+?)\s*=\s*([^;]*?)\s*(?:;(.*))?$/.exec(member) ?? []
    if (key === '') continue
    try {
      entries[decodeURIComponent(key)] = {
        value: decodeURIComponent(value),
        ...(properties !== undefined && { metadata: baggageEntryMetadataFromString(properties.trim()) }),
      }
    } catch {
      // Not encoded as it has to be: the others may be.
    }
  }
  return Object.keys(entries).length === 0 ? undefined : propagation.createBaggage(entries)
}

function textOf(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}
