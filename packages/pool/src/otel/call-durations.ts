import { type Attributes, createNoopMeter, type Histogram, type Meter } from '@opentelemetry/api'
import type { JsonRpcRequest, ObservedEnd } from '../ports.js'
import { ATTRIBUTE } from './attributes.js'
import { failureOf } from './failure.js'
import { Few } from './few.js'
import { nameOf, subjectOf } from './subject.js'

/** What the conventions advise for `mcp.client.operation.duration`, in seconds. */
const BOUNDARIES = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300]

/** Of the client's attributes those that say how calls are made, and not to whom: replicas would multiply the series. */
const OF_CLIENT = [ATTRIBUTE.protocolVersion, ATTRIBUTE.transport, ATTRIBUTE.protocolName]

/** Sets of attributes that are kept; others are made each time. */
const KEPT = 1_000

/**
 * `mcp.client.operation.duration`: how long calls took, repeats and the queue included, as their callers saw it. Attributes are few: the
 * first 50 methods, 200 tools and prompts, and 50 types of errors; all that come later are `_OTHER`.
 */
export class CallDurations {
  readonly #histogram: Histogram
  readonly #methods = new Few(50)
  readonly #names = new Few(200)
  readonly #errors = new Few(50)
  readonly #kept = new Map<string, Attributes>()

  /** undefined: nobody takes metrics. */
  static of(meter: Meter): CallDurations | undefined {
    return meter === createNoopMeter() ? undefined : new CallDurations(meter)
  }

  private constructor(meter: Meter) {
    this.#histogram = meter.createHistogram('mcp.client.operation.duration', {
      unit: 's',
      description: 'How long calls took, repeats and time in the queue included',
      advice: { explicitBucketBoundaries: BOUNDARIES },
    })
  }

  /** `startedAt` as of `performance.now()`; `client`: who answered or failed last, if anybody was asked. */
  record(request: JsonRpcRequest, end: ObservedEnd, startedAt: number, client: Attributes | undefined): void {
    this.#histogram.record((performance.now() - startedAt) / 1_000, this.#attributes(request, end, client))
  }

  #attributes(request: JsonRpcRequest, end: ObservedEnd, client: Attributes | undefined): Attributes {
    const method = this.#methods.of(request.method)
    const name = nameOf(request)
    const few = name === undefined ? undefined : this.#names.of(name)
    const failure = failureOf(end)
    const error = failure === undefined ? undefined : this.#errors.of(failure.type)
    const key = `${method} ${few} ${error} ${OF_CLIENT.map((attribute) => client?.[attribute]).join(' ')}`
    const known = this.#kept.get(key)
    if (known !== undefined) return known
    const attributes: Attributes = subjectOf({ method, params: { name: few } })
    if (error !== undefined) attributes[ATTRIBUTE.errorType] = error
    if (error !== undefined && failure?.statusCode !== undefined) attributes[ATTRIBUTE.statusCode] = error
    for (const attribute of OF_CLIENT) if (client?.[attribute] !== undefined) attributes[attribute] = client[attribute]
    if (this.#kept.size < KEPT) this.#kept.set(key, attributes)
    return attributes
  }
}
