import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { VirtualTime } from '../testing/index.js'
import { Belief } from './belief.js'

const HOLD = 1_000
const CONFIRMATION = 30_000

class Believer {
  readonly time = new VirtualTime()
  readonly dropped: string[] = []
  /** Those that are believed, from what was said and what was dropped. */
  readonly there = new Set<string>()
  readonly belief = new Belief(this.time, (ids) => {
    this.dropped.push(...ids)
    for (const id of ids) this.there.delete(id)
  })
  #answer = new Set<string>()

  /** A whole answer. */
  says(...ids: string[]): void {
    const found = ids.filter((id) => !this.#answer.has(id))
    const vanished = [...this.#answer].filter((id) => !ids.includes(id))
    this.#answer = new Set(ids)
    for (const id of found) this.there.add(id)
    this.belief.answered(found, vanished)
  }

  saysOnly(count: number): void {
    this.says(...Array.from({ length: count }, (_, at) => `e${at}`))
  }
}

describe('an endpoint that is missing', () => {
  it('is dropped after a second', () => {
    const source = new Believer()
    source.saysOnly(4)
    source.saysOnly(3)
    source.time.advance(HOLD - 1)
    expect([source.dropped, source.belief.missing]).toEqual([[], 1])
    source.time.advance(1)
    expect([source.dropped, source.belief.missing, source.belief.size]).toEqual([['e3'], 0, 3])
    expect(source.time.pending).toBe(0)
  })

  it('is not dropped where it is back within that', () => {
    const source = new Believer()
    source.saysOnly(4)
    for (let i = 0; i < 100; i++) {
      source.saysOnly(3)
      source.time.advance(900)
      source.saysOnly(4)
      source.time.advance(10)
    }
    source.time.advance(60_000)
    expect(source.dropped).toEqual([])
  })

  it('has to be missing twice as long each time that it came back, up to a minute, until it stayed for ten', () => {
    const source = new Believer()
    source.saysOnly(4)
    const holds: number[] = []
    const lose = (): void => {
      source.saysOnly(3)
      const before = source.time.now()
      while (source.dropped.length === 0) source.time.advance(500)
      holds.push(source.time.now() - before)
      source.dropped.length = 0
      source.saysOnly(4)
    }
    for (let i = 0; i < 8; i++) lose()
    expect(holds).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000])
    source.time.advance(600_001)
    holds.length = 0
    lose()
    expect(holds).toEqual([1_000])
  })
})

describe('the loss of most of the set', () => {
  it.each([
    ['an empty answer', 4, 0],
    ['an empty answer, where there was one endpoint', 1, 0],
    ['more than half', 10, 4],
  ])('is believed when it stood for half a minute: %s', (_, before, after) => {
    const source = new Believer()
    source.saysOnly(before)
    source.saysOnly(after)
    source.time.advance(CONFIRMATION - 1)
    expect(source.dropped).toEqual([])
    source.time.advance(1)
    expect(source.dropped).toHaveLength(before - after)
    expect(source.time.pending).toBe(0)
  })

  it('is not more than a loss where half of it stays', () => {
    const source = new Believer()
    source.saysOnly(10)
    source.saysOnly(5)
    source.time.advance(HOLD)
    expect(source.dropped).toHaveLength(5)
  })

  it('is nothing where the source contradicts itself in time', () => {
    const source = new Believer()
    source.saysOnly(10)
    source.says()
    source.time.advance(29_000)
    source.saysOnly(9)
    source.time.advance(HOLD)
    // What is still missing was missing long enough for one alone.
    expect(source.dropped).toEqual(['e9'])
    source.says()
    source.time.advance(29_000)
    expect(source.dropped).toEqual(['e9'])
  })
})

describe('a source that fails', () => {
  it('takes nothing away, however long it does', () => {
    const source = new Believer()
    source.saysOnly(10)
    source.saysOnly(9)
    source.belief.failed()
    source.time.advance(3_600_000)
    expect(source.dropped).toEqual([])
    source.saysOnly(9)
    source.time.advance(0)
    expect(source.dropped).toEqual(['e9'])
  })

  it('begins its loss of most anew when it is back', () => {
    const source = new Believer()
    source.saysOnly(10)
    source.says()
    source.time.advance(29_000)
    source.belief.failed()
    source.time.advance(3_600_000)
    source.says()
    source.time.advance(CONFIRMATION - 1)
    expect(source.dropped).toEqual([])
    source.time.advance(1)
    expect(source.dropped).toHaveLength(10)
  })
})

it('drops nobody who was in any answer of the last second, and in the end all who are in none', () => {
  const answers = fc.array(fc.record({ ids: fc.subarray(['a', 'b', 'c', 'd', 'e', 'f']), wait: fc.integer({ min: 0, max: 3_000 }), fails: fc.boolean() }), {
    maxLength: 30,
  })
  fc.assert(
    fc.property(answers, (steps) => {
      const source = new Believer()
      const lastSeen = new Map<string, number>()
      for (const { ids, wait, fails } of steps) {
        source.says(...ids)
        if (fails) source.belief.failed()
        for (let passed = 0; passed < wait; passed += 250) {
          source.time.advance(250)
          for (const id of ids) lastSeen.set(id, source.time.now())
          expect(ids.filter((id) => !source.there.has(id))).toEqual([])
          for (const id of source.dropped.splice(0)) expect(source.time.now() - (lastSeen.get(id) ?? 0)).toBeGreaterThanOrEqual(HOLD)
        }
      }
      source.says('a')
      source.time.advance(120_000)
      expect([...source.there]).toEqual(['a'])
      expect(source.belief.size).toBe(1)
      expect(source.time.pending).toBe(0)
    }),
  )
})

it('lets a source that changes a hundred times a second, without end, drain each endpoint about once', () => {
  const source = new Believer()
  const all = Array.from({ length: 200 }, (_, at) => `e${at}`)
  const out = new Set<string>()
  source.says(...all)
  // Each endpoint is away for two seconds, and back for two.
  for (let step = 0; step < 6_000; step++) {
    const id = all[step % all.length]!
    if (!out.delete(id)) out.add(id)
    source.says(...all.filter((one) => !out.has(one)))
    source.time.advance(10)
  }
  expect(source.dropped.length).toBeLessThan(1.1 * all.length)
})
