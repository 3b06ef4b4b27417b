import { Histogram } from 'prom-client'
import { BOUNDS } from '../duration-buckets.js'
import type { HistogramDefinition } from './definition.js'

const SECONDS = BOUNDS.map((bound) => bound / 1_000)

type Rows = ReturnType<HistogramDefinition['values']>
type Row = Rows extends Iterable<infer Each> ? Each : never
type Exported = Awaited<ReturnType<Histogram['get']>>

/** A histogram whose buckets were counted elsewhere: `prom-client` takes one observation after the other, and no counts. */
export class TallyHistogram extends Histogram {
  readonly #name: string
  readonly #values: () => Rows
  /** Says what every histogram says of itself. */
  readonly #blank: Histogram

  constructor({ name, help, labels }: HistogramDefinition, values: () => Rows) {
    const configuration = { name, help, labelNames: [...labels], buckets: SECONDS, registers: [] }
    super(configuration)
    this.#name = name
    this.#values = values
    this.#blank = new Histogram(configuration)
  }

  override async get(): Promise<Exported> {
    // Before anything is waited for: all metrics of a scrape are of one moment.
    const values = Array.from(this.#values(), (row) => this.#exported(row)).flat()
    return { ...(await this.#blank.get()), values }
  }

  /** What a registry asks for where it writes text. */
  getForPromString(): Promise<Exported> {
    return this.get()
  }

  #exported([labels, { counts, sum, count }]: Row): Exported['values'] {
    let below = 0
    const buckets = SECONDS.map((le, bucket) => ({ metricName: `${this.#name}_bucket`, labels: { le, ...labels }, value: (below += counts[bucket]!) }))
    return [
      ...buckets,
      { metricName: `${this.#name}_bucket`, labels: { le: '+Inf', ...labels }, value: count },
      { metricName: `${this.#name}_sum`, labels, value: sum / 1_000 },
      { metricName: `${this.#name}_count`, labels, value: count },
    ]
  }
}
