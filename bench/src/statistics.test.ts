import { expect, it } from 'vitest'
import { judge, type Launch, median, ratioOfLaunches, ratioOfMedians } from './statistics.js'

const exact = (value: number) => ({ value, low: value, high: value })
const atMostOne = { kind: 'at most', value: 1 } as const

const rounds = (value: number): number[] => Array.from({ length: 30 }, () => value)

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

it('takes a launch for what it is: one draw, however many rounds it has', () => {
  // Twice as slow, in processes that are up to 5% luckier or less lucky than others.
  const launches = [0.95, 0.97, 1, 1.03, 1.05].map((luck): Launch => ({ subject: rounds(2 * luck), peers: [rounds(1), rounds(1)] }))
  const ratio = ratioOfLaunches(launches)
  expect(ratio.value).toBeCloseTo(2, 1)
  expect(ratio.low).toBeLessThan(1.97)
  expect(ratio.high).toBeGreaterThan(2.03)
  expect(ratioOfLaunches(launches.slice(0, 1))).toEqual({ value: expect.closeTo(1.9, 5), low: expect.closeTo(1.9, 5), high: expect.closeTo(1.9, 5) })
})

it('compares with the mean of the peers', () => {
  expect(ratioOfLaunches([{ subject: rounds(3), peers: [rounds(1), rounds(4)] }]).value).toBeCloseTo(1.5, 5)
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
