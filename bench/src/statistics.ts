import { seededRandom } from 'mcp-client-pool/testing'

/** What the benches say about samples: medians, and how sure a ratio of medians is. */

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

export interface Ratio {
  readonly value: number
  /** Bootstrap 95% interval. */
  readonly low: number
  readonly high: number
}

/**
 * Ratio of the medians of paired rounds, with a percentile bootstrap over whole pairs (Efron & Tibshirani 1993, chapter
 * 13): a round in which the machine was slow was slow for both.
 */
export function ratioOfMedians(subject: readonly number[], peer: readonly number[], resamples = 2_000): Ratio {
  const random = seededRandom(subject.length)
  const ratios: number[] = []
  for (let i = 0; i < resamples; i++) {
    const picks = subject.map(() => Math.floor(random() * subject.length))
    ratios.push(median(picks.map((pick) => subject[pick]!)) / median(picks.map((pick) => peer[pick]!)))
  }
  return { value: median(subject) / median(peer), ...interval(ratios) }
}

/** Percentiles 2.5 and 97.5. */
function interval(ratios: readonly number[]): Pick<Ratio, 'low' | 'high'> {
  const sorted = [...ratios].sort((a, b) => a - b)
  return { low: sorted[Math.floor(sorted.length * 0.025)]!, high: sorted[Math.ceil(sorted.length * 0.975) - 1]! }
}

/** What one launch of the processes measured, round by round. */
export interface Launch {
  readonly subject: readonly number[]
  /** Of each process that does the same. */
  readonly peers: ReadonlyArray<readonly number[]>
}

/**
 * Geometric mean over launches of the median over rounds of the subject's ratio to its peers, with a percentile bootstrap over launches, and
 * over rounds within them.
 *
 * Round by round, for a machine that is half as fast in the next second is so for the whole of a round. Launch by launch, for a process has
 * a luck of its own that lasts as long as it does: where its code and objects come to lie is worth several percent (Mytkowicz et al. 2009,
 * "Producing wrong data without doing anything obviously wrong!"), so an interval over the rounds of one launch says too much (Kalibera &
 * Jones 2013, "Rigorous benchmarking in reasonable time").
 */
export function ratioOfLaunches(launches: readonly Launch[], resamples = 1_000): Ratio {
  const random = seededRandom(launches.length)
  const some = <T>(from: readonly T[]): T[] => from.map(() => from[Math.floor(random() * from.length)]!)
  const paired = launches.map(({ subject, peers }) => subject.map((figure, round) => figure / geometricMean(peers.map((peer) => peer[round]!))))
  const ratios = Array.from({ length: resamples }, () => geometricMean(some(paired).map((rounds) => median(some(rounds)))))
  return { value: geometricMean(paired.map(median)), ...interval(ratios) }
}

const geometricMean = (values: readonly number[]): number => Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length)

export type Verdict = 'ok' | 'missed' | 'undecided' | '-'

/** Missed only where the whole interval misses the goal; undecided where it straddles it, or the peer against itself was off by over 3%. */
export function judge(ratio: Ratio, goal: Goal | undefined, peerAgainstItself: Ratio): Verdict {
  if (goal === undefined) return '-'
  const [best, worst] = goal.kind === 'at most' ? [ratio.low, ratio.high] : [ratio.high, ratio.low]
  const meets = (value: number): boolean => (goal.kind === 'at most' ? value <= goal.value : value >= goal.value)
  if (!meets(best)) return 'missed'
  const noisy = Math.abs(peerAgainstItself.value - 1) > 0.03
  return meets(worst) && !noisy ? 'ok' : meets(worst) && farFrom(ratio.value, goal) ? 'ok' : 'undecided'
}

/** Noise of a few percent does not matter to a ratio that is over 10% away from its goal. */
function farFrom(value: number, goal: Goal): boolean {
  return Math.abs(value / goal.value - 1) > 0.1
}

export interface Goal {
  readonly kind: 'at most' | 'at least'
  readonly value: number
}
