import type { Milliseconds, Priority } from '../../ports.js'
import { Heap } from './heap.js'

/**
 * What came of an attempt to enter.
 *
 * - `started`: it has a place, and does not wait any more.
 * - `ended`: it gave up by itself, for it could not end in time or was cancelled; its turn is not used up.
 * - `no-place`: nobody has a place for what it needs. Others who need something else may have more luck.
 * - `full`: nobody has a place for anyone.
 */
export type Entry = 'started' | 'ended' | 'no-place' | 'full'

/**
 * Who waits for a place. It leaves the queue in exactly one way: `enter` says `started` or `ended`, `shed` is called, or it is
 * taken out with `Admission.remove`. All but `place` must stay as it is while it waits.
 */
export interface Waiting {
  readonly priority: Priority
  /** Whose share of the queue it takes. Tenants cost memory only while they wait. */
  readonly tenant: string
  /** Compared by identity: where one is told `no-place`, others of the same need would be told so too, and are not asked. */
  readonly need: unknown
  /** The time at which it has waited long enough. */
  readonly waitsUntil: Milliseconds
  /** Belongs to `Admission`: where it stands; undefined while it does not wait, and while it enters. */
  place: Place | undefined
  /** Tries to start. May settle at once, wait again, and make others come and go meanwhile. */
  enter(now: Milliseconds): Entry
  /** `QUEUE_TIMEOUT`: it waited until its time. `QUEUE_FULL`: there is no room for it, or not any more. */
  shed(code: 'QUEUE_TIMEOUT' | 'QUEUE_FULL', now: Milliseconds): void
}

/** Where one that waits stands, in each of the orders that matter. */
export class Place {
  readonly waiter: Waiting
  readonly waitsUntil: Milliseconds
  /** In order of coming. */
  readonly arrival: number
  readonly lane: Lane
  readonly since: Milliseconds
  /** It is being asked to enter, and is nobody's to settle but its own. */
  entering = false
  /** Indices in the heaps in which it stands. */
  inLane = 0
  inTenant = 0
  inAll = 0

  constructor(waiter: Waiting, arrival: number, lane: Lane, since: Milliseconds) {
    this.waiter = waiter
    this.waitsUntil = waiter.waitsUntil
    this.arrival = arrival
    this.lane = lane
    this.since = since
  }
}

/** One tenant's waiters of one priority. It exists while there are any. */
export class Tenant {
  readonly key: string
  /** Of its priority: 0 is the highest. */
  readonly order: number
  /** Virtual time at which its next turn ends. Never decreases. */
  tag = 0
  /** Order among equal tags: who got the tag first goes first. New with every tag. */
  turn = 0
  inCrowd = 0
  /** Those to shed first stand first: who could wait longest. */
  readonly places: Heap<Place> = new Heap<Place>(endsLater, stoodInTenant)

  constructor(key: string, order: number) {
    this.key = key
    this.order = order
  }
}

/** Those of one tenant who need the same. Those to let in first stand first. */
export class Lane {
  readonly need: unknown
  readonly tenant: Tenant
  /** The tenant's, as they were when this lane was put where it stands. */
  tag: number
  turn: number
  inLine = 0
  readonly places: Heap<Place> = new Heap<Place>(endsEarlier, stoodInLane)

  constructor(need: unknown, tenant: Tenant) {
    this.need = need
    this.tenant = tenant
    this.tag = tenant.tag
    this.turn = tenant.turn
  }
}

/** The order of entering among the waiters of one tenant. */
export function endsEarlier(a: Place, b: Place): boolean {
  return a.waitsUntil < b.waitsUntil || (a.waitsUntil === b.waitsUntil && a.arrival < b.arrival)
}

function endsLater(a: Place, b: Place): boolean {
  return endsEarlier(b, a)
}

function stoodInTenant(place: Place, index: number): void {
  place.inTenant = index
}

function stoodInLane(place: Place, index: number): void {
  place.inLane = index
}
