import { KindTally, nameOf } from '../kind-tally.js'
import type { EndpointTally } from '../attempt-tally.js'
import type { PoolTally } from '../pool-tally.js'
import type { PoolStatistics } from '../statistics.js'

export type Labels = Readonly<Record<string, string>>

/** What there is to know of one endpoint. */
export interface EndpointRow {
  readonly labels: Labels
  clients: number
  healthy: number
  outstanding: number
  /** undefined: no attempt has ended there. */
  readonly tally: EndpointTally | undefined
}

/** One scrape: what all metrics are filled from, so that they say the same of the same moment. */
export interface Look {
  readonly statistics: PoolStatistics
  readonly tally: PoolTally
  readonly calls: ReadonlyArray<readonly [Labels, KindTally]>
  readonly endpoints: readonly EndpointRow[]
}

/** Of those who share a label. */
const OTHER = 'other'

/** Methods of the protocol, and room for those of a vendor. */
const MAX_METHODS = 50

/** What is fit for a label: the specification allows tools names of 128 characters, and none that cannot be seen. */
const NAME = /^[^\p{C}]{1,128}$/u

/**
 * The calls by their labels. Names come from callers, and through a gateway from strangers; each is a dozen series for as long as the process
 * lives. So the first `maxTools` are named, and the others counted together: a label never changes its meaning, and no counter goes back.
 */
export function labelledCalls(kinds: Iterable<KindTally>, maxTools: number): Array<readonly [Labels, KindTally]> {
  const rows: Array<readonly [Labels, KindTally]> = []
  let [tools, methods] = [0, 0]
  let otherTools: KindTally | undefined
  let otherMethods: KindTally | undefined
  for (const tally of kinds) {
    const name = nameOf(tally.kind)
    const named = name !== OTHER && name !== '*' && NAME.test(name)
    if (tally.kind.method === 'tools/call') {
      if (named && tools++ < maxTools) rows.push([{ method: 'tools/call', tool: name }, tally])
      else (otherTools ??= new KindTally(tally.kind)).absorb(tally)
    } else if (named && methods++ < MAX_METHODS) rows.push([{ method: name }, tally])
    else (otherMethods ??= new KindTally(tally.kind)).absorb(tally)
  }
  if (otherTools !== undefined) rows.push([{ method: 'tools/call', tool: OTHER }, otherTools])
  if (otherMethods !== undefined) rows.push([{ method: OTHER }, otherMethods])
  return rows
}

/**
 * The endpoints that have clients, by their labels. Those that are named stay so while they are there, and who is gone makes room;
 * beyond `maxEndpoints` the others are not shown. They are in the sums, which have no such label.
 */
export class LabelledEndpoints {
  readonly #max: number
  #named: ReadonlySet<string> = new Set()

  constructor(max: number) {
    this.#max = max
  }

  of({ clients }: PoolStatistics, tally: PoolTally): readonly EndpointRow[] {
    const rows = new Map<string, EndpointRow>()
    const here = new Set(clients.map(({ endpoint }) => endpoint))
    for (const endpoint of this.#named) if (here.has(endpoint)) rows.set(endpoint, newRow(endpoint, tally))
    for (const { endpoint, health, metrics } of clients) {
      let row = rows.get(endpoint)
      if (row === undefined) {
        if (rows.size >= this.#max) continue
        row = newRow(endpoint, tally)
        rows.set(endpoint, row)
      }
      row.clients++
      row.outstanding += metrics.outstanding
      if (health === 'healthy') row.healthy++
    }
    this.#named = new Set(rows.keys())
    return [...rows.values()]
  }
}

function newRow(endpoint: string, { endpoints }: PoolTally): EndpointRow {
  return { labels: { endpoint }, clients: 0, healthy: 0, outstanding: 0, tally: endpoints.get(endpoint) }
}
