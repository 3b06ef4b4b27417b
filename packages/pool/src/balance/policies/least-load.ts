import type { Milliseconds, Random } from '../../ports.js'
import type { Candidates } from '../candidates.js'
import { FEW } from './policy.js'

/** Candidates with the lowest cost so far; reused, since a pick is never entered twice. */
const tied = new Uint8Array(FEW)

/**
 * The lowest cost wins; ties fall at random, or an idle pool would send everything to its first client.
 *
 * Up to 16 are all compared. Of more, two chosen at random are: the longest queue is then hardly longer than with a full
 * comparison (log log n instead of log n / log log n for one random choice: Azar et al., "Balanced Allocations", 1994;
 * Mitzenmacher, 1996), and workers that know nothing of each other do not all run to the same replica.
 */
export function leastLoad(candidates: Candidates, now: Milliseconds, random: Random): number {
  return candidates.size <= FEW ? lowestOfAll(candidates, now, random) : lowerOfTwo(candidates, now, random)
}

function lowestOfAll(candidates: Candidates, now: Milliseconds, random: Random): number {
  candidates.refresh(now)
  const { rows } = candidates
  const { cells } = candidates.costs
  let lowest = Number.POSITIVE_INFINITY
  let ties = 0
  for (let i = 0; i < rows.length; i++) {
    const cost = cells[2 * rows[i]!]!
    if (cost < lowest) {
      lowest = cost
      tied[0] = i
      ties = 1
    } else if (cost === lowest) tied[ties++] = i
  }
  return ties === 1 ? tied[0]! : tied[Math.floor(random() * ties)]!
}

function lowerOfTwo({ costs, rows }: Candidates, now: Milliseconds, random: Random): number {
  // One number serves for both: what is left of it behind the point is as random as the first was.
  const place = random() * rows.length
  const first = place | 0
  // So many places after the first, around the end: where a skip over the first would be guessed wrong each other time, this is no branch.
  const second = (first + 1 + (((place - first) * (rows.length - 1)) | 0)) % rows.length
  return costs.cost(rows[second]!, now) < costs.cost(rows[first]!, now) ? second : first
}
