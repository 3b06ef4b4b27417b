import fc from 'fast-check'
import { expect, it } from 'vitest'
import { rangeOf } from './etcd-keys.js'

it('holds exactly the keys that begin with the prefix', () => {
  const key = fc.string({ unit: 'binary' })
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', minLength: 1 }),
      fc.oneof(
        key,
        key.map((rest) => ({ rest })),
      ),
      (prefix, other) => {
        const text = Buffer.from(typeof other === 'string' ? other : prefix + other.rest)
        const [from, to] = Object.values(rangeOf(prefix)).map((bound) => Buffer.from(bound, 'base64')) as [Buffer, Buffer]
        const inside = Buffer.compare(text, from) >= 0 && Buffer.compare(text, to) < 0
        expect(inside).toBe(text.subarray(0, from.length).equals(from))
      },
    ),
  )
})
