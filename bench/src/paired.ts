import { seededRandom } from 'mcp-client-pool/testing'
import type { Round, RoundResult } from './contender.js'
import { ContenderProcess } from './processes.js'
import { type Goal, judge, median, type Ratio, ratioOfMedians, type Verdict } from './statistics.js'

export interface Comparison {
  readonly name: string
  readonly subject: string
  readonly peer: string
  readonly urls: readonly string[]
  readonly round: Round
  /** What is compared: CPU per call (less is better) or calls per second (more is better). */
  readonly figure: keyof RoundResult
  readonly goal?: Goal
  /** Calls of each contender before the first round that counts. */
  readonly warmUp: number
}

export interface ComparisonResult {
  readonly subject: number
  readonly peer: number
  readonly ratio: Ratio
  readonly peerAgainstItself: Ratio
  readonly verdict: Verdict
}

/**
 * Subject, peer, and the peer once more, each in a process of its own on the same core, in rounds that are short, paired
 * and in random order. The second peer shows what the machine makes of identical code.
 */
export async function compare(comparison: Comparison, rounds: number): Promise<ComparisonResult> {
  const { subject, peer, urls, round, figure } = comparison
  const processes = await Promise.all([subject, peer, peer].map((contender) => ContenderProcess.start(contender, urls)))
  const samples: number[][] = [[], [], []]
  const random = seededRandom(rounds)
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
  const [subjects, peers, again] = samples as [number[], number[], number[]]
  const ratio = ratioOfMedians(subjects, peers)
  const peerAgainstItself = ratioOfMedians(again, peers)
  return { subject: median(subjects), peer: median(peers), ratio, peerAgainstItself, verdict: judge(ratio, comparison.goal, peerAgainstItself) }
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item)
}
