import { expect, it } from 'vitest'
import { seededRandom } from '../seeded-random.js'
import { type Distribution, meanOf, sampler } from './distribution.js'

it.each<[string, Distribution, number]>([
  ['a constant', { constant: 7 }, 0],
  ['an exponential', { exponential: { mean: 50 } }, 0.02],
  ['a clipped lognormal', { lognormal: { median: 300, sigma: 1.5, min: 10, max: 120_000 } }, 0.02],
  ['a lognormal without an end', { lognormal: { median: 20, sigma: 0.5, min: 0, max: Number.POSITIVE_INFINITY } }, 0.02],
  ['a lognormal without a spread', { lognormal: { median: 20, sigma: 0, min: 0, max: Number.POSITIVE_INFINITY } }, 1e-9],
  ['a Pareto', { pareto: { min: 100, alpha: 1.2, max: 120_000 } }, 0.03],
  ['a Pareto whose mean would be infinite', { pareto: { min: 1, alpha: 1, max: 1_000 } }, 0.03],
  [
    'a mix',
    {
      mix: [
        { share: 95, of: { constant: 10 } },
        { share: 5, of: { exponential: { mean: 30_000 } } },
      ],
    },
    0.03,
  ],
])('%s has the mean of its samples', (_, distribution, tolerance) => {
  const sample = sampler(distribution, seededRandom(1))
  const size = 400_000
  let sum = 0
  for (let i = 0; i < size; i++) sum += sample()
  expect(Math.abs(sum / size / meanOf(distribution) - 1)).toBeLessThanOrEqual(tolerance)
})

it('loses to the cut what lies beyond it: of 924 ms without it, 922 are left', () => {
  expect(meanOf({ lognormal: { median: 300, sigma: 1.5, min: 10, max: 120_000 } })).toBeCloseTo(922.2, 1)
})
