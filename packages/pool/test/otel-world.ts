import type { RecordedRequest } from '@mcp-client-pool/testbed'
import { context as contexts, type Span, SpanStatusCode, trace, type Tracer } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  AlwaysOnSampler,
  BasicTracerProvider,
  InMemorySpanExporter,
  ParentBasedSampler,
  type ReadableSpan,
  type Sampler,
  SimpleSpanProcessor,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-base'

contexts.setGlobalContextManager(new AsyncLocalStorageContextManager())

/** An SDK that keeps its spans. */
export class Recording {
  readonly exporter = new InMemorySpanExporter()
  readonly provider: BasicTracerProvider
  readonly tracer: Tracer

  constructor(sampler: Sampler = new AlwaysOnSampler(), exporter: SpanExporter = this.exporter) {
    this.provider = new BasicTracerProvider({ sampler: new ParentBasedSampler({ root: sampler }), spanProcessors: [new SimpleSpanProcessor(exporter)] })
    this.tracer = this.provider.getTracer('test')
  }

  /** Spans that are over, as far as they are the pool's. */
  get spans(): ReadableSpan[] {
    return this.exporter.getFinishedSpans().filter(({ instrumentationScope }) => instrumentationScope.name === 'mcp-client-pool')
  }

  /** Spans of calls, each with those of its attempts, in the order in which they began. */
  get calls(): Array<{ readonly call: ReadableSpan; readonly attempts: ReadableSpan[] }> {
    const isAttempt = ({ name }: ReadableSpan): boolean => name.startsWith('attempt ')
    const attempts = this.spans
      .filter(isAttempt)
      .sort((a, b) => Number(a.attributes['mcp_client_pool.attempt.number']) - Number(b.attributes['mcp_client_pool.attempt.number']))
    return this.spans
      .filter((span) => !isAttempt(span))
      .map((call) => ({ call, attempts: attempts.filter(({ parentSpanContext }) => parentSpanContext?.spanId === call.spanContext().spanId) }))
  }

  /** Runs within a span, which is ended after it. */
  async within<T>(name: string, run: (span: Span) => Promise<T>): Promise<T> {
    const span = this.tracer.startSpan(name)
    try {
      return await contexts.with(trace.setSpan(contexts.active(), span), () => run(span))
    } finally {
      span.end()
    }
  }
}

export const traceparentOf = (span: ReadableSpan | Span): string => {
  const { traceId, spanId, traceFlags } = span.spanContext()
  return `00-${traceId}-${spanId}-0${traceFlags}`
}

/** `_meta` of a request as a server got it. */
export const metaOf = ({ message }: RecordedRequest): Record<string, unknown> =>
  (message?.params as { _meta?: Record<string, unknown> } | undefined)?._meta ?? {}

export const UNSET = { code: SpanStatusCode.UNSET }
