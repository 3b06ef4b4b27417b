import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Outcome } from '../ports.js'
import { BareAttempt } from '../testing/scripted-target.js'
import { Ejection } from './ejection.js'

const KIND = { method: 'ping', tool: undefined, key: 'ping' }
const TIMES = { baseEjectionTime: 10_000, maxEjectionTime: 300_000 }
const never = (): number => 0

describe('Ejection', () => {
  it('lasts twice as long each time, up to the longest', () => {
    const ejection = new Ejection(TIMES, never)
    const durations = Array.from({ length: 8 }, () => {
      ejection.try()
      return ejection.eject('failing', 0)
    })
    expect(durations).toEqual([10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000, 300_000])
  })

  it('forgets, one doubling in ten base times, while it is in', () => {
    const ejection = new Ejection(TIMES, never)
    for (let i = 0; i < 3; i++) {
      ejection.eject('failing', 0)
      ejection.restore(0)
    }
    expect(ejection.eject('failing', 100_000)).toBe(40_000)
    ejection.restore(100_000)
    expect(ejection.eject('failing', 100_000_000)).toBe(10_000)
  })

  it('does not hold against a client that it was taken for dead and answered', () => {
    const ejection = new Ejection(TIMES, never)
    for (let i = 0; i < 5; i++) {
      expect(ejection.eject('unresponsive', 0)).toBe(10_000)
      expect([ejection.vindicate(), ejection.state]).toEqual([true, 'trial'])
    }
    ejection.eject('failing', 0)
    expect([ejection.vindicate(), ejection.state]).toEqual([false, 'out'])
  })

  it('is shorter by up to a fifth, by chance, and never longer', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), fc.integer({ min: 1, max: 20 }), (chance, count) => {
        const ejection = new Ejection(TIMES, () => chance)
        let duration = 0
        for (let i = 0; i < count; i++) {
          ejection.try()
          duration = ejection.eject('slow', 0)!
        }
        const longest = Math.min(300_000, 10_000 * 2 ** (count - 1))
        expect(duration).toBeLessThanOrEqual(longest)
        expect(duration).toBeGreaterThan(longest * 0.8 - 1e-6)
      }),
    )
  })

  it('agrees with three states kept by hand, whatever happens to it', () => {
    const step = fc.oneof(
      fc.constantFrom('eject' as const, 'try' as const, 'start' as const, 'restore' as const, 'vindicate' as const),
      fc.record({ which: fc.nat(), outcome: fc.constantFrom<Outcome>('ok', 'ok', 'failed', 'ignored') }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
        const ejection = new Ejection(TIMES, never)
        let state = 'in'
        let trial: BareAttempt | undefined
        let passed = 0
        const open: BareAttempt[] = []
        const enter = (next: string): void => {
          state = next
          trial = undefined
          passed = 0
        }
        for (const what of steps) {
          if (what === 'eject') {
            expect(ejection.eject('failing', 0) !== undefined).toBe(state !== 'out')
            if (state !== 'out') enter('out')
          } else if (what === 'try') {
            expect(ejection.try()).toBe(state === 'out')
            if (state === 'out') enter('trial')
          } else if (what === 'restore') {
            expect(ejection.restore(0)).toBe(state !== 'in')
            enter('in')
          } else if (what === 'vindicate') expect(ejection.vindicate()).toBe(false)
          else if (what === 'start') {
            const attempt = new BareAttempt(KIND)
            open.push(attempt)
            expect(ejection.started(attempt)).toBe(state === 'trial' && trial === undefined)
            if (state === 'trial') trial ??= attempt
          } else if (open.length > 0) {
            const [attempt] = open.splice(what.which % open.length, 1)
            const verdict = ejection.settled(attempt!, what.outcome)
            if (trial !== attempt) expect(verdict).toBeUndefined()
            else {
              trial = undefined
              if (what.outcome === 'ok') passed++
              expect(verdict).toBe(what.outcome === 'failed' ? 'failed' : passed === 3 ? 'passed' : 'open')
              // The machine of all clients acts on it at once.
              if (verdict === 'failed') ejection.eject('failing', 0), enter('out')
              if (verdict === 'passed') ejection.restore(0), enter('in')
            }
          }
          expect([ejection.state, ejection.trial]).toEqual([state, trial])
          expect(ejection.admits).toBe(state === 'in' || (state === 'trial' && trial === undefined))
          expect([ejection.until !== undefined, ejection.reason !== undefined]).toEqual([state === 'out', state !== 'in'])
        }
      }),
    )
  })
})
