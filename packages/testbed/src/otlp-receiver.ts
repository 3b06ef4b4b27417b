import { host, type HttpOptions, type RunningServer } from './http-host.js'

type Value = string | number | boolean | undefined

/** A span as it came over the wire. */
export interface ReceivedSpan {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  /** Empty: a root. */
  readonly parentSpanId: string
  /** 3: CLIENT. */
  readonly kind: number
  /** 0: unset, 1: ok, 2: error. */
  readonly status: number
  readonly attributes: Readonly<Record<string, Value>>
  readonly events: ReadonlyArray<{ readonly name: string; readonly attributes: Readonly<Record<string, Value>> }>
  /** Name of the instrumentation. */
  readonly scope: string
}

export interface OtlpReceiver extends RunningServer {
  /** In the order in which they came. */
  readonly spans: readonly ReceivedSpan[]
}

/** Takes traces of OTLP over HTTP, as JSON: a collector that keeps what it gets. */
export async function startOtlpReceiver(options: HttpOptions = {}): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = []
  const server = await host(options, '/v1/traces', (req, res, body) => {
    if (req.method !== 'POST' || req.headers['content-type'] !== 'application/json') return void res.writeHead(415).end()
    spans.push(...decode(JSON.parse(body) as Export))
    res.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })
  return { ...server, spans }
}

/** `ExportTraceServiceRequest` (OTLP 1.5), as far as it is read. */
interface Export {
  readonly resourceSpans: ReadonlyArray<{ readonly scopeSpans: ReadonlyArray<{ readonly scope: { readonly name: string }; readonly spans: readonly Sent[] }> }>
}

interface Sent {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly kind: number
  readonly status?: { readonly code?: number }
  readonly attributes?: readonly Attribute[]
  readonly events?: ReadonlyArray<{ readonly name: string; readonly attributes?: readonly Attribute[] }>
}

interface Attribute {
  readonly key: string
  /** 64-bit integers come as text. */
  readonly value: { readonly stringValue?: string; readonly intValue?: number | string; readonly doubleValue?: number; readonly boolValue?: boolean }
}

function decode({ resourceSpans }: Export): ReceivedSpan[] {
  const scopes = resourceSpans.flatMap(({ scopeSpans }) => scopeSpans)
  return scopes.flatMap(({ scope, spans }) => spans.map((span) => ({ ...received(span), scope: scope.name })))
}

function received({ name, traceId, spanId, parentSpanId = '', kind, status, attributes, events = [] }: Sent): Omit<ReceivedSpan, 'scope'> {
  return {
    name,
    traceId,
    spanId,
    parentSpanId,
    kind,
    status: status?.code ?? 0,
    attributes: read(attributes),
    events: events.map((event) => ({ name: event.name, attributes: read(event.attributes) })),
  }
}

function read(attributes: readonly Attribute[] = []): Record<string, Value> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [
      key,
      value.stringValue ?? value.boolValue ?? value.doubleValue ?? (value.intValue === undefined ? undefined : Number(value.intValue)),
    ]),
  )
}
