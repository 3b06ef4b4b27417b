import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Milliseconds, Priority } from '../../ports.js'
import { VirtualTime } from '../../testing/virtual-time.js'
import { Admission } from './admission.js'
import type { Entry, Place, Waiting } from './waiting.js'

const PRIORITIES: readonly Priority[] = ['high', 'normal', 'low']
const WEIGHTS = { high: 16, normal: 4, low: 1 }

class Guest implements Waiting {
  readonly id: number
  readonly priority: Priority
  readonly tenant: string
  readonly need: string
  readonly waitsUntil: Milliseconds
  place: Place | undefined
  onEnter: (guest: Guest) => Entry = () => 'full'
  readonly #log: string[]

  constructor(log: string[], id: number, wishes: { priority: Priority; tenant: string; need: string; waitsUntil: Milliseconds }) {
    this.#log = log
    this.id = id
    this.priority = wishes.priority
    this.tenant = wishes.tenant
    this.need = wishes.need
    this.waitsUntil = wishes.waitsUntil
  }

  enter(): Entry {
    return this.onEnter(this)
  }

  shed(code: string): void {
    this.#log.push(`${this.id} ${code}`)
  }
}

interface Share {
  tag: number
  turn: number
}

/** The same by brute force: a list, and everyone in it compared with everyone each time. */
class Oracle {
  readonly log: string[] = []
  readonly #maxQueueSize: number
  #list: Guest[] = []
  readonly #ranks = new Map<Priority, Share>()
  #tenants = new Map<string, Share>()
  readonly #times = new Map<string, number>()
  #turns = 0

  constructor(maxQueueSize: number) {
    this.#maxQueueSize = maxQueueSize
  }

  get waiting(): number {
    return this.#list.length
  }

