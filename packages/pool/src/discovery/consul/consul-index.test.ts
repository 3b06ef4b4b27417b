import fc from 'fast-check'
import { expect, it } from 'vitest'
import { NO_INDEX, nextIndex } from './consul-index.js'

it.each([
  ['grows', 5n, '9', 9n],
  ['stays', 5n, '5', 5n],
  ['went backwards', 5n, '4', NO_INDEX],
  ['is larger than a number holds', 18_446_744_073_709_551_614n, '18446744073709551615', 18_446_744_073_709_551_615n],
  ['is 0 at first', NO_INDEX, '0', 1n],
  ['is missing at first', NO_INDEX, undefined, 1n],
  ['is garbage at first', NO_INDEX, '-1', 1n],
])('an index that %s', (_what, previous, header, next) => {
  expect(nextIndex(previous, header)).toBe(next)
})

it('is never below 0, whatever the header says', () => {
  const any = fc.oneof(fc.string(), fc.constant(undefined), fc.integer().map(String))
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n }), any, (previous, header) => {
      expect(nextIndex(previous, header)).toBeGreaterThanOrEqual(NO_INDEX)
    }),
  )
})
