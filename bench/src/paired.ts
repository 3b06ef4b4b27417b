import { seededRandom } from 'mcp-client-pool/testing'
import type { Round, RoundResult } from './contender.js'
import { ContenderProcess } from './processes.js'
import { type Goal, judge, median, type Ratio, ratioOfLaunches, type Verdict } from './statistics.js'

export interface Comparison {
  readonly name: string
  readonly subject: string
  readonly peer: string
  readonly urls: readonly string[]
  readonly round: Round
  /** What is compared: CPU per call (less is better) or calls per second (more is better). */
  readonly figure: keyof RoundResult
  readonly goal?: Goal
  /** Calls of each contender before the first round that counts, at every launch. */
  readonly warmUp: number
}

export interface ComparisonResult {
  readonly subject: number
  readonly peer: number
  readonly ratio: Ratio
  readonly peerAgainstItself: Ratio
  readonly verdict: Verdict
}

/** Rounds of one launch; then all processes begin anew. */
const ROUNDS = 30

/**
 * Subject, peer, and the peer once more, each in a process of its own on the same core, in rounds that are short, paired
 * and in random order. The second peer shows what the machine makes of identical code; the subject is compared with both.
 */
export async function compare(comparison: Comparison, rounds: number): Promise<ComparisonResult> {
  const launches: number[][][] = []
  for (let left = rounds; left > 0; left -= ROUNDS) launches.push(await launch(comparison, Math.min(left, ROUNDS), left))
  const [subjects, peers, again] = [0, 1, 2].map((index) => launches.flatMap((each) => each[index]!)) as [number[], number[], number[]]
  const ratio = ratioOfLaunches(launches.map(([subject, ...both]) => ({ subject: subject!, peers: both })))
  const peerAgainstItself = ratioOfLaunches(launches.map(([, peer, other]) => ({ subject: other!, peers: [peer!] })))
  return {
    subject: median(subjects),
    peer: median([...peers, ...again]),
    ratio,
    peerAgainstItself,
    verdict: judge(ratio, comparison.goal, peerAgainstItself),
  }
}

/** The figures of subject, peer and peer once more, round by round. */
async function launch(comparison: Comparison, rounds: number, seed: number): Promise<number[][]> {
  const { subject, peer, urls, round, figure } = comparison
  const processes = await Promise.all([subject, peer, peer].map((contender) => ContenderProcess.start(contender, urls)))
  const samples: number[][] = [[], [], []]
  const random = seededRandom(seed)
  try {
    for (let i = -Math.ceil(comparison.warmUp / round.calls); i < rounds; i++) {
      for (const index of shuffled([0, 1, 2], random)) {
        const result = await processes[index]!.run(round)
        if (i >= 0) samples[index]!.push(result[figure])
      }
    }
  } finally {
    await Promise.all(processes.map((process) => process.stop()))
  }
  return samples
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item)
}
