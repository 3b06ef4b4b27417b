import type { CallKind, Era, Random, Target } from '../ports.js'
import { Candidates, loadOf } from './candidates.js'
import { CostTable } from './cost-table.js'

/** Narrowed views that are kept for sessions; beyond that they are made again. */
const MAX_PINNED = 1_000

/**
 * Those who are fit at one moment, and what each kind of request makes of them. Who may serve a kind is asked once and
 * remembered, so that the ordinary pick is one lookup; a change of what they serve needs a new snapshot.
 */
export class Snapshot {
  readonly targets: readonly Target[]
  readonly #random: Random
  readonly #costs: CostTable
  /** Made when somebody first asks for one by its id: of all that a snapshot has it takes longest to make. */
  #byId: ReadonlyMap<string, Target> | undefined
  /** Most kinds are served by all: a thousand of them share this one. */
  readonly #everybody: Candidates
  readonly #any = new Map<CallKind, Candidates>()
  readonly #modern = new Map<CallKind, Candidates>()
  readonly #legacy = new Map<CallKind, Candidates>()
  readonly #pinned = new Map<Candidates, Map<Target, Candidates>>()
  #pinnedCount = 0
  /** The last question and its answer: most callers ask for the same again. */
  #lastKind: CallKind | undefined
  #lastEra: Era | undefined
  #last: Candidates | undefined

  constructor(targets: readonly Target[], random: Random) {
    this.targets = targets
    this.#random = random
    const loads = targets.map(loadOf)
    this.#costs = new CostTable(loads)
    for (let row = 0; row < loads.length; row++) loads[row]!.moveTo(this.#costs, row)
    this.#everybody = this.#candidates(targets)
  }

  byId(id: string): Target | undefined {
    this.#byId ??= new Map(this.targets.map((target) => [target.id, target]))
    return this.#byId.get(id)
  }

  /** All that may serve `kind`; those that do not know yet whether they can count as if they could. */
  for(kind: CallKind, era: Era | undefined): Candidates {
    if (kind === this.#lastKind && era === this.#lastEra) return this.#last!
    const table = era === undefined ? this.#any : era === 'modern' ? this.#modern : this.#legacy
    let candidates = table.get(kind)
    if (candidates === undefined) {
      const able = this.targets.filter(({ connection }) => (era === undefined || connection.era === era) && connection.serves(kind) !== 'no')
      candidates = able.length === this.targets.length ? this.#everybody : this.#candidates(able)
      table.set(kind, candidates)
    }
    this.#lastKind = kind
    this.#lastEra = era
    this.#last = candidates
    return candidates
  }

  /** Those of `candidates` who may serve a caller whose session is open on `client`: a legacy session is had nowhere else, and modern clients need none. */
  pinnedTo(client: Target, candidates: Candidates): Candidates {
    let table = this.#pinned.get(candidates)
    let narrowed = table?.get(client)
    if (narrowed !== undefined) return narrowed
    const { sessionless } = candidates
    const home = client.connection.era === 'legacy' && candidates.includes(client) ? [client] : []
    narrowed = this.#candidates([...sessionless, ...home])
    if (++this.#pinnedCount > MAX_PINNED) {
      this.#pinned.clear()
      this.#pinnedCount = 1
      table = undefined
    }
    if (table === undefined) this.#pinned.set(candidates, (table = new Map()))
    table.set(client, narrowed)
    return narrowed
  }

  /** Round robin begins anywhere: a thousand kinds with one call each must not all go to the first client. */
  #candidates(targets: readonly Target[]): Candidates {
    return Candidates.from(this.#costs, targets, Math.floor(this.#random() * targets.length))
  }
}
