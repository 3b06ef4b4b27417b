import { seededRandom } from '../seeded-random.js'

/** A figure over several seeds, with how sure it is. */
export interface Interval {
  readonly value: number
  readonly low: number
  readonly high: number
}

const RESAMPLES = 2_000

/**
 * Mean over the seeds of the ratio of a figure to another of the same seed, with a percentile bootstrap 95% interval (Efron & Tibshirani 1993,
 * chapter 13) over the seeds. Both have met the same calls: what one seed had of long ones falls out.
 */
export function pairedRatio(subject: readonly number[], reference: readonly number[]): Interval {
  return bootstrapMean(subject.map((each, index) => each / reference[index]!))
}

export function bootstrapMean(values: readonly number[]): Interval {
  const mean = (samples: readonly number[]): number => samples.reduce((sum, each) => sum + each, 0) / samples.length
  const random = seededRandom(values.length)
  const means = Array.from({ length: RESAMPLES }, () => mean(values.map(() => values[Math.floor(random() * values.length)]!))).sort((a, b) => a - b)
  return { value: mean(values), low: means[Math.floor(RESAMPLES * 0.025)]!, high: means[Math.ceil(RESAMPLES * 0.975) - 1]! }
}

/** The Wilson score interval of a share (Wilson 1927), 95%: right also where nothing was counted. */
export function wilson(count: number, of: number): Interval {
  const z = 1.96
  const share = count / of
  const middle = (share + (z * z) / (2 * of)) / (1 + (z * z) / of)
  const half = (z / (1 + (z * z) / of)) * Math.sqrt((share * (1 - share)) / of + (z * z) / (4 * of * of))
  return { value: share, low: Math.max(0, middle - half), high: middle + half }
}

export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
