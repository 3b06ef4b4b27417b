import { once } from 'node:events'
import { seededRandom } from 'mcp-client-pool/testing'
import { startPinned, stop, SUBJECT_CORE } from './processes.js'

/** In ms. The first rounds, in which the code is compiled and the length found, do not count. */
const ROUND = 20
const WARM_UP = 12

/**
 * Nanoseconds of CPU per turn in each round, for subjects in processes of their own on the same core, in random order.
 * `module` is their process: it answers the length of a round in milliseconds with what one turn cost.
 */
export async function cpuRounds(module: string, subjects: ReadonlyArray<readonly string[]>, rounds: number, smoke: boolean): Promise<number[][]> {
  const processes = await Promise.all(subjects.map((args) => startPinned(SUBJECT_CORE, module, args)))
  const samples = subjects.map((): number[] => [])
  const random = seededRandom(rounds)
  try {
    for (let round = smoke ? 0 : -WARM_UP; round < rounds; round++) {
      const order = subjects.map((_, index) => ({ index, key: random() })).sort((a, b) => a.key - b.key)
      for (const { index } of order) {
        const { child } = processes[index]!
        child.send(ROUND)
        const [figure] = (await once(child, 'message')) as [number]
        if (round >= 0) samples[index]!.push(figure)
      }
    }
  } finally {
    await Promise.all(processes.map(({ child }) => stop(child)))
  }
  return samples
}
