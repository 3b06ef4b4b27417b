import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Affinity } from './affinity.js'

const MAX_KEYS = 4
const TIMEOUT = 100

/** The same by brute force: an array in the order of use. */
class Oracle {
  bindings: Array<{ key: string; client: string; usedAt: number }> = []

  live(key: string, now: number): { key: string; client: string; usedAt: number } | undefined {
    return this.bindings.find((binding) => binding.key === key && now - binding.usedAt <= TIMEOUT)
  }
  use(key: string, now: number): string | undefined {
    const binding = this.live(key, now)
    this.bindings = this.bindings.filter((each) => each.key !== key)
    if (binding !== undefined) this.bindings.push({ ...binding, usedAt: now })
    return binding?.client
  }
  set(key: string, client: string, now: number): void {
    this.bindings = this.bindings.filter((each) => each.key !== key)
    if (this.bindings.length >= MAX_KEYS) this.bindings.shift()
    this.bindings.push({ key, client, usedAt: now })
  }
}

describe('Affinity', () => {
  it('agrees with an oracle on keys, clients, expiry and who goes first, and is never larger than its bound', () => {
    const key = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', '__proto__')
    const client = fc.constantFrom('one', 'two', 'three')
    // Mostly setting and using, or the table would hardly ever be full.
    const step = fc.oneof(
      { weight: 8, arbitrary: fc.record({ do: fc.constant('set' as const), key, client }) },
      { weight: 8, arbitrary: fc.record({ do: fc.constant('use' as const), key }) },
      { weight: 4, arbitrary: fc.record({ do: fc.constant('wait' as const), time: fc.integer({ min: 1, max: 40 }) }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('get' as const), key }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const), key }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('forget' as const), client }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('clear' as const) }) },
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const affinity = new Affinity({ maxKeys: MAX_KEYS, timeout: TIMEOUT })
        const oracle = new Oracle()
        let now = 0
        for (const action of steps) {
          if (action.do === 'wait') now += action.time
          else if (action.do === 'use') expect(affinity.use(action.key, now)).toBe(oracle.use(action.key, now))
          else if (action.do === 'get') expect(affinity.get(action.key, now)).toBe(oracle.live(action.key, now)?.client)
          else if (action.do === 'set') {
            affinity.set(action.key, action.client, now)
            oracle.set(action.key, action.client, now)
          } else if (action.do === 'delete') {
            affinity.delete(action.key)
            oracle.bindings = oracle.bindings.filter((each) => each.key !== action.key)
          } else if (action.do === 'forget') {
            affinity.forget(action.client)
            oracle.bindings = oracle.bindings.filter((each) => each.client !== action.client)
          } else {
            affinity.clear()
            oracle.bindings = []
          }
          const live = oracle.bindings.filter((binding) => now - binding.usedAt <= TIMEOUT)
          expect(new Map(affinity.entries(now))).toEqual(new Map(live.map((binding) => [binding.key, binding.client])))
          expect(affinity.size).toBeLessThanOrEqual(MAX_KEYS)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('holds no more than its bound after a million keys', () => {
    const affinity = new Affinity({ maxKeys: 1_000 })
    for (let i = 0; i < 1_000_000; i++) affinity.set(`key-${i}`, 'client', i)
    expect(affinity.size).toBe(1_000)
    expect(affinity.get('key-999999', 1_000_000)).toBe('client')
    expect(affinity.get('key-998999', 1_000_000)).toBeUndefined()
  })

  it('shrinks after a rush, as other keys are bound', () => {
    const affinity = new Affinity({ maxKeys: 10_000, timeout: TIMEOUT })
    for (let i = 0; i < 1_000; i++) affinity.set(`rush-${i}`, 'client', 0)
    for (let i = 0; i < 1_000; i++) affinity.set(`later-${i % 10}-${i}`, 'client', TIMEOUT + 1 + i)
    expect(affinity.size).toBeLessThanOrEqual(TIMEOUT + 3)
  })

  it('can be changed while it is listed', () => {
    const affinity = new Affinity()
    for (let i = 0; i < 10; i++) affinity.set(`key-${i}`, i % 2 === 0 ? 'gone' : 'here', 0)
    for (const [key, client] of affinity.entries(0)) {
      if (client === 'gone') affinity.delete(key)
      else affinity.use(key, 0)
    }
    expect(affinity.size).toBe(5)
    expect([...affinity.entries(0)].every(([, client]) => client === 'here')).toBe(true)
  })

  it('lists what was set by hand', () => {
    const affinity = new Affinity()
    affinity.set('project-1', 'client-1', 0)
    affinity.set('project-2', 'client-2', 0)
    expect(affinity.delete('project-1')).toBe(true)
    expect(affinity.delete('project-1')).toBe(false)
    expect(Object.fromEntries(affinity.entries(0))).toEqual({ 'project-2': 'client-2' })
  })
})
