import fc from 'fast-check'
import { expect, it } from 'vitest'
import { BOUNDS } from './duration-buckets.js'
import { Durations } from './durations.js'

const durations = fc.array(fc.oneof(fc.constantFrom(0, ...BOUNDS), fc.double({ min: 0, max: 1e6, noNaN: true })), { maxLength: 3_000 })

it('counts every duration once, in the first bucket whose bound it does not exceed', () => {
  fc.assert(
    fc.property(durations, (all) => {
      const counted = new Durations()
      for (const duration of all) counted.add(duration)
      let below = 0
      for (const [i, bound] of BOUNDS.entries()) {
        below += counted.counts[i]!
        expect(below).toBe(all.filter((duration) => duration <= bound).length)
      }
      expect(below + counted.counts.at(-1)!).toBe(all.length)
      expect(counted.count).toBe(all.length)
      expect(counted.sum).toBeCloseTo(
        all.reduce((sum, duration) => sum + duration, 0),
        3,
      )
    }),
  )
})

it('has quantiles of what was of late, and buckets of all', () => {
  const counted = new Durations()
  expect(counted.quantile(0.5)).toBeUndefined()
  for (let i = 0; i < 10_000; i++) counted.add(3_000)
  for (let i = 0; i < 3_000; i++) counted.add(20)
  expect(counted.quantile(0.5)).toBeCloseTo(20, -1)
  expect(counted.counts[BOUNDS.indexOf(5_000)]).toBe(10_000)
})
