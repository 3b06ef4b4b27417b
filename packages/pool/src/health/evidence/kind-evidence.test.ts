import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KindEvidence } from './kind-evidence.js'

/** A kind of which so many calls took 10 ms each, the last of them started at `until`. */
function known(count: number, until: number): KindEvidence {
  const kind = new KindEvidence()
  for (let i = count - 1; i >= 0; i--) {
    kind.took(10)
    kind.answered(until - i, until - i + 10)
  }
  return kind
}

describe('KindEvidence', () => {
  it('is never surer that a call hangs than by one in as many as were answered, and the surer the older it is', () => {
    const latencies = fc.array(fc.integer({ min: 0, max: 1_000_000 }), { maxLength: 300 })
    fc.assert(
      fc.property(latencies, fc.array(fc.integer({ min: 0, max: 10_000_000 }), { minLength: 2, maxLength: 20 }), (taken, ages) => {
        const kind = new KindEvidence()
        for (const latency of taken) kind.took(latency)
        kind.answered(0, Number.MAX_SAFE_INTEGER)
        const evidence = ages.sort((a, b) => a - b).map((age) => kind.unanswered(0, age))
        expect(evidence).toEqual(evidence.toSorted((a, b) => a - b))
        for (const each of evidence) expect(each).toBeGreaterThanOrEqual(0)
        for (const each of evidence) expect(each).toBeLessThanOrEqual(Math.log(taken.length + 1))
      }),
    )
  })

  it('holds it against nobody that a call is not answered which no later one has overtaken', () => {
    const kind = known(100, 1_000)
    kind.answered(999, 60_000)
    expect(kind.unanswered(1_001, 60_000)).toBe(0)
    expect(kind.unanswered(1_000, 60_000)).toBeCloseTo(Math.log(101))
  })

  it('counts no time in which nobody was answered', () => {
    const kind = known(100, 1_000)
    expect(kind.unanswered(990, 1_000_000)).toBe(kind.unanswered(990, 1_010))
    expect(kind.unanswered(990, 1_000_000)).toBe(0)
  })

  it('judges no latency before it knows ten, and then by how many times it is longer', () => {
    expect(known(9, 0).slowness(100)).toBeUndefined()
    expect(known(100, 0).slowness(100)).toBeCloseTo(Math.log(10), 1)
    expect(known(100, 0).slowness(10)).toBeCloseTo(0, 1)
  })

  it('knows an outage within ten failures, and that it is over within ten that are not', () => {
    const kind = new KindEvidence()
    for (let i = 0; i < 1_000; i++) kind.count(false)
    for (let i = 0; i < 10; i++) kind.count(true)
    expect(kind.failureRate).toBeGreaterThan(0.6)
    for (let i = 0; i < 10; i++) kind.count(false)
    expect(kind.failureRate).toBeLessThan(0.25)
  })
})
