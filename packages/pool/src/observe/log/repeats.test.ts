import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { VirtualTime } from '../../testing/index.js'
import { Repeats } from './repeats.js'

const WINDOW = 10_000

function setUp() {
  const time = new VirtualTime()
  const told: Array<{ what: string; repeated: number; at: number }> = []
  const repeats = new Repeats<string>(time, WINDOW, (what, repeated) => told.push({ what, repeated, at: time.now() }))
  return { time, told, repeats }
}

describe('Repeats', () => {
  it('tells of the first at once, and of the others once a window, as long as it goes on', () => {
    const { time, told, repeats } = setUp()
    for (let n = 0; n < 25; n++) {
      repeats.add('key', `${n}`)
      time.advance(1_000)
    }
    time.advance(60_000)
    expect(told).toEqual([
      { what: '0', repeated: 0, at: 0 },
      { what: '9', repeated: 9, at: 10_000 },
      { what: '19', repeated: 10, at: 20_000 },
      { what: '24', repeated: 5, at: 30_000 },
    ])
    repeats.add('key', 'anew')
    expect(told.at(-1)).toMatchObject({ what: 'anew', repeated: 0 })
  })

  it('tells kinds apart', () => {
    const { told, repeats } = setUp()
    for (const key of ['a', 'b', 'a', 'c']) repeats.add(key, key)
    expect(told.map(({ what }) => what)).toEqual(['a', 'b', 'c'])
  })

  it('loses nothing when it is flushed, and leaves no alarm behind', () => {
    const { time, told, repeats } = setUp()
    for (let n = 0; n < 3; n++) repeats.add('key', `${n}`)
    repeats.flush()
    expect(told.map(({ what, repeated }) => [what, repeated])).toEqual([
      ['0', 0],
      ['2', 2],
    ])
    expect(time.pending).toBe(0)
  })

  it('remembers a thousand kinds at most, and tells of the oldest before it forgets it', () => {
    const { time, told, repeats } = setUp()
    repeats.add('0', 'first')
    repeats.add('0', 'again')
    for (let n = 1; n <= 1_000; n++) repeats.add(`${n}`, 'other')
    expect(told[1_000]).toEqual({ what: 'again', repeated: 1, at: 0 })
    expect(told).toHaveLength(1_002)
    time.advance(WINDOW)
    expect([told.length, time.pending]).toEqual([1_002, 0])
  })

  it('tells of every one exactly once, alone or counted, and of one kind never twice within a window', () => {
    const step = fc.record({ key: fc.constantFrom('a', 'b', 'c'), wait: fc.integer({ min: 0, max: 15_000 }) })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const { time, told, repeats } = setUp()
        for (const { key, wait } of steps) {
          repeats.add(key, key)
          time.advance(wait)
        }
        time.advance(2 * WINDOW)
        expect(time.pending).toBe(0)
        for (const key of ['a', 'b', 'c']) {
          const lines = told.filter(({ what }) => what === key)
          const counted = lines.reduce((sum, { repeated }) => sum + Math.max(1, repeated), 0)
          expect(counted).toBe(steps.filter((one) => one.key === key).length)
          for (const [i, { at }] of lines.slice(1).entries()) expect(at - lines[i]!.at).toBeGreaterThanOrEqual(WINDOW)
        }
      }),
    )
  })
})
