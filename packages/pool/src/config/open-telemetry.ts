import type { MeterProvider, TextMapPropagator, TracerProvider } from '@opentelemetry/api'
import { implementing, type OptionTable, type Read, readMembers, text } from './checks.js'
import { Place, Problems } from './problems.js'

/** Options of `openTelemetry`. */
export interface OpenTelemetryOptions {
  /** Who makes the spans. @default the one that is registered with `@opentelemetry/api` */
  readonly tracerProvider?: TracerProvider | undefined
  /** Who takes the metrics. @default the one that is registered when this is called */
  readonly meterProvider?: MeterProvider | undefined
  /**
   * Writes the context into `params._meta` of requests, and reads what callers wrote there. `propagation` of `@opentelemetry/api` is the
   * one that is registered. @default W3C Trace Context and Baggage, as MCP prescribes
   */
  readonly propagator?: TextMapPropagator | undefined
  /** Name of the pool in its metrics; unique in the process. @default 'pool' */
  readonly name?: string | undefined
}

const row = { since: '0.1.0' } as const

export const openTelemetryOptions: OptionTable<OpenTelemetryOptions, 'name'> = {
  tracerProvider: {
    ...row,
    check: implementing('OpenTelemetry TracerProvider', ['getTracer']),
    otherwise: 'the one that is registered',
    doc: 'Who makes the spans.',
  },
  meterProvider: {
    ...row,
    check: implementing('OpenTelemetry MeterProvider', ['getMeter']),
    otherwise: 'the one that is registered when `openTelemetry` is called',
    doc: 'Who takes the metrics.',
  },
  propagator: {
    ...row,
    check: implementing('OpenTelemetry TextMapPropagator', ['inject', 'extract', 'fields']),
    otherwise: 'W3C Trace Context and Baggage, as MCP prescribes',
    doc: 'Writes the context into `params._meta` of requests, and reads what callers wrote there. `propagation` of `@opentelemetry/api` is the one that is registered.',
  },
  name: { ...row, check: text, default: 'pool', doc: 'Name of the pool in its metrics; unique in the process.' },
}

/** @throws PoolError `CONFIG`, which names everything that is wrong */
export function resolveOpenTelemetry(options: unknown): Read<OpenTelemetryOptions, 'name'> {
  const problems = new Problems()
  const read = readMembers(openTelemetryOptions, options, new Place(problems))
  problems.throwIfAny()
  // Without a problem there are options.
  return read!
}
