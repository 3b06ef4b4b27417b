import { expect, it } from 'vitest'
import { cleanText } from './clean-text.js'

it('is one line of plain characters, and no longer than a log bears', () => {
  expect(cleanText('two\r\nlines\u001b[31m')).toBe('two lines [31m')
  expect(cleanText('x'.repeat(10_000))).toHaveLength(300)
})

it('shows no secret, however often it is repeated', () => {
  expect(cleanText('token abc123 is not abc123', ['abc123'])).toBe('token … is not …')
})
