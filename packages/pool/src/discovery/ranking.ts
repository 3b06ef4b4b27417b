/**
 * A server's place in the ranking of a worker, 0 … 2^32 − 1.
 *
 * A bit of the place is that of the worker's number, flipped or not by what the server and all higher bits of the number say: the number's bits are
 * reversed, and every step lets a bit reach those to its left only. (Scrambling by such steps: Laine & Karras 2011, Burley 2020.)
 *
 * @param seed hash of the server
 * @param worker its number with its bits reversed
 */
export function placeOf(seed: number, worker: number): number {
  let place = (worker + seed) | 0
  place ^= Math.imul(place, (seed >>> 15) << 1)
  place ^= Math.imul(place, 0x7feb352c)
  place ^= Math.imul(place, 0x846ca68a)
  return place >>> 0
}

/** Of 32 bits, the lowest first. */
export function reversed(bits: number): number {
  let result = 0
  for (let i = 0; i < 32; i++) result = (result << 1) | ((bits >>> i) & 1)
  return result
}
