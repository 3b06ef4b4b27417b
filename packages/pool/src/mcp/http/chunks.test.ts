import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Chunks } from './chunks.js'

describe('Chunks', () => {
  it('are the message again when they are joined, whatever their sizes', () => {
    const size = fc.oneof(fc.nat({ max: 3 }), fc.nat({ max: 3_000 }), fc.constantFrom(1_023, 1_024, 16_384, 40_000))
    fc.assert(
      fc.property(fc.array(size, { minLength: 1, maxLength: 100 }), (sizes) => {
        const parts = sizes.map((length, i) => Buffer.alloc(length, i + 1))
        const chunks = new Chunks(parts[0]!)
        for (const part of parts.slice(1)) chunks.push(part)
        expect(chunks.join().equals(Buffer.concat(parts))).toBe(true)
      }),
    )
  })

  it('of a few bytes are not kept once there are many, for each takes more than its bytes', () => {
    const chunks = new Chunks(Buffer.of(0))
    for (let i = 1; i < 100; i++) chunks.push(Buffer.of(0))
    const chunk = Buffer.of(0)
    for (let i = 1; i <= 100_000; i++) {
      chunk[0] = i
      chunks.push(chunk)
    }
    const expected = Uint8Array.from({ length: 100_000 }, (_, i) => i + 1)
    expect(chunks.join().subarray(100).equals(expected)).toBe(true)
  })

  it('are not copied before they are joined while they are few, or large', () => {
    const [small, large] = [Buffer.alloc(1), Buffer.alloc(2_000)]
    const chunks = new Chunks(small)
    for (let i = 0; i < 100; i++) chunks.push(large)
    small.fill(1)
    large.fill(1)
    expect(chunks.join().includes(0)).toBe(false)
  })
})
