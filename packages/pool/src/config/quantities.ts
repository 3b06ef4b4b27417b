import type { Check } from './checks.js'
import { number } from './checks.js'

/** The longest delay that Node's timers take: 24.8 days. */
export const MAX_DELAY: number = 2 ** 31 - 1

const KIB = 1024

export const duration: Check<number> = number({ min: 1, max: MAX_DELAY, whole: false, unit: 'ms' })
export const durationOrNone: Check<number> = number({ min: 0, max: MAX_DELAY, whole: false, unit: 'ms' })
export const count = (min: number, max: number): Check<number> => number({ min, max, whole: true })
export const share = (min: number, max: number): Check<number> => number({ min, max, whole: false })
export const size = (max: number): Check<number> => number({ min: KIB, max, whole: true, unit: 'bytes' })
