import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Milliseconds, Priority } from '../../ports.js'
import { seededRandom } from '../../testing/seeded-random.js'
import { VirtualTime } from '../../testing/virtual-time.js'
import { Admission } from './admission.js'
import type { Entry, Place, Waiting } from './waiting.js'

const PRIORITIES = ['high', 'normal', 'low'] as const
const priority = fc.constantFrom<Priority>(...PRIORITIES)

/** Waits, and counts how often it was settled. */
class Guest implements Waiting {
  readonly priority: Priority
  readonly tenant: string
  readonly need: unknown
  readonly waitsUntil: Milliseconds
  place: Place | undefined
  settlements: string[] = []
  onEnter: () => Entry = () => 'started'
  onShed: () => void = () => {}

  constructor(wishes: { priority: Priority; tenant: string; need?: unknown; waitsUntil: Milliseconds }) {
    this.priority = wishes.priority
    this.tenant = wishes.tenant
    this.need = wishes.need ?? 'any'
    this.waitsUntil = wishes.waitsUntil
  }

  enter(): Entry {
    const entry = this.onEnter()
    if (entry === 'started' || entry === 'ended') this.settlements.push(entry)
    return entry
  }

  shed(code: string): void {
    this.settlements.push(code)
    this.onShed()
  }
}

describe('fairness', () => {
  it('gives each priority that waits its share, to one turn, whatever the weights', () => {
    const weight = fc.integer({ min: 1, max: 32 })
    fc.assert(
      fc.property(fc.record({ high: weight, normal: weight, low: weight }), fc.integer({ min: 1, max: 150 }), (weights, places) => {
        const admission = new Admission({ timers: new VirtualTime(), maxQueueSize: 1_000, weights })
        const turns = { high: 0, normal: 0, low: 0 }
        let left = places
        for (const each of PRIORITIES) {
          for (let i = 0; i < 200; i++) {
            const guest = new Guest({ priority: each, tenant: '', waitsUntil: 1_000 })
            guest.onEnter = () => (left-- > 0 ? (turns[each]++, 'started') : 'full')
            admission.wait(guest, 0)
          }
        }
        admission.pump(0)
        const all = weights.high + weights.normal + weights.low
        for (const each of PRIORITIES) expect(Math.abs(turns[each] - (places * weights[each]) / all)).toBeLessThan(2)
      }),
    )
  })

  it('gives tenants that wait as many turns as each other, to one', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 2, maxLength: 6 }), fc.integer({ min: 1, max: 100 }), (sizes, places) => {
        const admission = new Admission({ timers: new VirtualTime(), maxQueueSize: 1_000 })
        const turns = sizes.map(() => 0)
        let left = places
        for (const [index, size] of sizes.entries()) {
          for (let i = 0; i < size; i++) {
            const guest = new Guest({ priority: 'normal', tenant: `${index}`, waitsUntil: 1_000 })
            guest.onEnter = () => (left-- > 0 ? (turns[index]!++, 'started') : 'full')
            admission.wait(guest, 0)
          }
        }
        admission.pump(0)
        const most = Math.max(...turns)
        const behind = turns.filter((count, index) => count < sizes[index]! && count < most - 1)
        expect(behind).toEqual([])
      }),
    )
  })

  it('lets in anyone after a bounded number of others, however many of any priority and tenant keep coming', () => {
    fc.assert(
      fc.property(priority, fc.nat(30), fc.nat(), (own, before, seed) => {
        const random = seededRandom(seed)
        const admission = new Admission({ timers: new VirtualTime(), maxQueueSize: 10_000 })
        let left = 0
        const enter = (): Entry => (left-- > 0 ? 'started' : 'full')
        const others = (count: number, tenants: number): void => {
          for (let i = 0; i < count; i++) {
            const other = new Guest({ priority: PRIORITIES[Math.floor(random() * 3)]!, tenant: `${Math.floor(random() * tenants)}`, waitsUntil: 1_000 })
            other.onEnter = enter
            admission.wait(other, 0)
          }
        }
        others(before, 5)
        const guest = new Guest({ priority: own, tenant: 'me', waitsUntil: 1_000 })
        guest.onEnter = enter
        admission.wait(guest, 0)
        let pumps = 0
        for (; guest.place !== undefined && pumps < 1_000; pumps++) {
          left = 1
          others(3, 1_000)
          admission.pump(0)
        }
        // A turn of its priority comes after at most 1 + 16 / weight + … others, once for each tenant that was there before it.
        const turn = { high: 3, normal: 8, low: 23 }[own]
        expect(pumps).toBeLessThanOrEqual(turn * (before + 1))
      }),
    )
  })

  it('lets in who needs something else, however many cannot be placed, and asks few in vain each time', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 300 }), priority, (stuck, needs, own) => {
        const admission = new Admission({ timers: new VirtualTime(), maxQueueSize: 1_000 })
        let asked = 0
        for (let i = 0; i < stuck; i++) {
          const guest = new Guest({ priority: 'high', tenant: `${i % 7}`, need: i % needs, waitsUntil: 1 })
          guest.onEnter = () => (asked++, 'no-place')
          admission.wait(guest, 0)
        }
        const guest = new Guest({ priority: own, tenant: 'me', need: 'else', waitsUntil: 1_000 })
        admission.wait(guest, 0)
        let pumps = 0
        for (; guest.place !== undefined && pumps < 100; pumps++) admission.pump(0)
        const lines = Math.min(stuck, needs) + 1
        expect(guest.settlements).toEqual(['started'])
        expect(pumps).toBeLessThanOrEqual(Math.ceil(lines / 64))
        expect(asked).toBeLessThanOrEqual(64 * pumps)
      }),
    )
  })
})

