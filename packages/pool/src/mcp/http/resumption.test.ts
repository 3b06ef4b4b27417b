import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Resumption } from './resumption.js'

const half = () => 0.5

describe('Resumption', () => {
  it('has nowhere to go on from before the first id', () => {
    const resumption = new Resumption(undefined)
    expect(resumption.next(half)).toBeUndefined()
    expect([resumption.reached('1'), resumption.reached('1'), resumption.reached('2')]).toEqual([true, false, true])
    expect([resumption.lastEventId, resumption.next(half)]).toEqual(['2', 0])
  })

  it('tries at once, then ever later, and not for ever', () => {
    const resumption = new Resumption('1')
    expect([1, 2, 3, 4, 5].map(() => resumption.next(half))).toEqual([0, 250, 500, 1_000, undefined])
  })

  it('goes on as long as each try brings something, and not as fast as it can', () => {
    const resumption = new Resumption('0')
    const delays = Array.from({ length: 100 }, (_, i) => {
      resumption.reached(String(i))
      return resumption.next(() => 0)
    })
    expect(delays).toEqual([0, ...Array.from({ length: 99 }, () => 100)])
  })

  it('takes the event that it had last for nothing new', () => {
    const resumption = new Resumption('1')
    const delays = [1, 2, 3, 4, 5].map(() => {
      resumption.reached('1')
      return resumption.next(half)
    })
    expect(delays).toEqual([0, 250, 500, 1_000, undefined])
  })

  it('never comes back before the server said so, nor later than anybody waits', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), fc.integer({ min: 0, max: 1e9 }), (random, retry) => {
        const resumption = new Resumption('1')
        resumption.retry = retry
        for (let delay = resumption.next(() => random); delay !== undefined; delay = resumption.next(() => random)) {
          expect(delay).toBeGreaterThanOrEqual(Math.min(retry, 300_000))
          expect(delay).toBeLessThanOrEqual(300_000)
        }
      }),
    )
  })
})
