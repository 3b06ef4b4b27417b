/** What the weight of an endpoint may be. */
const MOST = 1_000
const LEAST = 0.001

/** Weights of a registry, which may go up to 65,535, in the range of the pool's own and in the same proportion. Those that fit stay what they are. */
export function proportional(weights: readonly number[]): readonly number[] {
  const largest = weights.reduce((most, weight) => Math.max(most, weight), 0)
  if (largest <= MOST) return weights
  return weights.map((weight) => Math.max(LEAST, (weight / largest) * MOST))
}
