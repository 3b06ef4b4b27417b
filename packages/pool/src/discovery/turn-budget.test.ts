import fc from 'fast-check'
import { expect, it } from 'vitest'
import { VirtualTime } from '../testing/index.js'
import { TurnBudget } from './turn-budget.js'

it('lets ten turns follow each other at once, then one a second', () => {
  const budget = new TurnBudget(new VirtualTime())
  expect(Array.from({ length: 12 }, () => budget.spend())).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1_000, 2_000])
})

it('never lets more turns pass than ten and one a second, for any turns', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 3_000 }), { maxLength: 200 }), (turns) => {
      const time = new VirtualTime()
      const budget = new TurnBudget(time)
      turns.forEach((length, n) => {
        time.advance(length)
        // Turn n starts now; n came before it.
        expect(n).toBeLessThanOrEqual(10 + time.now() / 1_000)
        time.advance(budget.spend())
      })
    }),
  )
})
