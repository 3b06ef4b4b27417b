import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RetryBudget } from './retry-budget.js'

/** Time that stands still until it is moved. */
class HandClock {
  #now = 0
  now = () => this.#now
  advance(ms: number): void {
    this.#now += ms
  }
}

describe('RetryBudget', () => {
  it('lets a quiet pool retry its first call', () => {
    const budget = new RetryBudget(new HandClock(), { ratio: 0, reserve: 1, window: 1_000 })
    budget.deposit()
    expect(budget.withdraw()).toBe(true)
    expect(budget.withdraw()).toBe(false)
  })

  it('forgets calls and retries that are older than the window', () => {
    const clock = new HandClock()
    const budget = new RetryBudget(clock, { ratio: 0.5, reserve: 0 })
    for (let i = 0; i < 10; i++) budget.deposit()
    expect(budget.balance).toBe(5)
    clock.advance(11_001)
    expect(budget.balance).toBe(0)
    expect(budget.withdraw()).toBe(false)
  })

  it.each([
    ['ratio', -0.1],
    ['ratio', Number.NaN],
    ['reserve', 10_001],
    ['window', 999],
  ])('refuses %s = %d by name', (name, value) => {
    expect(() => new RetryBudget(new HandClock(), { [name]: value })).toThrow(new RegExp(`retryBudget\\.${name} must be .* got`))
  })

  it('never spends more than ratio × calls + reserve, for any ratio and any order of events', () => {
    const events = fc.array(fc.oneof(fc.constant('call' as const), fc.constant('retry' as const), fc.integer({ min: 1, max: 400 })), { maxLength: 400 })
    fc.assert(
      fc.property(fc.double({ min: 0, max: 2, noNaN: true }), fc.integer({ min: 0, max: 5 }), events, (ratio, reserve, sequence) => {
        const clock = new HandClock()
        const budget = new RetryBudget(clock, { ratio, reserve, window: 60_000 }) // longer than any sequence: nothing ages out
        let calls = 0
        let retries = 0
        let elapsed = 0
        for (const event of sequence) {
          if (typeof event === 'number') {
            if (elapsed + event < 60_000) clock.advance(event), (elapsed += event)
          } else if (event === 'call') budget.deposit(), calls++
          else if (budget.withdraw()) retries++
        }
        expect(retries).toBeLessThanOrEqual(ratio * calls + reserve * 60 + 1e-6)
      }),
    )
  })
})
