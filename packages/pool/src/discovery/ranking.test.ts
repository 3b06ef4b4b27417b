import fc from 'fast-check'
import { expect, it } from 'vitest'
import { placeOf, reversed } from './ranking.js'

it('gives any 2^n workers with neighbouring numbers one place in each 2^n-th part of the ranking, for any server', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10 }), fc.nat({ max: 2 ** 22 - 1 }), fc.integer(), (n, block, seed) => {
      const workers = Array.from({ length: 2 ** n }, (_, index) => block * 2 ** n + index)
      const parts = workers.map((worker) => Math.floor(placeOf(seed, reversed(worker)) / 2 ** (32 - n)))
      expect(parts.sort((a, b) => a - b)).toEqual(workers.map((_, index) => index))
    }),
  )
})

it('ranks servers as independent of each other as dice: who shares a worker with whom is another in each block', () => {
  // Of 64 workers, whose first the server is; two servers meet in a block with a probability of 1/64.
  const firstIn = (seed: number, block: number): number => {
    for (let worker = 0; worker < 64; worker++) if (placeOf(seed, reversed(block * 64 + worker)) < 2 ** 26) return worker
    throw new Error('it is nobody’s')
  }
  const seeds = Array.from({ length: 60 }, (_, index) => Math.imul(index + 1, 0x9e3779b1))
  let meetings = 0
  for (let block = 0; block < 40; block++) {
    const firsts = seeds.map((seed) => firstIn(seed, block))
    for (const [i, mine] of firsts.entries()) for (const other of firsts.slice(i + 1)) if (mine === other) meetings++
  }
  const expected = (40 * (60 * 59)) / 2 / 64
  expect(meetings / expected).toBeGreaterThan(0.8)
  expect(meetings / expected).toBeLessThan(1.2)
})

it('reverses bits', () => {
  expect(reversed(1)).toBe(-(2 ** 31))
  fc.assert(
    fc.property(fc.integer(), (bits) => {
      expect(reversed(reversed(bits))).toBe(bits)
    }),
  )
})
