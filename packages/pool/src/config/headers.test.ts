import { expect, it } from 'vitest'
import { callHeaders } from './headers.js'
import { Place, Problems } from './problems.js'

function read(given: unknown): Readonly<Record<string, string>> | undefined {
  const problems = new Problems()
  const headers = callHeaders.read(given, new Place(problems, 'headers'))
  problems.throwIfAny()
  return headers
}

it.each([
  ['an object', { Traceparent: '00-1-2-01' }],
  ['an object without a prototype', Object.assign(Object.create(null), { Traceparent: '00-1-2-01' })],
  ['a Headers', new Headers({ Traceparent: '00-1-2-01' })],
  ['a Map', new Map([['Traceparent', '00-1-2-01']])],
])('gives the headers of a call in lower case: %s', (_, given) => {
  expect(read(given)).toEqual({ traceparent: '00-1-2-01' })
})

it.each<[unknown, RegExp]>([
  [{ Authorization: 'Bearer s3cr3t' }, /^headers\.authorization must not be given/],
  [{ 'Mcp-Name': 's3cr3t' }, /^headers\.Mcp-Name must not be given/],
  [{ a: 's3cr3t\n' }, /^headers\.a must be a valid header value/],
  [{ a: 5 }, /^headers\.a must be a string, got a number/],
  [new Map([['a', 5]]), /^headers\.a must be a string, got a number/],
  [
    new Map([
      ['a', 's3cr3t'],
      ['A', 's3cr3t'],
    ]),
    /^headers\.A must be given once/,
  ],
  ['s3cr3t', /^headers must be an object/],
  [[['a', 's3cr3t']], /^headers must be an object/],
  [new Set(['s3cr3t']), /^headers must be an object/],
  [new URL('http://s3cr3t/'), /^headers must be an object/],
])('refuses %o of a call', (headers, message) => {
  expect(() => read(headers)).toThrow(expect.objectContaining({ code: 'CONFIG', message: expect.stringMatching(message) }))
  expect(() => read(headers)).not.toThrow(/s3cr3t/)
})
