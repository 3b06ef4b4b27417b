import type { Distribution } from './distribution.js'
import type { Bounds, Field } from './fields.js'

const KINDS = ['constant', 'exponential', 'lognormal', 'pareto', 'mix'] as const

const SIGMA: Bounds = { min: 0, max: 5 }
const ALPHA: Bounds = { min: 0.1, max: 100 }
export const SHARE: Bounds = { min: 0.000_001, max: 1_000_000 }

/** The shortest service: a time of 0 has no logarithm, and no slowdown. */
const SHORTEST = 0.001

const NOTHING: Distribution = { constant: 1 }

/** A time by itself is constant; else one of the kinds. */
export function readDistribution(field: Field): Distribution {
  const { value } = field
  if (typeof value === 'number' || typeof value === 'string') return { constant: field.duration(SHORTEST) }
  const member = field.members(KINDS)
  const kind = KINDS.find((each) => member?.(each).isGiven)
  if (member === undefined) return NOTHING
  const names = Object.keys(value as object)
  // A name that is none of them has been reported.
  if (kind === undefined || names.length !== 1) {
    if (kind !== undefined || names.length === 0) field.wrong(`be a time, or one of ${KINDS.join(', ')}`)
    return NOTHING
  }
  const of = member(kind)
  switch (kind) {
    case 'constant':
      return { constant: of.duration(SHORTEST) }
    case 'exponential':
      return { exponential: { mean: of.duration(SHORTEST) } }
    case 'lognormal': {
      const part = of.members(['median', 'sigma', 'min', 'max'])
      if (part === undefined) return NOTHING
      const min = part('min').duration(0, 0)
      const max = part('max').duration(SHORTEST, Number.POSITIVE_INFINITY)
      if (max < min) part('max').wrong(`be at least min (${min} ms)`)
      return { lognormal: { median: part('median').duration(SHORTEST), sigma: part('sigma').number(SIGMA), min, max } }
    }
    case 'pareto': {
      const part = of.members(['min', 'alpha', 'max'])
      if (part === undefined) return NOTHING
      const min = part('min').duration(SHORTEST)
      const max = part('max').duration(SHORTEST, 3_600_000)
      if (max < min) part('max').wrong(`be at least min (${min} ms)`)
      return { pareto: { min, alpha: part('alpha').number(ALPHA), max } }
    }
    case 'mix':
      return {
        mix: of.list().map((each) => {
          const part = each.members(['share', 'of'])
          return part === undefined ? { share: 1, of: NOTHING } : { share: part('share').number(SHARE), of: readDistribution(part('of')) }
        }),
      }
  }
}
