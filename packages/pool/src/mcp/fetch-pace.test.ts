import fc from 'fast-check'
import { expect, it } from 'vitest'
import { FetchPace } from './fetch-pace.js'

it('lets the first begin at once, and others ever later while they keep coming', () => {
  const pace = new FetchPace()
  const waits: number[] = []
  let now = 5
  for (let n = 0; n < 8; n++) {
    waits.push(pace.wait(now))
    now += pace.wait(now)
    pace.spent(now, () => 0)
  }
  expect(waits).toEqual([0, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000])
  now += 61_000
  expect(pace.wait(now)).toBe(0)
  pace.spent(now, () => 0.5)
  expect(pace.wait(now)).toBe(1_500)
})

it('leaves a second between any two, and never more than a minute', () => {
  const pauses = fc.array(fc.record({ pause: fc.integer({ min: 0, max: 200_000 }), chance: fc.double({ min: 0, max: 0.999, noNaN: true }) }), { maxLength: 50 })
  fc.assert(
    fc.property(pauses, (each) => {
      const pace = new FetchPace()
      let now = 0
      for (const { pause, chance } of each) {
        pace.spent(now, () => chance)
        expect(Math.round(pace.wait(now))).toBeGreaterThanOrEqual(1_000)
        expect(pace.wait(now)).toBeLessThan(60_000)
        now += pace.wait(now) + pause
      }
    }),
  )
})
