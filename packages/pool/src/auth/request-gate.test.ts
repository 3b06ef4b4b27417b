import fc from 'fast-check'
import { expect, it } from 'vitest'
import { PoolError } from '../errors.js'
import { VirtualTime } from '../testing/index.js'
import { RequestGate } from './request-gate.js'

it('stays shut longer after each failure, half a minute at most, and forgets with a success', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 1, maxLength: 40 }), (chances) => {
      const time = new VirtualTime()
      let chance = 0
      const gate = new RequestGate(time, () => chance)
      for (const [failures, drawn] of chances.entries()) {
        chance = drawn
        gate.failed(new PoolError('AUTH_FAILED', 'no'))
        const limit = Math.min(30_000, 1_000 * 2 ** failures)
        time.advance(limit / 2 - 1)
        expect(gate.open).toBe(false)
        expect(() => gate.pass()).toThrow('no')
        time.advance(limit / 2 + 1)
        expect(gate.open).toBe(true)
        gate.pass()
      }
      gate.failed(new PoolError('AUTH_FAILED', 'no'))
      gate.succeeded()
      expect(gate.open).toBe(true)
    }),
  )
})

it('waits as long as the server asks for, five minutes at most', () => {
  const time = new VirtualTime()
  const gate = new RequestGate(time, () => 0)
  gate.failed(new PoolError('AUTH_FAILED', 'no', { retryAfter: 1e9 }))
  time.advance(299_999)
  expect(gate.open).toBe(false)
  time.advance(1)
  expect(gate.open).toBe(true)
})