  wait(guest: Guest): void {
    if (this.#list.length < this.#maxQueueSize) return this.#join(guest)
    const worst = PRIORITIES.findLast((priority) => this.#list.some((each) => each.priority === priority))!
    const [own, other] = [PRIORITIES.indexOf(guest.priority), PRIORITIES.indexOf(worst)]
    const sizes = new Map<string, number>()
    for (const { priority, tenant } of this.#list) if (priority === worst) sizes.set(tenant, (sizes.get(tenant) ?? 0) + 1)
    const most = Math.max(...sizes.values())
    if (other < own || (other === own && (sizes.get(guest.tenant) ?? 0) + 1 >= most)) return this.#send(guest)
    // Which of several tenants with as many is not said.
    const victims = this.#list.filter(({ priority, tenant }) => priority === worst && sizes.get(tenant) === most)
    const shed = victims.find(({ place }) => place === undefined)!
    const longer = victims.filter(
      (each) => each.tenant === shed.tenant && (each.waitsUntil > shed.waitsUntil || (each.waitsUntil === shed.waitsUntil && each.id > shed.id)),
    )
    if (longer.length > 0) throw new Error(`${shed.id} was shed, and not ${longer[0]!.id}`)
    this.#leave(shed)
    this.#join(guest)
    this.#send(shed)
  }

  pump(places: number, needs: readonly string[]): void {
    for (let left = places; left > 0; left--) {
      const next = this.#list.filter(({ need }) => needs.includes(need)).toSorted((a, b) => this.#order(a, b))[0]
      if (next === undefined) return
      const [rank, tenant] = [this.#ranks.get(next.priority)!, this.#tenants.get(key(next))!]
      this.#serve(rank, 'ranks', 1 / WEIGHTS[next.priority])
      this.#serve(tenant, next.priority, 1)
      this.#leave(next)
      this.log.push(`${next.id} started`)
    }
  }

  remove(id: number): boolean {
    const guest = this.#list.find((each) => each.id === id)
    if (guest !== undefined) this.#leave(guest)
    return guest !== undefined
  }

  expire(now: Milliseconds): void {
    const over = this.#list.filter(({ waitsUntil }) => waitsUntil <= now).toSorted((a, b) => a.waitsUntil - b.waitsUntil || a.id - b.id)
    for (const guest of over) {
      this.#leave(guest)
      this.log.push(`${guest.id} QUEUE_TIMEOUT`)
    }
  }

  #order(a: Guest, b: Guest): number {
    const [rank, other] = [this.#ranks.get(a.priority)!, this.#ranks.get(b.priority)!]
    if (a.priority !== b.priority) return rank.tag - other.tag || PRIORITIES.indexOf(a.priority) - PRIORITIES.indexOf(b.priority)
    const [tenant, rival] = [this.#tenants.get(key(a))!, this.#tenants.get(key(b))!]
    return tenant.tag - rival.tag || tenant.turn - rival.turn || a.waitsUntil - b.waitsUntil || a.id - b.id
  }

  #join(guest: Guest): void {
    if (!this.#list.some(({ priority }) => priority === guest.priority)) this.#ranks.set(guest.priority, this.#share('ranks', 1 / WEIGHTS[guest.priority]))
    if (!this.#tenants.has(key(guest))) this.#tenants.set(key(guest), this.#share(guest.priority, 1))
    this.#list.push(guest)
  }

  #leave(guest: Guest): void {
    this.#list = this.#list.filter((each) => each !== guest)
    this.#tenants = new Map([...this.#tenants].filter(([tenant]) => this.#list.some((each) => key(each) === tenant)))
  }

  #send(guest: Guest): void {
    this.log.push(`${guest.id} QUEUE_FULL`)
  }

  #share(time: string, stride: number): Share {
    return { tag: (this.#times.get(time) ?? 0) + stride, turn: this.#turns++ }
  }

  #serve(share: Share, time: string, stride: number): void {
    this.#times.set(time, Math.max(this.#times.get(time) ?? 0, share.tag))
    Object.assign(share, this.#share(time, stride))
  }
}

const key = ({ priority, tenant }: Guest): string => `${priority} ${tenant}`

const come = fc.record({
  op: fc.constant('come' as const),
  priority: fc.constantFrom(...PRIORITIES),
  tenant: fc.constantFrom('a', 'b', 'c'),
  wait: fc.integer({ min: 1, max: 50 }),
  need: fc.constantFrom('x', 'y', 'z'),
})
const pump = fc.record({ op: fc.constant('pump' as const), places: fc.integer({ min: 1, max: 4 }), needs: fc.subarray(['x', 'y', 'z'], { minLength: 1 }) })
const remove = fc.record({ op: fc.constant('remove' as const), which: fc.nat(50) })
const pass = fc.record({ op: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 30 }) })
const step = fc.oneof({ weight: 6, arbitrary: come }, { weight: 2, arbitrary: pump }, { weight: 1, arbitrary: remove }, { weight: 1, arbitrary: pass })

it('lets in and sends away in the order of an oracle that looks at everyone every time', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 150, size: 'max' }), fc.integer({ min: 1, max: 20 }), (steps, maxQueueSize) => {
      const time = new VirtualTime()
      const admission = new Admission({ timers: time, maxQueueSize })
      const oracle = new Oracle(maxQueueSize)
      const log: string[] = []
      const guests: Guest[] = []
      for (const next of steps) {
        switch (next.op) {
          case 'come': {
            const guest = new Guest(log, guests.length, { ...next, waitsUntil: time.now() + next.wait })
            guests.push(guest)
            admission.wait(guest, time.now())
            oracle.wait(guest)
            break
          }
          case 'pump': {
            let left = next.places
            const enter = ({ need, id }: Guest): Entry => {
              if (left === 0) return 'full'
              if (!next.needs.includes(need)) return 'no-place'
              left--
              log.push(`${id} started`)
              return 'started'
            }
            for (const guest of guests) guest.onEnter = enter
            admission.pump(time.now())
            oracle.pump(next.places, next.needs)
            break
          }
          case 'remove': {
            const guest = guests[next.which]
            if (guest !== undefined) expect(admission.remove(guest)).toBe(oracle.remove(guest.id))
            break
          }
          case 'pass':
            time.advance(next.ms)
            oracle.expire(time.now())
        }
        expect(log).toEqual(oracle.log)
        expect(admission.waiting).toBe(oracle.waiting)
      }
    }),
    { numRuns: 200 },
  )
})
