import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fullJitter } from './backoff.js'
import { seededRandom } from './testing/index.js'

const LIMITS = { base: 1_000, max: 10_000 }

describe('fullJitter', () => {
  it('doubles the longest wait until it reaches the maximum', () => {
    const longest = [0, 1, 2, 3, 4, 5].map((waits) => fullJitter(waits, LIMITS, () => 1))
    expect(longest).toEqual([1_000, 2_000, 4_000, 8_000, 10_000, 10_000])
  })

  it('uses the whole interval from nothing on: mean of 10,000 waits within 2% of half of it', () => {
    const random = seededRandom(1)
    let sum = 0
    for (let i = 0; i < 10_000; i++) sum += fullJitter(1, LIMITS, random)
    expect(sum / 10_000 / 1_000).toBeGreaterThan(0.98)
    expect(sum / 10_000 / 1_000).toBeLessThan(1.02)
  })

  it('is a length of time within its limits, after any number of waits', () => {
    const limits = fc.record({ base: fc.integer({ min: 0, max: 2 ** 31 }), max: fc.integer({ min: 0, max: 2 ** 31 }) })
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100_000 }), limits, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (waits, bounds, chance) => {
        const wait = fullJitter(waits, bounds, () => chance)
        expect(wait).toBeGreaterThanOrEqual(0)
        expect(wait).toBeLessThanOrEqual(bounds.max)
      }),
    )
  })
})
