import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { VirtualTime } from '../testing/virtual-time.js'
import { Spell } from './spell.js'

describe('Spell', () => {
  it('begins with the first, and is over five seconds after the last', () => {
    const time = new VirtualTime()
    const over: unknown[] = []
    const spell = new Spell(time, (duration) => over.push([duration, time.now()]))
    expect([spell.happened(0), spell.happened(0)]).toEqual([true, false])
    time.advance(4_000)
    expect(spell.happened(4_000)).toBe(false)
    time.advance(4_999)
    expect(over).toEqual([])
    time.advance(1)
    expect(over).toEqual([[4_000, 9_000]])
    expect(spell.happened(time.now())).toBe(true)
  })

  it('leaves no alarm behind when it is stopped', () => {
    const time = new VirtualTime()
    const over: number[] = []
    const spell = new Spell(time, (duration) => over.push(duration))
    spell.happened(0)
    spell.stop()
    time.advance(60_000)
    expect(over).toEqual([])
  })

  it('has as many ends as beginnings, and none while it goes on, for any times', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 12_000, noNaN: true }), { maxLength: 60 }), (waits) => {
        const time = new VirtualTime()
        let ends = 0
        const spell = new Spell(time, () => ends++)
        let begins = 0
        let last = 0
        for (const wait of waits) {
          time.advance(wait)
          const over = time.now() >= last + 5_000
          const first = spell.happened(time.now())
          expect(first).toBe(begins === 0 || over)
          if (first) begins++
          expect(ends).toBe(begins - 1)
          last = time.now()
        }
        time.advance(5_001)
        expect(ends).toBe(begins)
      }),
    )
  })

  it('ends at times that are no whole milliseconds, whose differences are rounded', () => {
    const time = new VirtualTime()
    const over: number[] = []
    const spell = new Spell(time, (duration) => over.push(duration))
    for (const at of [908.3300378618216, 3241.339528692796]) {
      time.advance(at - time.now())
      spell.happened(at)
    }
    time.advance(10_000)
    expect(over).toHaveLength(1)
  })
})
