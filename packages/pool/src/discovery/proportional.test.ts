import fc from 'fast-check'
import { expect, it } from 'vitest'
import { proportional } from './proportional.js'

it('leaves weights that the pool takes as they are', () => {
  expect(proportional([1, 1_000, 0.5])).toEqual([1, 1_000, 0.5])
})

it('keeps the proportion of larger ones', () => {
  expect(proportional([65_535, 13_107])).toEqual([1_000, 200])
})

it('stays in range, and in order, for any weights of 16 bits', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 65_535 })), (weights) => {
      const mapped = proportional(weights)
      for (const weight of mapped) expect(weight >= 0.001 && weight <= 1_000).toBe(true)
      weights.forEach((weight, n) => expect(Math.sign(weight - weights[0]!)).toBe(Math.sign(mapped[n]! - mapped[0]!)))
    }),
  )
})
