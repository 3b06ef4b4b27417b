import fc from 'fast-check'
import { expect, it } from 'vitest'
import { headerValue } from './header-value.js'

it.each([
  ['us-west1', 'us-west1'],
  ['two words', 'two words'],
  ['Hello, 世界', '=?base64?SGVsbG8sIOS4lueVjA==?='],
  [' padded ', '=?base64?IHBhZGRlZCA=?='],
  ['line1\nline2', '=?base64?bGluZTEKbGluZTI=?='],
  ['=?base64?literal?=', '=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?='],
  ['', '=?base64??='],
])('encodes %j as the specification does', (value, encoded) => {
  expect(headerValue(value)).toBe(encoded)
})

it('is safe in a header and means the same after decoding, for any value', () => {
  const decode = (header: string): string => {
    const encoded = /^=\?base64\?(.*)\?=$/.exec(header)?.[1]
    return encoded === undefined ? header : Buffer.from(encoded, 'base64').toString('utf8')
  }
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'grapheme' }),
        fc.string(),
        fc.string().map((text) => `=?base64?${text}?=`),
      ),
      (value) => {
        const header = headerValue(value)
        expect(header).toMatch(/^[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?$/)
        expect(decode(header)).toBe(value)
      },
    ),
  )
})
