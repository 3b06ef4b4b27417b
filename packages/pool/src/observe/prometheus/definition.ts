import type { DurationBuckets } from '../duration-buckets.js'
import type { Labels, Look } from './look.js'

interface Named {
  readonly name: string
  /** A sentence, as operators read it. */
  readonly help: string
  readonly labels: readonly string[]
}

export interface NumberDefinition extends Named {
  readonly type: 'counter' | 'gauge'
  values(look: Look): Iterable<readonly [Labels, number]>
}

export interface HistogramDefinition extends Named {
  readonly type: 'histogram'
  values(look: Look): Iterable<readonly [Labels, DurationBuckets]>
}

/** One metric: what it is called, and what it says of a pool. */
export type Definition = NumberDefinition | HistogramDefinition

const NO_LABELS: Labels = {}

/** A number of the pool as a whole. */
export function single(type: NumberDefinition['type'], name: string, help: string, value: (look: Look) => number): NumberDefinition {
  return { name, type, help, labels: [], values: (look) => [[NO_LABELS, value(look)]] }
}

/** A counter of the seed whose name lacks the suffix that Prometheus wants, and its twin that has it. */
export function twins(definition: NumberDefinition): readonly NumberDefinition[] {
  return [
    { ...definition, help: `${definition.help} The same as ${definition.name}_total.` },
    { ...definition, name: `${definition.name}_total` },
  ]
}
