import type { Milliseconds, Random } from './ports.js'

export interface BackoffLimits {
  /** Longest first wait. */
  readonly base: Milliseconds
  /** Longest wait of all. */
  readonly max: Milliseconds
}

/**
 * How long to wait before trying again, after so many waits in a row (0 for the first).
 *
 *     uniform in [0, min(max, base × 2^waits))
 *
 * "Full jitter", after Brooker, "Exponential Backoff and Jitter" (AWS Architecture Blog, 2015): those who failed together
 * at one moment spread over the whole interval, where a wait of a fixed length brings them all back together.
 */
export function fullJitter(waits: number, limits: BackoffLimits, random: Random): Milliseconds {
  return random() * Math.min(limits.max, limits.base * 2 ** Math.min(waits, LARGEST_EXPONENT))
}

/** Any wait has reached its maximum by then; beyond 2^1023 a base of 0 would become NaN. */
const LARGEST_EXPONENT = 64
