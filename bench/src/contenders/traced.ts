import { context as contexts, SpanKind, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'
import { AlwaysOffSampler, BasicTracerProvider, type ReadableSpan, type SpanProcessor } from '@opentelemetry/sdk-trace-base'
import type { Observer } from 'mcp-client-pool'
import { openTelemetry, type OpenTelemetryOptions } from 'mcp-client-pool/otel'
import { TraceParent } from '../../../packages/pool/dist/trace-parent.js'
import type { Contender, ContenderSetup } from '../contender.js'
import { legacyCall } from './message.js'
import { startPool } from './pool.js'

/** Takes spans and keeps none: what is measured is the pool and the SDK, and no exporter. */
class Sink implements SpanProcessor {
  ended = 0

  onStart(): void {}
  onEnd(_span: ReadableSpan): void {
    this.ended++
  }
  async forceFlush(): Promise<void> {}
  async shutdown(): Promise<void> {}
}

/** Collects when asked, and nobody asks. */
class Unasked extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

const sampledOutProvider = (): BasicTracerProvider => new BasicTracerProvider({ sampler: new AlwaysOffSampler() })

const calling = (urls: readonly string[], options: OpenTelemetryOptions | undefined, within = false): Promise<Contender> =>
  observed(urls, options && openTelemetry(options), within)

async function observed(urls: readonly string[], observer: Observer | undefined, within = false): Promise<Contender> {
  const pool = await startPool(urls, observer && { observer })
  let id = 0
  const call = (): Promise<unknown> => pool.request(legacyCall(++id))
  if (!within) return { call, close: () => pool.shutdown() }
  contexts.setGlobalContextManager(new AsyncLocalStorageContextManager())
  const span = trace.setSpan(contexts.active(), sampledOutProvider().getTracer('program').startSpan('program'))
  return { call: () => contexts.with(span, call), close: () => pool.shutdown() }
}

/** What the SDK takes of a call that is left out, without a word to the server: less than that nobody can take who asks it. */
export const spanAlone: ContenderSetup = async (urls) => {
  const tracer = sampledOutProvider().getTracer('bench')
  const pool = await startPool(urls)
  let id = 0
  const call = (): Promise<unknown> => {
    tracer.startSpan('tools/call echo', { kind: SpanKind.CLIENT }, contexts.active())
    return pool.request(legacyCall(++id))
  }
  return { call, close: () => pool.shutdown() }
}

/** The leanest tracing that we could think of: the span, and its ids to the server. Nothing is checked, and no context kept. */
export const lean: ContenderSetup = (urls) => {
  const tracer = sampledOutProvider().getTracer('bench')
  return observed(urls, {
    callStarted() {
      const { traceId, spanId } = tracer.startSpan('tools/call echo', { kind: SpanKind.CLIENT }, contexts.active()).spanContext()
      return { meta: new TraceParent(`00-${traceId}-${spanId}-00`) }
    },
  })
}

export const sampledOut: ContenderSetup = (urls) => calling(urls, { tracerProvider: sampledOutProvider() })
export const recorded: ContenderSetup = (urls) => calling(urls, { tracerProvider: new BasicTracerProvider({ spanProcessors: [new Sink()] }) })
export const measured: ContenderSetup = (urls) => calling(urls, { meterProvider: new MeterProvider({ readers: [new Unasked()] }) })

/** In a program that traces: its contexts follow what it awaits, and calls are made within a span of its own. */
export const sampledOutWithin: ContenderSetup = (urls) => calling(urls, { tracerProvider: sampledOutProvider() }, true)
export const offWithin: ContenderSetup = (urls) => calling(urls, undefined, true)
