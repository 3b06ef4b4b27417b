import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KindHistory } from './kind-history.js'

const took = (history: KindHistory, latency: number, now = 0): void => {
  history.ended(false, now)
  history.took(Math.log(latency))
}

describe('KindHistory', () => {
  it('knows a quantile to 5% as soon as one latency is expected beyond it, for any latencies', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.2, max: 100_000, noNaN: true }), { minLength: 1, maxLength: 300 }),
        fc.double({ min: 0.001, max: 0.999, noNaN: true }),
        (latencies, q) => {
          const history = new KindHistory(20_000)
          for (const latency of latencies) took(history, latency)
          const quantile = history.quantile(q)
          if (latencies.length * Math.min(q, 1 - q) < 1 - 1e-9) expect(quantile).toBeUndefined()
          else {
            const sorted = [...latencies].sort((a, b) => a - b)
            expect(quantile! / sorted[Math.max(1, Math.ceil(q * sorted.length)) - 1]!).toBeCloseTo(1, 1)
          }
        },
      ),
    )
  })

  it('has p5 and p95 after 20 answers, p99 after 100', () => {
    const history = new KindHistory(20_000)
    for (let i = 1; i < 20; i++) took(history, i)
    expect([history.quantile(0.95), history.quantile(0.05)]).toEqual([undefined, undefined])
    took(history, 20)
    expect(history.quantile(0.95)).toBeCloseTo(19, -0.5)
    expect(history.quantile(0.05)).toBeCloseTo(1, 0)
    for (let i = 20; i < 99; i++) took(history, 20)
    expect(history.quantile(0.99)).toBeUndefined()
    took(history, 20)
    expect(history.quantile(0.99)).toBeDefined()
  })

  it.each([1, 100, 10_000, 1_000_000])('follows a change within a thousand answers, after %i before', (before) => {
    const history = new KindHistory(20_000)
    for (let i = 0; i < before; i++) took(history, 10)
    expect(history.quantile(0.5) ?? 10).toBeCloseTo(10, 0)
    for (let i = 0; i < 1_000; i++) took(history, 1_000)
    expect(history.quantile(0.5)! / 1_000).toBeCloseTo(1, 1)
    expect(history.quantile(0.3)! / 1_000).toBeCloseTo(1, 1)
  })

  it('does not lower p95 because those who would exceed it are given up there', () => {
    // Uniform between 100 and 200 ms, every attempt given up at the p95 of the moment.
    const history = new KindHistory(20_000)
    for (let i = 0; i < 20_000; i++) {
      const latency = 100 + ((i * 7_919) % 1_000) / 10
      const bound = history.quantile(0.95)
      history.ended(false, i)
      if (bound === undefined || latency < bound) history.took(Math.log(latency))
      else history.gaveUp(Math.log(bound))
    }
    expect(history.quantile(0.95)! / 195).toBeGreaterThan(0.95)
    expect(history.quantile(0.95)! / 195).toBeLessThan(1.05)
  })

  it('takes nothing from attempts that were given up at once', () => {
    const history = new KindHistory(20_000)
    for (let i = 0; i < 100; i++) took(history, 100)
    for (let i = 0; i < 400; i++) history.gaveUp(Math.log(1))
    expect(history.quantile(0.05)! / 100).toBeCloseTo(1, 1)
  })

  it('tells the more with each latency the more alike they are, as much as a usual one and a half at most', () => {
    const telling = (latencyOf: (i: number) => number): number => {
      const history = new KindHistory(20_000)
      for (let i = 0; i < 400; i++) took(history, latencyOf(i))
      return history.telling
    }
    expect(new KindHistory(20_000).telling).toBe(1)
    expect(telling(() => 200)).toBe(1.5)
    // A standard deviation of 1.5 and of 3 in logarithms.
    expect(telling((i) => 100 * Math.exp(i % 2 === 0 ? 1.5 : -1.5))).toBeCloseTo(1, 1)
    expect(telling((i) => 100 * Math.exp(i % 2 === 0 ? 3 : -3))).toBeCloseTo(0.25, 1)
    expect(telling((i) => (i % 20 === 0 ? 30_000 : 10))).toBeLessThan(0.8)
  })

  it('forgets how they varied as it forgets what was typical', () => {
    const history = new KindHistory(20_000)
    for (let i = 0; i < 100; i++) took(history, i % 2 === 0 ? 10 : 30_000)
    expect(history.telling).toBeLessThan(0.2)
    for (let i = 0; i < 100; i++) took(history, 200, 200_000)
    expect(history.telling).toBeGreaterThan(1)
  })
})
