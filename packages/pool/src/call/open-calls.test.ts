import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { CallKind } from '../ports.js'
import { type OpenCall, OpenCalls } from './open-calls.js'

class Bare implements OpenCall {
  readonly kind: CallKind = { method: 'ping', tool: undefined, key: 'ping' }
  readonly stream: boolean
  earlier: OpenCall | undefined
  later: OpenCall | undefined
  abandoned = 0
  readonly #calls: OpenCalls
  constructor(calls: OpenCalls, stream: boolean) {
    this.#calls = calls
    this.stream = stream
  }
  abandon(): void {
    this.abandoned++
    this.#calls.remove(this)
  }
}

it('knows the same calls as a set, in any order of coming and going, and abandons each once', () => {
  const step = fc.record({ adds: fc.boolean(), stream: fc.boolean(), which: fc.nat(30) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const calls = new OpenCalls()
      const oracle = new Set<Bare>()
      const gone: Bare[] = []
      for (const { adds, stream, which } of steps) {
        const one = [...oracle][which % Math.max(1, oracle.size)]
        if (adds || one === undefined) {
          const call = new Bare(calls, stream)
          calls.add(call)
          oracle.add(call)
        } else {
          calls.remove(one)
          oracle.delete(one)
          gone.push(one)
        }
        expect(calls.underWay).toBe([...oracle].filter((call) => !call.stream).length)
      }
      calls.abandonAll()
      expect([...oracle].map(({ abandoned }) => abandoned)).toEqual([...oracle].map(() => 1))
      expect(gone.every(({ abandoned, earlier, later }) => abandoned === 0 && earlier === undefined && later === undefined)).toBe(true)
      expect(calls.underWay).toBe(0)
    }),
  )
})
