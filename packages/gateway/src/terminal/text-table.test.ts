import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cut, textTable } from './text-table.js'

describe('textTable', () => {
  it('makes columns as wide as their widest cell, and leaves no blanks behind', () => {
    const lines = textTable(
      [{ title: 'NAME' }, { title: 'N', align: 'right' }, { title: 'TEXT' }],
      [
        ['a', '7', 'x'],
        ['long name', '1234', ''],
      ],
      Number.POSITIVE_INFINITY,
    )
    expect(lines).toEqual(['NAME          N  TEXT', 'a             7  x', 'long name  1234'])
  })

  it('shows its head over nothing', () => {
    expect(textTable([{ title: 'A' }, { title: 'B' }], [], 80)).toEqual(['A  B'])
  })

  it('never makes a line wider than it may be', () => {
    const row = fc.tuple(fc.string(), fc.string(), fc.string())
    fc.assert(
      fc.property(fc.array(row), fc.integer({ min: 1, max: 60 }), (rows, width) => {
        const lines = textTable([{ title: 'A' }, { title: 'B', align: 'right' }, { title: 'C' }], rows, width)
        expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width)
      }),
    )
  })
})

describe('cut', () => {
  it('shows that something is missing', () => {
    expect(cut('abcdef', 4)).toBe('abc…')
    expect(cut('abcd', 4)).toBe('abcd')
  })
})
