import type { Target } from '../ports.js'
import { ReplicaLoad } from './load.js'
import { hash } from './rendezvous.js'

/**
 * Those among whom a policy chooses: targets and their loads side by side, so that a pick reads plain arrays. It never
 * changes, apart from the cursor of round robin.
 */
export class Candidates<T extends Target = Target> {
  readonly targets: readonly T[]
  readonly loads: readonly ReplicaLoad[]
  /** Belongs to round robin: where its next look begins. */
  cursor: number
  #hashes: Int32Array | undefined
  #sessionless: readonly T[] | undefined
  #members: ReadonlySet<Target> | undefined
  #greatestWeight = 0

  constructor(targets: readonly T[], cursor = 0) {
    this.targets = targets
    this.loads = targets.map(loadOf)
    this.cursor = cursor
  }

  get size(): number {
    return this.targets.length
  }

  /** Hashes of the targets' places; made when affinity first asks. */
  get hashes(): Int32Array {
    this.#hashes ??= Int32Array.from(this.targets, (target) => hash(target.place))
    return this.#hashes
  }

  /** The greatest of the users' weights. */
  get greatestWeight(): number {
    if (this.#greatestWeight === 0) for (const load of this.loads) this.#greatestWeight = Math.max(this.#greatestWeight, load.weight)
    return this.#greatestWeight
  }

  /** The modern ones. */
  get sessionless(): readonly T[] {
    this.#sessionless ??= this.targets.filter(({ connection }) => connection.era === 'modern')
    return this.#sessionless
  }

  includes(target: Target): boolean {
    this.#members ??= new Set(this.targets)
    return this.#members.has(target)
  }

  without(others: readonly Target[]): Candidates<T> {
    return new Candidates(this.targets.filter((target) => !others.includes(target)))
  }
}

function loadOf(target: Target): ReplicaLoad {
  if (target.load instanceof ReplicaLoad) return target.load
  throw new TypeError(`the balancer compares ReplicaLoad, target ${target.id} has another load`)
}
