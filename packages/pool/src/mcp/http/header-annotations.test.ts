import { describe, expect, it } from 'vitest'
import { headerAnnotations, mirrorArguments } from './header-annotations.js'

const object = (properties: object, more: object = {}) => ({ type: 'object', properties, ...more })
const text = (name: unknown) => ({ type: 'string', 'x-mcp-header': name })

describe('headerAnnotations', () => {
  it('finds annotations at any depth that properties lead to', () => {
    const schema = object({ region: text('Region'), where: object({ zone: { type: 'integer', 'x-mcp-header': 'Zone' } }), query: { type: 'string' } })
    expect(headerAnnotations(schema)).toEqual({
      valid: true,
      annotations: [
        { header: 'mcp-param-region', path: ['region'] },
        { header: 'mcp-param-zone', path: ['where', 'zone'] },
      ],
    })
  })

  it('has nothing against schemas without annotations, and none at all', () => {
    expect(headerAnnotations(object({ a: { type: 'number' } }))).toEqual({ valid: true, annotations: [] })
    expect(headerAnnotations(undefined)).toEqual({ valid: true, annotations: [] })
  })

  it.each([
    ['an empty name', object({ a: text('') })],
    ['a space', object({ a: text('My Region') })],
    ['a colon', object({ a: text('Region:Primary') })],
    ['a control character', object({ a: text('Region\r\nX: y') })],
    ['a name beyond ASCII', object({ a: text('Région') })],
    ['a name that is no string', object({ a: text(7) })],
    ['number', object({ a: { type: 'number', 'x-mcp-header': 'A' } })],
    ['object', object({ a: { type: 'object', 'x-mcp-header': 'A' } })],
    ['no type', object({ a: { 'x-mcp-header': 'A' } })],
    ['the same name twice', object({ a: text('Region'), b: text('Region') })],
    ['the same name in another case', object({ a: text('MyField'), b: object({ c: text('myfield') }) })],
    ['the root', { ...object({}), 'x-mcp-header': 'Root' }],
    ['items', object({ a: { type: 'array', items: object({ b: text('B') }) } })],
    ['oneOf', object({ a: { oneOf: [text('A')] } })],
    ['oneOf at the root', object({}, { oneOf: [object({ a: text('A') })] })],
    ['if', object({}, { if: object({ a: text('A') }) })],
    ['$defs', object({ a: { $ref: '#/$defs/a' } }, { $defs: { a: text('A') } })],
    ['additionalProperties', object({}, { additionalProperties: text('A') })],
    ['a keyword that nobody knows', object({}, { somewhere: { a: text('A') } })],
  ])('refuses an annotation: %s', (_, schema) => {
    expect(headerAnnotations(schema)).toMatchObject({ valid: false, reason: expect.any(String) })
  })

  it('tells a property of that name, and data that looks like an annotation, from one', () => {
    const schema = object({ 'x-mcp-header': { type: 'number' } }, { $defs: { 'x-mcp-header': { type: 'string' } }, default: { 'x-mcp-header': 'No' } })
    expect(headerAnnotations(schema)).toEqual({ valid: true, annotations: [] })
  })

  it('survives a schema that is nested without end', () => {
    let schema: object = { type: 'string' }
    for (let i = 0; i < 50_000; i++) schema = { properties: { a: schema } }
    expect(headerAnnotations(schema)).toMatchObject({ valid: false })
  })
})

describe('mirrorArguments', () => {
  const schema = object({
    s: text('S'),
    i: { type: 'integer', 'x-mcp-header': 'I' },
    b: { type: 'boolean', 'x-mcp-header': 'B' },
    o: object({ s: text('Deep') }),
  })
  const mirrored = (values: unknown): string[] => {
    const found = headerAnnotations(schema)
    const headers: string[] = []
    if (found.valid) mirrorArguments(found.annotations, values, headers)
    return headers
  }

  it('converts and encodes values', () => {
    expect(mirrored({ s: 'größe', i: -7, b: false, o: { s: 'x' } })).toEqual([
      ...['mcp-param-s', '=?base64?Z3LDtsOfZQ==?='],
      ...['mcp-param-i', '-7'],
      ...['mcp-param-b', 'false'],
      ...['mcp-param-deep', 'x'],
    ])
  })

  it.each([
    [undefined],
    [null],
    [{}],
    [{ s: null, o: null }],
    [{ s: {}, i: 2 ** 53, b: [], o: 7 }],
    [{ o: { toString: 1 } }],
  ])('has no header for what is not there: %j', (values) => {
    expect(mirrored(values)).toEqual([])
  })
})
