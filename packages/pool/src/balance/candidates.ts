import type { Milliseconds, Target } from '../ports.js'
import { CostTable } from './cost-table.js'
import { REFRESH, ReplicaLoad } from './load.js'
import { hash } from '../hash.js'

/**
 * Those among whom a policy chooses: targets, their loads, and where their costs stand, side by side. It never changes,
 * apart from the cursor of round robin.
 */
export class Candidates<T extends Target = Target> {
  readonly targets: readonly T[]
  readonly loads: readonly ReplicaLoad[]
  readonly costs: CostTable
  /** Rows of the candidates in `costs`. */
  readonly rows: Int32Array
  /** Belongs to round robin: where its next look begins. */
  cursor: number
  #hashes: Int32Array | undefined
  #sessionless: readonly T[] | undefined
  #members: ReadonlySet<Target> | undefined
  #near: Candidates<T> | undefined
  #far: Candidates<T> | undefined
  #greatestWeight = 0
  /** Until then none of the costs is stale, unless there was another alarm in between. */
  #freshUntil: Milliseconds = Number.NEGATIVE_INFINITY
  #alarms = 0

  private constructor(targets: readonly T[], loads: readonly ReplicaLoad[], costs: CostTable, rows: Int32Array, cursor: number) {
    this.targets = targets
    this.loads = loads
    this.costs = costs
    this.rows = rows
    this.cursor = cursor
  }

  /** Of those whose costs stand in `costs`. */
  static from<T extends Target>(costs: CostTable, targets: readonly T[], cursor = 0): Candidates<T> {
    const loads = targets.map(loadOf)
    // In a loop: `Int32Array.from` takes twenty times as long, and this is done anew for every change and every retry.
    const rows = new Int32Array(loads.length)
    for (let i = 0; i < loads.length; i++) rows[i] = loads[i]!.row
    return new Candidates(targets, loads, costs, rows, cursor)
  }

  /** Of any, for one choice now. */
  static of<T extends Target>(targets: readonly T[], now: Milliseconds, cursor = 0): Candidates<T> {
    const loads = targets.map(loadOf)
    return new Candidates(
      targets,
      loads,
      CostTable.at(now, loads),
      Int32Array.from(loads, (_, row) => row),
      cursor,
    )
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

  /** Those of the own zone. */
  get near(): Candidates<T> {
    this.#near ??= this.filter((target) => !loadOf(target).far)
    return this.#near
  }

  /** Those of other zones. */
  get far(): Candidates<T> {
    this.#far ??= this.filter((target) => loadOf(target).far)
    return this.#far
  }

  /** The modern ones. */
  get sessionless(): readonly T[] {
    this.#sessionless ??= this.targets.filter(({ connection }) => connection.era === 'modern')
    return this.#sessionless
  }

  /** Brings all costs up to date. Most picks have nothing to do here, and compare costs alone. */
  refresh(now: Milliseconds): void {
    const { costs, rows } = this
    if (now < this.#freshUntil && costs.alarms === this.#alarms) return
    const { cells } = costs
    // No attempt that starts or ends from now on makes its replica's cost stale earlier.
    let freshUntil = now + REFRESH
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!
      if (now >= cells[2 * row + 1]!) costs.refresh(row, now)
      freshUntil = Math.min(freshUntil, cells[2 * row + 1]!)
    }
    this.#freshUntil = freshUntil
    this.#alarms = costs.alarms
  }

  includes(target: Target): boolean {
    this.#members ??= new Set(this.targets)
    return this.#members.has(target)
  }

  without(others: readonly Target[]): Candidates<T> {
    return this.filter((target) => !others.includes(target))
  }

  filter(keeps: (target: T) => boolean): Candidates<T> {
    return Candidates.from(this.costs, this.targets.filter(keeps))
  }
}

export function loadOf(target: Target): ReplicaLoad {
  if (target.load instanceof ReplicaLoad) return target.load
  throw new TypeError(`the balancer compares ReplicaLoad, target ${target.id} has another load`)
}
