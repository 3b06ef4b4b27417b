import fc from 'fast-check'
import { expect, it } from 'vitest'
import { seededRandom } from '../seeded-random.js'
import { Phases, type When } from './phases.js'

const ALWAYS: When = { from: 0, until: Number.POSITIVE_INFINITY, every: undefined, length: undefined, share: undefined }

it('is on always where nothing else is said', () => {
  const phases = new Phases(ALWAYS, seededRandom(1))
  expect(phases.isOn(0)).toBe(true)
  expect(phases.nextChange(5)).toBe(Number.POSITIVE_INFINITY)
})

it('is on for the share of the time that is wanted', () => {
  const phases = new Phases({ ...ALWAYS, share: 0.2, length: 1_000 }, seededRandom(1))
  let on = 0
  for (let at = 0; at < 10_000_000; at += 100) if (phases.isOn(at)) on++
  expect(on / 100_000).toBeCloseTo(0.2, 1)
  expect(Math.abs(on / 100_000 - 0.2)).toBeLessThan(0.02)
})

it('is on from then until then, or at the beginning of each period', () => {
  const once = new Phases({ ...ALWAYS, from: 10, until: 20 }, seededRandom(1))
  expect([9, 10, 19.9, 20].map((at) => once.isOn(at))).toEqual([false, true, true, false])
  const again = new Phases({ ...ALWAYS, from: 5, every: 30, length: 10 }, seededRandom(1))
  expect([4, 5, 14, 15, 34, 35, 44, 45].map((at) => again.isOn(at))).toEqual([false, true, true, false, false, true, true, false])
})

it('has a place of its own in the period where replicas are apart', () => {
  const begins = [1, 2, 3].map((seed) => {
    const phases = new Phases({ ...ALWAYS, every: 1_000, length: 200, apart: true }, seededRandom(seed))
    const on = Array.from({ length: 1_000 }, (_, at) => phases.isOn(at))
    expect(on.filter(Boolean)).toHaveLength(200)
    return on.findIndex((each, at) => each && !on.at(at - 1)!)
  })
  expect(new Set(begins).size).toBe(3)
})

it('changes at the time that it says, never before, and says the same whatever was asked before', () => {
  const when = fc.oneof(
    fc.constant<When>({ ...ALWAYS, from: 10, until: 500 }),
    fc.constant<When>({ ...ALWAYS, from: 7, until: 2_000, every: 30, length: 10 }),
    fc.constant<When>({ ...ALWAYS, from: 7, every: 30, length: 10, apart: true }),
    fc.constant<When>({ ...ALWAYS, until: 3_000, share: 0.4, length: 20 }),
  )
  fc.assert(
    fc.property(when, fc.nat(1_000), fc.array(fc.nat(4_000), { minLength: 1, maxLength: 50 }), (each, seed, times) => {
      const phases = new Phases(each, seededRandom(seed))
      const again = new Phases(each, seededRandom(seed))
      const answers = new Map([...times].sort((a, b) => a - b).map((at) => [at, again.isOn(at)]))
      for (const at of times) {
        const now = phases.isOn(at)
        expect(now).toBe(answers.get(at))
        const change = phases.nextChange(at)
        expect(change).toBeGreaterThan(at)
        if (change !== Number.POSITIVE_INFINITY) expect(phases.isOn((at + change) / 2)).toBe(now)
      }
    }),
  )
})
