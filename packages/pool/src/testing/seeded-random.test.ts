import { expect, it } from 'vitest'
import { seededRandom } from './seeded-random.js'

const draw = (seed: number, count: number): number[] => {
  const random = seededRandom(seed)
  return Array.from({ length: count }, () => random())
}

it('repeats itself for the same seed and not for another', () => {
  expect(draw(7, 50)).toEqual(draw(7, 50))
  expect(draw(7, 50)).not.toEqual(draw(8, 50))
  expect(draw(7, 50)).not.toEqual(draw(7 + 2 ** 32, 50))
})

it('is uniform in [0, 1): chi-square over 100 cells of 100,000 numbers, 99 degrees of freedom, below the 99.99% point', () => {
  for (const seed of [0, 1, 2, 12_345]) {
    const cells = Array.from({ length: 100 }, () => 0)
    for (const value of draw(seed, 100_000)) cells[Math.floor(value * 100)]!++
    expect(cells).toHaveLength(100)
    const chiSquare = cells.reduce((sum, count) => sum + (count - 1_000) ** 2 / 1_000, 0)
    expect(chiSquare).toBeLessThan(161.3)
  }
})
