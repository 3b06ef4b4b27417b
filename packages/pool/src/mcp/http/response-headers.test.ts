import { describe, expect, it } from 'vitest'
import { bodyKind, header, retryAfter } from './response-headers.js'

const raw = (...pairs: string[]) => pairs.map((text) => Buffer.from(text, 'latin1'))

describe('header', () => {
  it('finds a header in any case, and the first of two', () => {
    expect(header(raw('Content-Length', '2', 'CONTENT-type', 'a', 'content-type', 'b'), 'content-type')).toBe('a')
  })
  it('is not taken in by a name of the same length', () => {
    expect(header(raw('content_type', 'a', 'content-typo', 'b', 'context-type', 'c'), 'content-type')).toBeUndefined()
  })
  it('reads headers that a decorated dispatcher joined', () => {
    expect(header([Buffer.from('location'), [Buffer.from('/a'), Buffer.from('/b')]], 'location')).toBe('/a')
  })
})

it.each([
  ['application/json', 'json'],
  ['Application/JSON; charset=utf-8', 'json'],
  ['text/event-stream', 'events'],
  ['text/event-stream;charset=UTF-8', 'events'],
  ['application/jsonp', 'other'],
  ['text/html', 'other'],
  [undefined, 'other'],
])('takes a body of %s for %s', (type, kind) => {
  expect(bodyKind(type)).toBe(kind)
})

describe('retryAfter', () => {
  const now = Date.UTC(2026, 6, 28, 12, 0, 0)
  it.each([
    ['0', 0],
    ['120', 120_000],
    ['Tue, 28 Jul 2026 12:00:30 GMT', 30_000],
    ['Tue, 28 Jul 2026 11:00:00 GMT', 0],
    ['soon', undefined],
    [undefined, undefined],
  ])('reads %s', (value, expected) => {
    expect(retryAfter(value, now)).toBe(expected)
  })
})
