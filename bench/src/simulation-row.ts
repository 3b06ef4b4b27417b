import type { Interval } from 'mcp-client-pool/testing'
import type { Goal, Verdict } from './statistics.js'

/** A figure of a simulation, and what it must be. */
export interface SimulationRow {
  readonly name: string
  readonly figure: Interval
  readonly unit: string
  /** undefined: it is shown, and not judged. */
  readonly goal: Goal | undefined
}

export function atMost(name: string, figure: Interval, value: number, unit = ''): SimulationRow {
  return { name, figure, unit, goal: { kind: 'at most', value } }
}

export function atLeast(name: string, figure: Interval, value: number, unit = ''): SimulationRow {
  return { name, figure, unit, goal: { kind: 'at least', value } }
}

/** Certain only where the whole interval is on one side. */
export function verdictOf({ figure: { low, high }, goal }: SimulationRow): Verdict {
  if (goal === undefined) return '-'
  const { kind, value } = goal
  const [best, worst] = kind === 'at most' ? [low, high] : [high, low]
  const meets = (figure: number): boolean => (kind === 'at most' ? figure <= value : figure >= value)
  return meets(worst) ? 'ok' : meets(best) ? 'undecided' : 'missed'
}

export function percent({ value, low, high }: Interval): Interval {
  return { value: 100 * value, low: 100 * low, high: 100 * high }
}

export function shown({ value, low, high }: Interval): string {
  const largest = Math.max(Math.abs(low), Math.abs(high))
  const digits = largest >= 10 ? 3 : largest < 0.01 ? 5 : 4
  const text = (figure: number): string => String(Number(figure.toFixed(digits)))
  return `${text(value)} (${text(low)}–${text(high)})`
}
