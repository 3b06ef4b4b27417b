import { Heap } from './heap.js'
import { Lane, type Place, type Tenant } from './waiting.js'

/**
 * Those who need the same. There is a line for each need, since one that cannot be placed (its only client is full, its tool has
 * no place left) must not stand in the way of those who can, and those behind it need not be asked in vain.
 *
 *     line ─▶ priority ─▶ lanes, by the tags of their tenants ─▶ places, by the end of their wait
 *
 * Tags belong to priorities and tenants, not to lines: who had a turn in one line has had it in all.
 */
export class Line {
  readonly need: unknown
  waiting = 0
  /** The last round in which it was told that there is no place. */
  refusedIn = 0
  readonly #lanes = new Map<Tenant, Lane>()
  /** By the order of priorities, where any wait or did. */
  readonly #orders: (Heap<Lane> | undefined)[] = []

  constructor(need: unknown) {
    this.need = need
  }

  lane(tenant: Tenant): Lane {
    let lane = this.#lanes.get(tenant)
    if (lane === undefined) {
      lane = new Lane(this.need, tenant)
      this.#lanes.set(tenant, lane)
      const lanes = (this.#orders[tenant.order] ??= new Heap<Lane>(goesBefore, stoodInLine))
      lanes.add(lane)
    }
    return lane
  }

  joined(place: Place): void {
    this.waiting++
    place.lane.places.add(place)
  }

  left(place: Place): void {
    const { lane } = place
    this.waiting--
    lane.places.removeAt(place.inLane)
    if (lane.places.size > 0) return
    this.#orders[lane.tenant.order]!.removeAt(lane.inLine)
    this.#lanes.delete(lane.tenant)
  }

  /** Whose turn it is here, of the priority at `order`. */
  first(order: number): Place | undefined {
    const lanes = this.#orders[order]
    if (lanes === undefined) return undefined
    for (let lane = lanes.first; lane !== undefined; lane = lanes.first) {
      const { tenant } = lane
      if (lane.turn === tenant.turn) return lane.places.first
      // The tenant had its turn in another line: the lane moves back now that it comes to the front.
      lane.tag = tenant.tag
      lane.turn = tenant.turn
      lanes.reorder(0)
    }
    return undefined
  }
}

/** The order of tenants, and of their lanes. */
export function goesBefore(a: { readonly tag: number; readonly turn: number }, b: { readonly tag: number; readonly turn: number }): boolean {
  return a.tag < b.tag || (a.tag === b.tag && a.turn < b.turn)
}

function stoodInLine(lane: Lane, index: number): void {
  lane.inLine = index
}
