import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { firstLine, printable } from './printable.js'

describe('printable', () => {
  it('takes out what a terminal would obey and keeps what people read', () => {
    expect(printable('a\u001b[31mred\u001b[0m\u0007\r\nTab\tGrüezi 你好 \u009b2J\u202eend')).toBe('a[31mred[0m\nTab\tGrüezi 你好 2Jend')
  })

  it('leaves nothing below a space but line breaks and tabs', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(printable(text)).not.toMatch(/(?![\n\t])\p{Cc}/u)
      }),
    )
  })
})

describe('firstLine', () => {
  it.each([
    ['', ''],
    ['\n\n  Adds numbers.\nAnd more.', 'Adds numbers.'],
    ['one\ttwo\u001b[2J', 'one two[2J'],
  ])('of %j is %j', (text, line) => {
    expect(firstLine(text)).toBe(line)
  })
})
