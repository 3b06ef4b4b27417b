import { cpuRounds } from './cpu-rounds.js'
import { PEERS, SUBJECTS } from './pickers.js'
import { close } from './report.js'
import { judge, median, type Ratio, ratioOfMedians, type Verdict } from './statistics.js'

/** What a pick may cost with the default policy and 10 clients. */
const LIMIT_NS = 60

/** Flat: with a thousand times as many clients only memory is farther away. */
const FLAT = 1.5

const SIZES = [10, 1_000, 10_000]

/** Nanoseconds of CPU for one pick, by policy and number of clients, next to what is usually written instead. */
export async function pick({ smoke, rounds }: { smoke: boolean; rounds: number }): Promise<number> {
  const verdicts: Verdict[] = []
  const row = (name: string, figures: string, goal: string, verdict: Verdict): void => {
    if (verdict !== '-') verdicts.push(verdict)
    console.log(`| ${name} | ${figures} | ${goal} | ${smoke ? 'smoke' : verdict} |`)
  }
  console.log('| row | figure (95%) | goal | verdict |')
  console.log('| --- | --- | --- | --- |')

  const policy = 'least-load'
  const [few, more, most, again] = await measure([...SIZES.map((size) => [policy, size] as const), [policy, SIZES[0]!]], rounds, smoke)
  const itself = ratioOfMedians(again!, few!)
  const limit = few!.map(() => LIMIT_NS)
  const absolute = ratioOfMedians(few!, limit)
  row(`${policy}, ${SIZES[0]} clients`, nanoseconds(absolute), `<= ${LIMIT_NS} ns`, judge(absolute, { kind: 'at most', value: 1 }, itself))
  for (const [i, samples] of [more!, most!].entries()) {
    const growth = ratioOfMedians(samples, few!)
    const figures = `${median(samples).toFixed(0)} ns, ${times(growth)}`
    row(`${policy}, ${SIZES[i + 1]} clients / ${SIZES[0]}`, figures, `<= ${FLAT}x`, judge(growth, { kind: 'at most', value: FLAT }, itself))
  }
  row(`${policy}, ${SIZES[0]} clients / itself`, times(itself), '', '-')

  for (const name of [...Object.keys(SUBJECTS).filter((each) => each !== policy), ...Object.keys(PEERS)]) {
    const samples = await measure(
      SIZES.map((size) => [name, size] as const),
      Math.ceil(rounds / 3),
      smoke,
    )
    const figures = samples.map((each) => median(each).toFixed(0)).join(' / ')
    row(`${name in PEERS ? 'peer: ' : ''}${name}, ${SIZES.join(' / ')} clients`, `${figures} ns`, '', '-')
  }
  return close('pick', verdicts, smoke)
}

const measure = (pickers: ReadonlyArray<readonly [name: string, size: number]>, rounds: number, smoke: boolean): Promise<number[][]> =>
  cpuRounds(
    './pick-process.js',
    pickers.map(([name, size]) => [name, String(size)]),
    rounds,
    smoke,
  )

const nanoseconds = ({ value, low, high }: Ratio): string => `${scaled(value)} ns (${scaled(low)}–${scaled(high)})`
const scaled = (share: number): string => (share * LIMIT_NS).toFixed(0)
const times = ({ value, low, high }: Ratio): string => `${value.toFixed(2)}x (${low.toFixed(2)}–${high.toFixed(2)})`
