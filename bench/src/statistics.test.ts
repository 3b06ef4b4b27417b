import { expect, it } from 'vitest'
import { judge, median, ratioOfMedians } from './statistics.js'

const exact = (value: number) => ({ value, low: value, high: value })
const atMostOne = { kind: 'at most', value: 1 } as const

it('takes the middle, or the mean of the two in the middle', () => {
  expect(median([3, 1, 2])).toBe(2)
  expect(median([4, 1, 2, 3])).toBe(2.5)
})

it('finds the ratio of two samples, in an interval that holds it', () => {
  const peer = Array.from({ length: 30 }, (_, i) => 10 + (i % 5))
  const ratio = ratioOfMedians(
    peer.map((value) => value * 2),
    peer,
  )
  expect(ratio).toMatchObject({ value: 2 })
  expect(ratio.low).toBeLessThanOrEqual(2)
  expect(ratio.high).toBeGreaterThanOrEqual(2)
})

it.each([
  ['ok', { value: 0.9, low: 0.85, high: 0.95 }, exact(1)],
  ['missed', { value: 1.1, low: 1.05, high: 1.2 }, exact(1)],
  ['undecided', { value: 1, low: 0.95, high: 1.05 }, exact(1)],
  ['undecided', { value: 0.95, low: 0.92, high: 0.98 }, exact(1.05)],
  ['ok', { value: 0.8, low: 0.75, high: 0.85 }, exact(1.05)],
] as const)('says %s', (verdict, ratio, again) => {
  expect(judge(ratio, atMostOne, again)).toBe(verdict)
})

it('judges nothing without a goal', () => {
  expect(judge(exact(7), undefined, exact(1))).toBe('-')
})
