import { expect, it } from 'vitest'
import { summary } from './summary.js'

const COUNTS = { safe: 75, safeFailed: 0, unsafe: 25, unsafeUnknown: 3, unsafeNotRun: 1, unsafeMisreported: 0 }

it('is content with unsafe calls that failed and were not repeated', () => {
  const { lines, exitCode } = summary(COUNTS, { repeated: 0 })
  expect(exitCode).toBe(0)
  expect(lines.join('\n')).toBe(`Summary
  calls                                              100
  safe calls                                          75
  safe calls failed                                    0  ok
  unsafe calls                                        25
  unsafe calls failed, said: may have run              3  (not repeated)
  unsafe calls failed, said: did not run               1
    of those, executed all the same                    0  ok
  unsafe calls executed twice                          0  ok`)
})

it.each([
  [{ safeFailed: 1 }, 0],
  [{ unsafeMisreported: 1 }, 0],
  [{}, 1],
])('is not content with %j and %d executed twice', (counts, repeated) => {
  const { lines, exitCode } = summary({ ...COUNTS, ...counts }, { repeated })
  expect(exitCode).toBe(1)
  expect(lines.filter((line) => line.includes('NOT OK'))).toHaveLength(1)
})
