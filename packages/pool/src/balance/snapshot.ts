import type { CallKind, Era, Random, Target } from '../ports.js'
import { Candidates } from './candidates.js'

/**
 * Those who are fit at one moment, and what each kind of request makes of them. Who may serve a kind is asked once and
 * remembered, so that the ordinary pick is one lookup; a change of what they serve needs a new snapshot.
 */
export class Snapshot {
  readonly #targets: readonly Target[]
  readonly #random: Random
  readonly #byId: ReadonlyMap<string, Target>
  readonly #any = new Map<CallKind, Candidates>()
  readonly #modern = new Map<CallKind, Candidates>()
  readonly #legacy = new Map<CallKind, Candidates>()
  /** By the client on which a session is open: that one, and all that need no session. */
  readonly #pinned = new Map<Candidates, Map<string, Candidates>>()
  /** The last question and its answer: most callers ask for the same again. */
  #lastKind: CallKind | undefined
  #lastEra: Era | undefined
  #last: Candidates | undefined

  constructor(targets: readonly Target[], random: Random) {
    this.#targets = targets
    this.#random = random
    this.#byId = new Map(targets.map((target) => [target.id, target]))
  }

  get targets(): readonly Target[] {
    return this.#targets
  }

  byId(id: string): Target | undefined {
    return this.#byId.get(id)
  }

  /** All that may serve `kind`; those that do not know yet whether they can count as if they could. */
  for(kind: CallKind, era: Era | undefined): Candidates {
    if (kind === this.#lastKind && era === this.#lastEra) return this.#last!
    const table = era === undefined ? this.#any : era === 'modern' ? this.#modern : this.#legacy
    let candidates = table.get(kind)
    if (candidates === undefined) {
      candidates = this.#candidates(this.#targets.filter(({ connection }) => (era === undefined || connection.era === era) && connection.serves(kind) !== 'no'))
      table.set(kind, candidates)
    }
    this.#lastKind = kind
    this.#lastEra = era
    this.#last = candidates
    return candidates
  }

  /** Those of `candidates` who may serve a caller whose session is open on `client`: a legacy session cannot be had elsewhere. */
  pinnedTo(client: string, candidates: Candidates): Candidates {
    let table = this.#pinned.get(candidates)
    if (table === undefined) {
      table = new Map()
      this.#pinned.set(candidates, table)
    }
    let narrowed = table.get(client)
    if (narrowed === undefined) {
      narrowed = this.#candidates(candidates.targets.filter((target) => target.connection.era === 'modern' || target.id === client))
      table.set(client, narrowed)
    }
    return narrowed
  }

  /** Round robin begins anywhere: a thousand kinds with one call each must not all go to the first client. */
  #candidates(targets: readonly Target[]): Candidates {
    return new Candidates(targets, Math.floor(this.#random() * targets.length))
  }
}
