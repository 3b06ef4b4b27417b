import type { Milliseconds } from '../ports.js'
import type { Check } from './checks.js'
import { MAX_DELAY } from './quantities.js'

/**
 * How long the first attempt of a call may take before a second one is sent: a time, or how long that share of the calls of its
 * kind has taken lately, from `'p50'` (half of them) to `'p99'`.
 */
export type HedgeDelay = Milliseconds | `p${number}`

const HEDGE_DELAY: string = `a number in 1 … ${MAX_DELAY.toLocaleString('en')} ms, or 'p50' … 'p99'`

function isHedgeDelay(value: unknown): value is HedgeDelay {
  return typeof value === 'number' ? value >= 1 && value <= MAX_DELAY : typeof value === 'string' && /^p[5-9]\d$/.test(value)
}

export const hedgeDelay: Check<HedgeDelay> = {
  type: "number | 'p50' … 'p99'",
  unit: 'ms',
  range: `1 … ${MAX_DELAY.toLocaleString('en')}`,
  read: (value, place) => (isHedgeDelay(value) ? value : place.wrong(HEDGE_DELAY, value)),
}