it('settles everyone exactly once, holds no more than it may, and leaves no alarm, whatever happens in the middle of what', () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 0, max: 12 }), fc.integer({ min: 10, max: 150 }), (seed, maxQueueSize, steps) => {
      const random = seededRandom(seed)
      const upTo = (count: number): number => Math.floor(random() * count)
      const time = new VirtualTime()
      const admission = new Admission({ timers: time, maxQueueSize })
      const guests: Guest[] = []
      const removed = new Set<Guest>()
      let depth = 0
      const act = (): void => {
        if (depth > 4 || guests.length > 500) return
        depth++
        switch (upTo(5)) {
          case 0:
          case 1: {
            const guest = new Guest({
              priority: PRIORITIES[upTo(3)]!,
              tenant: `${upTo(4)}`,
              need: upTo(3),
              waitsUntil: time.now() + (upTo(10) === 0 ? Number.POSITIVE_INFINITY : upTo(40)),
            })
            guest.onEnter = () => {
              if (upTo(2) === 0) act()
              return (['started', 'started', 'ended', 'no-place', 'full'] as const)[upTo(5)]!
            }
            guest.onShed = () => {
              if (upTo(2) === 0) act()
            }
            guests.push(guest)
            admission.wait(guest, time.now())
            break
          }
          case 2:
          case 3:
            admission.pump(time.now())
            break
          default: {
            const guest = guests[upTo(guests.length)]
            if (guest !== undefined && admission.remove(guest)) removed.add(guest)
          }
        }
        depth--
        expect(admission.waiting).toBeLessThanOrEqual(maxQueueSize)
      }
      for (let i = 0; i < steps; i++) {
        act()
        if (upTo(3) === 0) time.advance(upTo(20))
        const waiting = guests.filter(({ place }) => place !== undefined)
        expect(admission.waiting).toBe(waiting.length)
        expect(PRIORITIES.map((each) => admission.waitingOf(each))).toEqual(PRIORITIES.map((each) => waiting.filter((guest) => guest.priority === each).length))
        const wrong = guests.filter((guest) => guest.settlements.length !== (guest.place !== undefined || removed.has(guest) ? 0 : 1))
        expect(wrong).toEqual([])
      }
      for (const guest of guests) admission.remove(guest)
      expect([admission.waiting, time.pending]).toEqual([0, 0])
    }),
  )
})
