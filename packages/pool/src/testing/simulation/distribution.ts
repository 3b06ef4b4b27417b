import type { Milliseconds, Random } from '../../ports.js'

/** How long something takes, as a scenario says it: one of these. */
export type Distribution =
  | { readonly constant: Milliseconds }
  | { readonly exponential: { readonly mean: Milliseconds } }
  | { readonly lognormal: { readonly median: Milliseconds; readonly sigma: number; readonly min: Milliseconds; readonly max: Milliseconds } }
  /** P(longer than x) = (min / x)^alpha, cut off at `max`: below an alpha of 1 the mean would be infinite. */
  | { readonly pareto: { readonly min: Milliseconds; readonly alpha: number; readonly max: Milliseconds } }
  /** One of several, by their shares: `bimodal` is a mix of two constants. */
  | { readonly mix: ReadonlyArray<{ readonly share: number; readonly of: Distribution }> }

/**
 * Draws from a distribution. Each draw takes the same number of random numbers, whatever it gives, so that two scenarios
 * that differ in the length of one tool still agree in all others.
 */
export function sampler(distribution: Distribution, random: Random): () => Milliseconds {
  if ('constant' in distribution) return () => distribution.constant
  if ('exponential' in distribution) {
    const { mean } = distribution.exponential
    return () => -Math.log(1 - random()) * mean
  }
  if ('lognormal' in distribution) {
    const { median, sigma, min, max } = distribution.lognormal
    // Box & Muller 1958; the second normal of the pair is not used.
    return () => Math.min(max, Math.max(min, median * Math.exp(sigma * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()))))
  }
  if ('pareto' in distribution) {
    const { min, alpha, max } = distribution.pareto
    return () => Math.min(max, min * (1 - random()) ** (-1 / alpha))
  }
  const parts = distribution.mix.map(({ share, of }) => ({ share, sample: sampler(of, random) }))
  const whole = parts.reduce((sum, { share }) => sum + share, 0)
  return () => {
    let at = random() * whole
    let chosen = 0
    // All are drawn, and one is taken: the number of random numbers does not depend on which.
    for (const { share, sample } of parts) {
      const drawn = sample()
      if (at >= 0 && at < share) chosen = drawn
      at -= share
    }
    return chosen
  }
}

/** In closed form, since arrival rates are computed from it: a mean of samples would differ from seed to seed. */
export function meanOf(distribution: Distribution): Milliseconds {
  if ('constant' in distribution) return distribution.constant
  if ('exponential' in distribution) return distribution.exponential.mean
  if ('lognormal' in distribution) {
    const { median, sigma, min, max } = distribution.lognormal
    if (sigma === 0) return Math.min(max, Math.max(min, median))
    const low = Math.log(min / median) / sigma
    const high = Math.log(max / median) / sigma
    const between = median * Math.exp((sigma * sigma) / 2) * (normal(high - sigma) - normal(low - sigma))
    return min * normal(low) + between + (max === Number.POSITIVE_INFINITY ? 0 : max * (1 - normal(high)))
  }
  if ('pareto' in distribution) {
    const { min, alpha, max } = distribution.pareto
    // The integral of P(longer than x) up to the cut.
    return alpha === 1 ? min * (1 + Math.log(max / min)) : min + (min ** alpha * (max ** (1 - alpha) - min ** (1 - alpha))) / (1 - alpha)
  }
  const whole = distribution.mix.reduce((sum, { share }) => sum + share, 0)
  return distribution.mix.reduce((sum, { share, of }) => sum + (share / whole) * meanOf(of), 0)
}

/** The normal distribution function: Abramowitz & Stegun 1964, 26.2.17, right to 7.5e-8. */
function normal(x: number): number {
  if (x === Number.NEGATIVE_INFINITY) return 0
  if (x === Number.POSITIVE_INFINITY) return 1
  const t = 1 / (1 + 0.2316419 * Math.abs(x))
  const series = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
  const tail = (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * series
  return x > 0 ? 1 - tail : tail
}
