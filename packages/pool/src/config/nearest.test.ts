import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { editDistance, nearest } from './nearest.js'

describe('nearest', () => {
  it.each([
    ['minSze', 'minSize'],
    ['MAXSIZE', 'maxSize'],
    ['maxSiez', 'maxSize'],
    ['requestTimeot', 'requestTimeout'],
    ['colour', undefined],
    ['', undefined],
    ['x'.repeat(100_000), undefined],
  ])('%s means %s', (name, meant) => {
    expect(nearest(name, ['minSize', 'maxSize', 'requestTimeout', 'callTimeout'])).toBe(meant)
  })
})

describe('editDistance', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 12 })

  it('is 0 for equal strings only, and the same both ways', () => {
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(editDistance(a, b) === 0).toBe(a === b)
        expect(editDistance(a, b)).toBe(editDistance(b, a))
      }),
    )
  })

  it('is at least the difference in length and at most the longer one', () => {
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(editDistance(a, b)).toBeGreaterThanOrEqual(Math.abs(a.length - b.length))
        expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length))
      }),
    )
  })

  it('counts a swap of neighbours as one', () => {
    fc.assert(
      fc.property(word, word, (before, after) => {
        expect(editDistance(`${before}xy${after}`, `${before}yx${after}`)).toBe(1)
      }),
    )
  })
})
