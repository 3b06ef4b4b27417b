import type { Random } from '../ports.js'

/**
 * The same numbers for the same seed, on every machine.
 *
 * Doty-Humphrey's sfc32 (Small Fast Counting, from PractRand): 128 bits of state, no cycle shorter than 2^32, passes
 * PractRand far beyond what a simulation draws. The first 15 numbers mix the seed in and are thrown away.
 */
export function seededRandom(seed: number): Random {
  let a = 0x9e3779b9
  let b = seed | 0
  let c = Math.floor(seed / 2 ** 32) | 0
  let counter = 1
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    c |= 0
    return (sum >>> 0) / 2 ** 32
  }
  for (let i = 0; i < 15; i++) next()
  return next
}
