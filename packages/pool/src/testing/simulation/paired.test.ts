import { expect, it } from 'vitest'
import { bootstrapMean, medianOf, pairedRatio, wilson } from './paired.js'

it('is sure of a ratio that is the same in every pair, however different the pairs are', () => {
  expect(pairedRatio([2, 20, 200], [1, 10, 100])).toEqual({ value: 2, low: 2, high: 2 })
})

it('is the less sure the more values differ', () => {
  const narrow = bootstrapMean([9, 10, 11, 10, 9, 11])
  const wide = bootstrapMean([0, 20, 0, 20, 10, 10])
  expect([narrow.value, wide.value]).toEqual([10, 10])
  expect(narrow.low).toBeLessThan(10)
  expect(wide.high - wide.low).toBeGreaterThan(3 * (narrow.high - narrow.low))
})

it('does not take none of a few for never', () => {
  const { value, low, high } = wilson(0, 1_000)
  expect([value, low]).toEqual([0, 0])
  expect(high).toBeCloseTo(0.0038, 4)
  // Of two million it may.
  expect(wilson(0, 2_000_000).high).toBeLessThan(0.00001)
})

it('is the middle', () => {
  expect([medianOf([3, 1, 2]), medianOf([4, 1, 2, 3])]).toEqual([2, 2.5])
})
