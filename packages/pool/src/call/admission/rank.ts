import type { Priority } from '../../ports.js'
import { Heap } from './heap.js'
import { type Place, Tenant } from './waiting.js'

/**
 * One priority: its share against the other priorities, and the shares of its tenants among each other.
 *
 * Both by self-clocked fair queueing (Golestani, INFOCOM '94), where every call is taken for equally long, for nobody knows how
 * long one will take. Whoever waits has a tag, the virtual time at which its next turn ends:
 *
 *     tag = virtual time + 1 / weight
 *
 * The smallest tag is served, and virtual time moves there. So a pause neither saves up turns nor costs any; and while A waits,
 * B has at most weight of B / weight of A turns, and one more, before A has its own.
 */
export class Rank {
  readonly priority: Priority
  /** 0 is the highest. */
  readonly order: number
  readonly #stride: number
  /** Virtual time, of all priorities together, at which its next turn ends. */
  tag = 0
  waiting = 0
  readonly #tenants = new Map<string, Tenant>()
  /** Who waits with most stands first. */
  readonly #crowd: Heap<Tenant> = new Heap<Tenant>(
    (a, b) => a.places.size > b.places.size,
    (tenant, index) => {
      tenant.inCrowd = index
    },
  )
  /** Of its tenants. */
  #virtualTime = 0
  #turns = 0

  constructor(priority: Priority, order: number, weight: number) {
    this.priority = priority
    this.order = order
    this.#stride = 1 / weight
  }

  /** Its next turn is one stride after that time. */
  queueUpAt(virtualTime: number): void {
    this.tag = virtualTime + this.#stride
  }

  tenant(key: string): Tenant {
    let tenant = this.#tenants.get(key)
    if (tenant === undefined) {
      tenant = new Tenant(key, this.order)
      this.#queueUp(tenant)
      this.#tenants.set(key, tenant)
      this.#crowd.add(tenant)
    }
    return tenant
  }

  waitingOf(key: string): number {
    return this.#tenants.get(key)?.places.size ?? 0
  }

  /** The tenant that waits with most. */
  get mostCrowded(): Tenant | undefined {
    return this.#crowd.first
  }

  joined(place: Place): void {
    const { tenant } = place.lane
    this.waiting++
    tenant.places.add(place)
    this.#crowd.reorder(tenant.inCrowd)
  }

  left(place: Place): void {
    const { tenant } = place.lane
    this.waiting--
    tenant.places.removeAt(place.inTenant)
    if (tenant.places.size > 0) return this.#crowd.reorder(tenant.inCrowd)
    this.#crowd.removeAt(tenant.inCrowd)
    this.#tenants.delete(tenant.key)
  }

  /** The tenant had its turn. */
  served(tenant: Tenant): void {
    // One that could not be placed for a time has a tag of the past: it does not catch up on what it could not have used.
    this.#virtualTime = Math.max(this.#virtualTime, tenant.tag)
    this.#queueUp(tenant)
  }

  #queueUp(tenant: Tenant): void {
    tenant.tag = this.#virtualTime + 1
    tenant.turn = this.#turns++
  }
}
