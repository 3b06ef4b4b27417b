import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LatencyHistogram } from './latency-histogram.js'

describe('LatencyHistogram', () => {
  it('knows nothing before the first sample', () => {
    expect(new LatencyHistogram().quantile(0.5)).toBeUndefined()
  })

  it('is within 4.5% of the exact quantile, for any latencies in its range', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.126, max: 130_000, noNaN: true }), { minLength: 1, maxLength: 300 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (latencies, q) => {
          const histogram = new LatencyHistogram()
          for (const latency of latencies) histogram.add(Math.log(latency))
          const sorted = [...latencies].sort((a, b) => a - b)
          const exact = sorted[Math.max(1, Math.ceil(q * sorted.length)) - 1]!
          expect(Math.abs(histogram.quantile(q)! / exact - 1)).toBeLessThan(0.0451)
        },
      ),
    )
  })

  it('takes any number without losing count', () => {
    fc.assert(
      fc.property(fc.array(fc.double(), { minLength: 1 }), (latencies) => {
        const histogram = new LatencyHistogram()
        for (const latency of latencies) histogram.add(Math.log(latency))
        expect(histogram.quantile(1)).toBeGreaterThan(0)
      }),
    )
  })

  it('follows a change within some thousand calls, after any number before', () => {
    const histogram = new LatencyHistogram()
    for (let i = 0; i < 1_000_000; i++) histogram.add(Math.log(10))
    for (let i = 0; i < 5_000; i++) histogram.add(Math.log(1_000))
    expect(histogram.quantile(0.5)).toBeCloseTo(1_000, -2)
    expect(histogram.quantile(0)).toBeCloseTo(10, 0)
  })
})
