import { UsageError } from './usage-error.js'

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }

/**
 * Reads `500ms`, `30s`, `1.5m` or `2h` as milliseconds, and a bare `0`. Any other number without a unit is refused:
 * half of the people who write `--timeout 30` mean seconds, and the other half have read Node's documentation.
 */
export function parseDuration(option: string, text: string, range: { readonly min: number; readonly max: number }): number {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text) ?? []
  const factor = unit === undefined ? (Number(digits) === 0 ? 1 : undefined) : UNITS[unit]
  if (digits === undefined || factor === undefined) throw new UsageError(`${option} must be a number with a unit (500ms, 30s, 2m, 1h), got '${text}'`)
  const value = Number(digits) * factor
  if (value < range.min || value > range.max) throw new UsageError(`${option} must be ${show(range.min)} … ${show(range.max)}, got '${text}'`)
  return value
}

function show(milliseconds: number): string {
  const unit = (['h', 'm', 's'] as const).find((name) => milliseconds > 0 && milliseconds % (UNITS[name] ?? 1) === 0) ?? 'ms'
  return milliseconds === 0 ? '0' : `${milliseconds / (UNITS[unit] ?? 1)}${unit}`
}
