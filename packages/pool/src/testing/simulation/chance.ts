/**
 * Chance that belongs to an attempt: a number in [0, 1) from the seed, the call, the number of its attempt and what it decides. Drawn from a
 * stream instead, it would depend on what happened before, and two policies would not meet the same luck.
 *
 * The finalizer of MurmurHash3 (Appleby 2011), which spreads each bit of the input over all of the output.
 */
export function chanceOf(seed: number, call: number, nth: number, what: number): number {
  return (mix(mix(mix(seed ^ Math.imul(what, 0x9e3779b1)) ^ call) ^ nth) >>> 0) / 2 ** 32
}

/** A seed of its own for each purpose and number. */
export function subSeed(seed: number, what: number, index = 0): number {
  return mix(mix(seed ^ Math.imul(what, 0x9e3779b1)) + index) >>> 0
}

function mix(key: number): number {
  let hash = key | 0
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}
