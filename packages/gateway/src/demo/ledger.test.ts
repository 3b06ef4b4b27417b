import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Ledger } from './ledger.js'

it('counts every key, and those that came more than once', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('a', 'b', 'c', '__proto__')), (keys) => {
      const ledger = new Ledger()
      for (const key of keys) ledger.record(key)
      const times = (key: string): number => keys.filter((other) => other === key).length
      expect(keys.every((key) => ledger.count(key) === times(key))).toBe(true)
      expect(ledger.repeated).toBe([...new Set(keys)].filter((key) => times(key) > 1).length)
    }),
  )
})
