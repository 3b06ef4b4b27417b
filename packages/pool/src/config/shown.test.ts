import { describe, expect, it } from 'vitest'
import { label, member, quoted, shown } from './shown.js'

describe('label', () => {
  it.each([
    ['http://h:1/mcp', 'http://h:1/mcp'],
    ['https://h/mcp?key=secret#top', 'https://h/mcp'],
    ['https://user:secret@h/mcp', 'https://h/mcp'],
    ['https://secret@h', 'https://h'],
    ['https://h/@me', 'https://h/@me'],
    ['https://h/mcp?next=//u@h', 'https://h/mcp'],
  ])('of %s is %s', (url, shownAs) => {
    expect(label(url)).toBe(shownAs)
  })
})

describe('shown', () => {
  it.each<[unknown, boolean, string]>([
    ['text', false, '"text"'],
    ['text', true, 'a string'],
    ['', true, 'an empty string'],
    [12, true, 'a number'],
    [12, false, '12'],
    [['text'], false, 'an array'],
    [{ text: 1 }, false, 'an object'],
    [null, false, 'null'],
    [Symbol('text'), false, 'a symbol'],
    [12n, false, 'a bigint'],
    [() => 'text', false, 'a function'],
  ])('of %s (secret: %s) is %s', (value, secret, text) => {
    expect(shown(value, secret)).toBe(text)
  })

  it('is short and on one line', () => {
    expect(quoted(`a\nb${'c'.repeat(1_000)}`)).toMatch(/^"a\\nbc{50,60}…"$/)
  })
})

describe('member', () => {
  it.each([
    ['', 'maxSize', 'maxSize'],
    ['headers', 'x-key', 'headers.x-key'],
    ['env', 'MY KEY', 'env["MY KEY"]'],
    ['', 'a b', '["a b"]'],
  ])('of %s and %s is %s', (path, name, text) => {
    expect(member(path, name)).toBe(text)
  })
})
