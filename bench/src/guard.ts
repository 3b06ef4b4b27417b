import { cpuRounds } from './cpu-rounds.js'
import { PEERS, SUBJECTS } from './guards.js'
import { close } from './report.js'
import { judge, median, type Ratio, ratioOfMedians, type Verdict } from './statistics.js'

/**
 * What a call may cost before and after its exchange, when nothing is wrong: 1 µs on the machine of ANCHORS, on which cockatiel's breaker
 * takes 200 ns. One machine is half as fast as another, and a shared one half as fast as itself a second ago.
 */
const LIMIT = 1_000 / 200
const MEASURE = 'cockatiel: breaker'

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
  const measure = samples[names.indexOf(MEASURE)]!

  console.log(`| row | ns per call | x ${MEASURE} (95%) | goal | verdict |`)
  console.log('| --- | --- | --- | --- | --- |')
  for (const [i, name] of names.entries()) {
    const figure = ratioOfMedians(samples[i]!, measure)
    const judged = JUDGED.has(name) && i < subjects.length
    const verdict = judged ? judge(figure, { kind: 'at most', value: LIMIT }, itself) : '-'
    if (judged) verdicts.push(verdict)
    const label = i === subjects.length ? `${name}, once more` : i > subjects.length ? `peer: ${name}` : name
    const cells = [label, median(samples[i]!).toFixed(0), times(figure), judged ? `<= ${LIMIT}: 1 µs where that takes 200 ns` : '']
    console.log(`| ${cells.join(' | ')} | ${smoke ? 'smoke' : verdict} |`)
  }
  return close('guard', verdicts, smoke)
}

const times = ({ value, low, high }: Ratio): string => `${value.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`
