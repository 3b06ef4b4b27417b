import type { Random, Timers } from '../ports.js'

/** What every resolver needs of the world besides its source. */
export interface ResolverParts {
  readonly timers: Timers
  readonly random: Random
}
