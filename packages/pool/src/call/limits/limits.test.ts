import fc from 'fast-check'
import { expect, it } from 'vitest'
import { CallKinds } from '../../balance/call-kinds.js'
import { BareAttempt } from '../../testing/scripted-target.js'
import { FixedLimit } from './fixed-limit.js'
import { ToolLimit } from './tool-limit.js'

const kinds = new CallKinds()
const KINDS = [kinds.kindOf('tools/call', 'a'), kinds.kindOf('tools/call', 'b'), kinds.kindOf('tools/call', 'free'), kinds.kindOf('tools/list')]

it('never lets more in than there are places, of the client and of a tool, and has all of them back at rest', () => {
  const step = fc.record({ kind: fc.constantFrom(...KINDS), settles: fc.boolean(), which: fc.nat(20) })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 4 }), fc.array(step, { maxLength: 200 }), (perClient, perTool, steps) => {
      const client = new FixedLimit(perClient)
      const limit = new ToolLimit({ a: perTool, b: 1 }, client)
      const open: BareAttempt[] = []
      const openOf = (tool: string): number => open.filter(({ kind }) => kind.tool === tool).length
      for (const { kind, settles, which } of steps) {
        if (settles && open.length > 0) limit.settled(open.splice(which % open.length, 1)[0]!, 'ok', 0)
        else {
          const places = kind.tool === 'a' ? perTool : kind.tool === 'b' ? 1 : Number.POSITIVE_INFINITY
          const expected = open.length < perClient && openOf(kind.tool ?? '') < places
          expect(limit.admits(kind)).toBe(expected)
          if (!expected) continue
          const attempt = new BareAttempt(kind)
          limit.started(attempt, 0)
          open.push(attempt)
        }
        expect(client.taken).toBe(open.length)
        expect(limit.full).toBe(open.length >= perClient)
        expect(limit.takenBy(KINDS[0]!)).toBe(openOf('a'))
      }
      for (const attempt of open) limit.settled(attempt, 'ignored', 0)
      expect([client.taken, limit.takenBy(KINDS[0]!), limit.takenBy(KINDS[1]!)]).toEqual([0, 0, 0])
    }),
  )
})

it('limits tools where the client has no limit', () => {
  const limit = new ToolLimit({ a: 1 })
  limit.started(new BareAttempt(KINDS[0]!), 0)
  expect(KINDS.map((kind) => limit.admits(kind))).toEqual([false, true, true, true])
  expect(limit.full).toBe(false)
})

it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses %d places by the name of the option', (places) => {
  expect(() => new FixedLimit(places)).toThrow(/maxConcurrentRequestsPerClient .* got/)
  expect(() => new ToolLimit({ scan: places })).toThrow(/maxConcurrentRequestsPerTool\.scan .* got/)
})
