import {
  type Context,
  context as contexts,
  INVALID_TRACEID,
  type Link,
  type Meter,
  metrics,
  ROOT_CONTEXT,
  SpanKind,
  trace,
  TraceFlags,
} from '@opentelemetry/api'
import { type OpenTelemetryOptions, resolveOpenTelemetry, version } from '../config/index.js'
import type { CallTrace, ObservedCall, ObservedPool, Observer } from '../ports.js'
import { CallDurations } from './call-durations.js'
import { CallSpan, type Tracing } from './call-span.js'
import { ClientAttributes } from './client-attributes.js'
import { PoolGauges } from './pool-gauges.js'
import { Propagation } from './propagation.js'
import { spanName } from './subject.js'
import { unrecordedCall } from './unrecorded-call.js'
import { W3CPropagator } from './w3c-propagator.js'
import { withSpan } from './with-span.js'

/**
 * Traces and metrics of a pool's calls, by OpenTelemetry's conventions for MCP:
 *
 *     const pool = new MCPClientPool({ endpoints, observer: openTelemetry() })
 *
 * Everything goes to the SDK that the application has registered with `@opentelemetry/api`, or to the providers in `options`.
 *
 * @throws PoolError `CONFIG`, naming every option that is wrong
 */
export function openTelemetry(options: OpenTelemetryOptions = {}): Observer {
  const resolved = resolveOpenTelemetry(options)
  const { tracerProvider = trace.getTracerProvider(), meterProvider = metrics.getMeterProvider(), propagator = new W3CPropagator(), name } = resolved
  const meter = meterProvider.getMeter(SCOPE, version)
  const tracing: Tracing = {
    tracer: tracerProvider.getTracer(SCOPE, version),
    propagation: new Propagation(propagator),
    clients: new ClientAttributes(),
    durations: CallDurations.of(meter),
  }
  return new OpenTelemetry(tracing, meter, name)
}

class OpenTelemetry implements Observer {
  readonly #tracing: Tracing
  readonly #meter: Meter
  readonly #name: string

  constructor(tracing: Tracing, meter: Meter, name: string) {
    this.#tracing = tracing
    this.#meter = meter
    this.#name = name
  }

  poolStarted(pool: ObservedPool): () => void {
    const gauges = new PoolGauges(this.#meter, pool, this.#name)
    return () => gauges.stop()
  }

  /** The parent is whom the request itself names, for it says so; else the span in which the caller is. Of two the other is linked. */
  callStarted(call: ObservedCall): CallTrace {
    const { tracer, propagation } = this.#tracing
    const { request } = call
    const active = contexts.active()
    const parent = propagation.given(request, active)
    const links = parent === active ? undefined : linksTo(trace.getSpanContext(active), trace.getSpanContext(parent))
    const span = tracer.startSpan(spanName(request), links === undefined ? CLIENT : { ...CLIENT, links }, parent)
    if (span.isRecording()) return new CallSpan(this.#tracing, call, withSpan(parent, span), span)
    return unrecordedCall(this.#tracing, call, parent, span, isUnsampled(active) || !followed() ? undefined : withSpan(parent, span))
  }
}

const SCOPE = 'mcp-client-pool'
const CLIENT = { kind: SpanKind.CLIENT } as const

/** Somebody keeps contexts: whoever has none to keep gives back what it is to be bound to one. */
function followed(): boolean {
  return contexts.bind(ROOT_CONTEXT, unbound) !== unbound
}

const unbound = (): void => {}

/** In a trace that is sampled out whoever begins a span hears of that, and leaves it out too. */
function isUnsampled(context: Context): boolean {
  const span = trace.getSpanContext(context)
  return span !== undefined && (span.traceFlags & TraceFlags.SAMPLED) === 0 && span.traceId !== INVALID_TRACEID
}

function linksTo(active: Link['context'] | undefined, parent: Link['context'] | undefined): Link[] | undefined {
  return active === undefined || active.spanId === parent?.spanId ? undefined : [{ context: active }]
}
