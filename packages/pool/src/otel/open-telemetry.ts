import { context as contexts, type Link, SpanKind, trace } from '@opentelemetry/api'
import { type OpenTelemetryOptions, resolveOpenTelemetry, version } from '../config/index.js'
import type { CallTrace, ObservedCall, Observer } from '../ports.js'
import { CallSpan, type Tracing } from './call-span.js'
import { ClientAttributes } from './client-attributes.js'
import { Propagation } from './propagation.js'
import { spanName } from './subject.js'
import { UnrecordedCall } from './unrecorded-call.js'
import { W3CPropagator } from './w3c-propagator.js'

/**
 * Traces of a pool's calls, by OpenTelemetry's conventions for MCP:
 *
 *     const pool = new MCPClientPool({ endpoints, observer: openTelemetry() })
 *
 * Everything goes to the SDK that the application has registered with `@opentelemetry/api`, or to the providers in `options`.
 *
 * @throws PoolError `CONFIG`, naming every option that is wrong
 */
export function openTelemetry(options: OpenTelemetryOptions = {}): Observer {
  const { tracerProvider = trace.getTracerProvider(), propagator = new W3CPropagator() } = resolveOpenTelemetry(options)
  return new OpenTelemetry({
    tracer: tracerProvider.getTracer('mcp-client-pool', version),
    propagation: new Propagation(propagator),
    clients: new ClientAttributes(),
  })
}

class OpenTelemetry implements Observer {
  readonly #tracing: Tracing

  constructor(tracing: Tracing) {
    this.#tracing = tracing
  }

  /** The parent is whom the request itself names, for it says so; else the span in which the caller is. Of two the other is linked. */
  callStarted(call: ObservedCall): CallTrace {
    const { tracer, propagation } = this.#tracing
    const { request } = call
    const active = contexts.active()
    const parent = propagation.given(request, active)
    const links = parent === active ? undefined : linksTo(trace.getSpanContext(active), trace.getSpanContext(parent))
    const span = tracer.startSpan(spanName(request), links === undefined ? CLIENT : { ...CLIENT, links }, parent)
    const context = trace.setSpan(parent, span)
    return span.isRecording() ? new CallSpan(this.#tracing, call, context, span) : new UnrecordedCall(propagation, request, context)
  }
}

const CLIENT = { kind: SpanKind.CLIENT } as const

function linksTo(active: Link['context'] | undefined, parent: Link['context'] | undefined): Link[] | undefined {
  return active === undefined || active.spanId === parent?.spanId ? undefined : [{ context: active }]
}
