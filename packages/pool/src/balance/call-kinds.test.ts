import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CallKinds } from './call-kinds.js'

describe('CallKinds', () => {
  it('gives the same object for the same kind, and its key', () => {
    const kinds = new CallKinds()
    expect(kinds.kindOf('tools/call', 'add')).toBe(kinds.kindOf('tools/call', 'add'))
    expect(kinds.kindOf('tools/call', 'add')).toEqual({ method: 'tools/call', tool: 'add', key: 'tools/call:add' })
    expect(kinds.kindOf('tools/list')).toEqual({ method: 'tools/list', tool: undefined, key: 'tools/list' })
    expect(kinds.kindOf('prompts/get', 'ignored')).toBe(kinds.kindOf('prompts/get'))
    expect(kinds.kindOf('tools/call', 'add')).not.toBe(kinds.kindOf('tools/call', 'sub'))
  })

  it('never makes more kinds than it is bounded to, whatever names come, and forgets none of them', () => {
    const request = fc.record({ method: fc.oneof(fc.constant('tools/call'), fc.string()), tool: fc.option(fc.string(), { nil: undefined }) })
    fc.assert(
      fc.property(fc.array(request, { maxLength: 300 }), (requests) => {
        const kinds = new CallKinds({ maxTools: 5, maxMethods: 4 })
        const seen = new Set(requests.map(({ method, tool }) => kinds.kindOf(method, tool)))
        expect([...seen].filter((kind) => kind.tool !== undefined).length).toBeLessThanOrEqual(5)
        expect([...seen].filter((kind) => kind.tool === undefined).length).toBeLessThanOrEqual(4 + 2)
        for (const { method, tool } of requests) expect(seen).toContain(kinds.kindOf(method, tool))
      }),
    )
  })

  it('lets names that do not fit share a kind of their method', () => {
    const kinds = new CallKinds({ maxTools: 1, maxMethods: 1 })
    kinds.kindOf('tools/call', 'first')
    kinds.kindOf('ping')
    expect(kinds.kindOf('tools/call', 'second')).toBe(kinds.kindOf('tools/call', 'third'))
    expect(kinds.kindOf('tools/call', 'second')).toMatchObject({ method: 'tools/call', tool: undefined })
    expect(kinds.kindOf('vendor/a')).toBe(kinds.kindOf('vendor/b'))
    expect(kinds.kindOf('ping').method).toBe('ping')
  })

  it('keeps no name that is too long for one, and none that breaks a line of a message', () => {
    const kinds = new CallKinds()
    expect(kinds.kindOf('tools/call', 'x'.repeat(257))).toBe(kinds.kindOf('tools/call'))
    expect(kinds.kindOf('tools/call', 'x'.repeat(256))).toMatchObject({ tool: 'x'.repeat(256) })
    expect(kinds.kindOf('m'.repeat(257))).toMatchObject({ method: '*' })
    expect(kinds.kindOf('tools/call', 'two\nlines\u001b[31m')).toEqual({
      method: 'tools/call',
      tool: 'two\nlines\u001b[31m',
      key: 'tools/call:two\uFFFDlines\uFFFD[31m',
    })
  })

  it('gives a tool that exists a kind of its own whatever names were made up before, up to a bound', () => {
    const existing = new Set(['gpu'])
    const kinds = new CallKinds({ maxTools: 5, maxExistingTools: 7, exists: (tool) => existing.has(tool) })
    for (let n = 0; n < 100; n++) kinds.kindOf('tools/call', `made-up-${n}`)
    expect(kinds.kindOf('tools/call', 'gpu')).toMatchObject({ tool: 'gpu' })
    expect(kinds.kindOf('tools/call', 'later')).toMatchObject({ tool: undefined })
    existing.add('later').add('last')
    expect(kinds.kindOf('tools/call', 'later')).toMatchObject({ tool: 'later' })
    expect(kinds.kindOf('tools/call', 'last')).toMatchObject({ tool: undefined })
  })
})
