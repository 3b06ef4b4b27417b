import { cpuRounds } from './cpu-rounds.js'
import { PEERS, SUBJECTS } from './guards.js'
import { close } from './report.js'
import { judge, median, type Ratio, ratioOfMedians, type Verdict } from './statistics.js'

/** What a call may cost before and after its exchange, when nothing is wrong. */
const LIMIT_NS = 1_000

/** The promise of `pool.request` is there with or without it, and stands here to be compared with the peers, which cannot do without one. */
const JUDGED: ReadonlySet<string> = new Set(['everything on', 'as it is by default'])

/**
 * Nanoseconds of CPU per call for all that decides on it and none of its exchange: admission, pick, breaker, ejection,
 * limits, deadline, hedge, outcome. Ten clients, 32 calls at once, nothing wrong; next to the libraries that are usually put in front of a call.
 */
export async function guard({ smoke, rounds }: { smoke: boolean; rounds: number }): Promise<number> {
  const verdicts: Verdict[] = []
  const subjects = Object.keys(SUBJECTS)
  const peers = Object.keys(PEERS)
  const names = [...subjects, ...subjects.slice(0, 1), ...peers]
  const samples = await cpuRounds(
    './guard-process.js',
    names.map((name) => [name]),
    rounds,
    smoke,
  )
  const [first] = samples as [number[]]
  const itself = ratioOfMedians(samples[subjects.length]!, first)
  const limit = first.map(() => LIMIT_NS)

  console.log('| row | ns per call (95%) | x everything on | goal | verdict |')
  console.log('| --- | --- | --- | --- | --- |')
  for (const [i, name] of names.entries()) {
    const figure = ratioOfMedians(samples[i]!, limit)
    const judged = JUDGED.has(name) && i < subjects.length
    const verdict = judged ? judge(figure, { kind: 'at most', value: 1 }, itself) : '-'
    if (judged) verdicts.push(verdict)
    const label = i === subjects.length ? `${name}, once more` : i > subjects.length ? `peer: ${name}` : name
    const cells = [label, nanoseconds(samples[i]!, figure), times(ratioOfMedians(samples[i]!, first)), judged ? `<= ${LIMIT_NS} ns` : '']
    console.log(`| ${cells.join(' | ')} | ${smoke ? 'smoke' : verdict} |`)
  }
  return close('guard', verdicts, smoke)
}

const nanoseconds = (figures: readonly number[], { low, high }: Ratio): string => `${median(figures).toFixed(0)} (${scaled(low)}–${scaled(high)})`
const scaled = (share: number): string => (share * LIMIT_NS).toFixed(0)
const times = ({ value, low, high }: Ratio): string => `${value.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`
