import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseDuration } from './duration.js'
import { UsageError } from './usage-error.js'

const DAY = { min: 0, max: 86_400_000 }

describe('parseDuration', () => {
  it.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['1.5m', 90_000],
    ['2h', 7_200_000],
    ['0', 0],
    ['0s', 0],
  ])('reads %s as %d ms', (text, milliseconds) => {
    expect(parseDuration('--timeout', text, DAY)).toBe(milliseconds)
  })

  it.each(['30', '', 's', '-1s', '1 s', '1d', '1e3s', 'Infinity', '30sec'])('refuses %j and shows what is allowed', (text) => {
    expect(() => parseDuration('--timeout', text, DAY)).toThrow(new UsageError(`--timeout must be a number with a unit (500ms, 30s, 2m, 1h), got '${text}'`))
  })

  it('refuses what is out of range and names the range', () => {
    expect(() => parseDuration('--timeout', '25h', { min: 1, max: 86_400_000 })).toThrow(new UsageError("--timeout must be 1ms … 24h, got '25h'"))
    expect(() => parseDuration('--timeout', '0', { min: 1_000, max: 90_000 })).toThrow(new UsageError("--timeout must be 1s … 90s, got '0'"))
  })

  it('means the same in any unit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 24 }), (hours) => {
        const texts = [`${hours}h`, `${hours * 60}m`, `${hours * 3_600}s`, `${hours * 3_600_000}ms`]
        expect(new Set(texts.map((text) => parseDuration('--duration', text, DAY)))).toEqual(new Set([hours * 3_600_000]))
      }),
    )
  })
})
