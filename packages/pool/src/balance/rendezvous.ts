import { hash, mix } from '../hash.js'
import type { Target } from '../ports.js'

/**
 * Rendezvous hashing: every key ranks all places by a hash of both, and belongs to the first in its ranking.
 *
 * Workers that share nothing agree on it, as long as they see the same places. When a place goes, only its keys move, each
 * to the second in its own ranking, so that they spread over all that remain; when one comes, it takes its share of
 * keys and no other moves. A ring of hashed points needs a hundred points a place to be as even.
 *
 * Weights: a place of weight w has the score −w / ln(u) with u uniform in (0, 1) from the hash, and so wins with probability
 * w / Σw (Schindelhauer & Schomaker, "Weighted Distributed Hash Tables", SPAA 2005).
 *
 * @returns index of the winner; −1 where there are no targets
 */
export function rendezvous(key: string, targets: readonly Target[], hashes: Int32Array): number {
  const keyHash = hash(key)
  let best = -1
  let bestScore = 0
  for (let i = 0; i < targets.length; i++) {
    const bits = mix(mix(keyHash ^ hashes[i]!) + hashes[i]!) >>> 0
    const score = -targets[i]!.weight / Math.log((bits + 0.5) / 2 ** 32)
    // Two places with the same score are one in four thousand million; the order of their names decides, not that of arrival.
    if (score > bestScore || (score === bestScore && best >= 0 && targets[i]!.place < targets[best]!.place)) {
      best = i
      bestScore = score
    }
  }
  return best
}
