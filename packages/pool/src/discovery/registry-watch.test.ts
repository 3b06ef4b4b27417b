import { expect, it, onTestFinished } from 'vitest'
import type { Milliseconds } from '../ports.js'
import { VirtualTime } from '../testing/index.js'
import { type Registry, RegistryWatch } from './registry-watch.js'

type Turn = Registry['turn']

/** A resolver over turns by hand, on virtual time. `random` near 1: the longest backoff. */
function begin(turn: Turn, random = 0.999_999) {
  const time = new VirtualTime()
  const turns: Milliseconds[] = []
  const told: unknown[] = []
  const watch = new RegistryWatch(
    {
      turn: (found, signal) => {
        turns.push(time.now())
        return turn(found, signal)
      },
      close: async () => {},
    },
    { timers: time, random: () => random },
  )
  watch.watch({ onFound: (endpoints) => void told.push(endpoints), onError: (error) => void told.push(error.message) })
  onTestFinished(() => watch.close())
  return { time, turns, told, watch }
}

const until = (signal: AbortSignal): Promise<never> => new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))))

it('tells nothing before watch has returned', async () => {
  const { told, time } = begin(async (found) => (found([1]), 60_000))
  expect(told).toEqual([])
  await time.run(0)
  expect(told).toEqual([[1]])
})

it('takes the next turn after the rest that the last one asked for', async () => {
  const { turns, time } = begin(async () => 5_000)
  await time.run(15_000)
  expect(turns).toEqual([0, 5_000, 10_000, 15_000])
})

it('backs off twice as long after each failure, up to 30 s, and tells of each', async () => {
  const { turns, told, time } = begin(() => Promise.reject(new Error('away')))
  await time.run(100_000)
  expect(turns.map((at, n) => Math.round(at - (turns[n - 1] ?? 0)))).toEqual([0, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000])
  expect(told).toEqual(turns.map(() => 'away'))
})

it('begins its backoff anew after a turn that went well, or long', async () => {
  const lengths = [0, 0, 0, 60_000, 0]
  const { turns, time } = begin(async () => {
    const length = lengths.shift()
    if (length === undefined) return 1_000_000
    time.advance(length)
    throw new Error('cut')
  })
  await time.run(200_000)
  expect(turns.map((at, n) => Math.round(at - (turns[n - 1] ?? 0)))).toEqual([0, 1_000, 2_000, 4_000, 61_000, 2_000])
})

it('asks a registry that always has news once a second', async () => {
  const { turns, time } = begin(async () => 0)
  await time.run(60_000)
  expect(turns).toHaveLength(1 + 10 + 60)
})

it('asks a registry that fails at once no more often, whatever chance says', async () => {
  const { turns, time } = begin(() => Promise.reject(new Error('away')), 0)
  await time.run(60_000)
  expect(turns.length).toBeLessThanOrEqual(1 + 10 + 60)
})

it('gives up what is under way when it is closed, and tells nothing more', async () => {
  let late: (() => void) | undefined
  const { told, time, watch } = begin((found, signal) => {
    late = () => found(['late'])
    return until(signal)
  })
  await time.run(0)
  await watch.close()
  await watch.close()
  late?.()
  expect([told, time.pending]).toEqual([[], 0])
})

it('is closed also while it rests, and before it began', async () => {
  const resting = begin(async () => 60_000)
  await resting.time.run(0)
  await resting.watch.close()
  expect(resting.time.pending).toBe(0)
  const unborn = begin(async (found) => (found([]), 0))
  await unborn.watch.close()
  await unborn.time.run(60_000)
  expect([unborn.turns, unborn.told]).toEqual([[], []])
})
