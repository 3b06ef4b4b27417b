import type { Milliseconds } from '../ports.js'

const AT_ONCE: Milliseconds = Number.NEGATIVE_INFINITY

/** Whose cost stands in a row, and who can bring it up to date. */
export interface CostOwner {
  cost(now: Milliseconds): number
  refresh(now: Milliseconds): void
}

/**
 * The costs of all replicas that are compared with each other, side by side in memory:
 *
 *     row 0             row 1             row 2
 *     ┌───────┬─────────┬───────┬─────────┬───────┬─ ─
 *     │ cost  │ staleAt │ cost  │ staleAt │ cost  │        `cells`
 *     └───────┴─────────┴───────┴─────────┴───────┴─ ─
 *
 * A pick reads this and nothing else of a replica. Were each cost a field of its replica, every look in a fleet of ten
 * thousand would wait for another page of memory. The cells are open to the policies, whose loops over them are the pick.
 */
export class CostTable {
  readonly cells: Float64Array
  readonly #owners: readonly CostOwner[]
  /** How often a cost became stale at once: who knows when the next of its costs would be stale by itself looks again when this changed. */
  alarms = 0

  /** All rows are stale at once, until their owners write them. */
  constructor(owners: readonly CostOwner[]) {
    this.#owners = owners
    this.cells = new Float64Array(2 * owners.length)
    for (let row = 0; row < owners.length; row++) this.cells[2 * row + 1] = AT_ONCE
  }

  /** The costs of this moment, which nobody keeps up to date. */
  static at(now: Milliseconds, owners: readonly CostOwner[]): CostTable {
    const table = new CostTable(owners)
    for (const [row, owner] of owners.entries()) {
      table.cells[2 * row] = owner.cost(now)
      table.cells[2 * row + 1] = Number.POSITIVE_INFINITY
    }
    return table
  }

  /** Replicas that are compared. */
  get size(): number {
    return this.#owners.length
  }

  cost(row: number, now: Milliseconds): number {
    if (now >= this.cells[2 * row + 1]!) this.refresh(row, now)
    return this.cells[2 * row]!
  }

  /** Something happened that the next pick has to know. */
  alarm(row: number): void {
    this.cells[2 * row + 1] = AT_ONCE
    this.alarms++
  }

  refresh(row: number, now: Milliseconds): void {
    this.#owners[row]!.refresh(now)
  }
}
