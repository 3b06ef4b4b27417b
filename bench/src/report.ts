import type { Comparison, ComparisonResult } from './paired.js'
import type { Goal, Ratio, Verdict } from './statistics.js'

const ratio = ({ value, low, high }: Ratio): string => `${value.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`
export const goalText = (goal: Goal | undefined): string => (goal === undefined ? '' : `${goal.kind === 'at most' ? '<=' : '>='} ${goal.value}`)

/** Rows of a Markdown table, one comparison each. */
export function printHeader(): void {
  console.log('| row | subject | peer | ratio (95%) | peer/peer | goal | verdict |')
  console.log('| --- | --- | --- | --- | --- | --- | --- |')
}

export function printRow({ name, figure, goal }: Comparison, result: ComparisonResult, judged: boolean): void {
  const unit = figure === 'cpu' ? ' µs' : '/s'
  const digits = figure === 'cpu' ? 1 : 0
  const cells = [
    name,
    result.subject.toFixed(digits) + unit,
    result.peer.toFixed(digits) + unit,
    ratio(result.ratio),
    ratio(result.peerAgainstItself),
    goalText(goal),
    judged ? result.verdict : 'smoke',
  ]
  console.log(`| ${cells.join(' | ')} |`)
}

/** The closing line, and the exit code: 1 where a goal was missed for certain. */
export function close(bench: string, verdicts: readonly Verdict[], smoke: boolean): number {
  const count = (verdict: Verdict): number => verdicts.filter((each) => each === verdict).length
  if (smoke) console.log(`bench ${bench}: ${verdicts.length} rows ran (smoke: nothing judged)`)
  else console.log(`bench ${bench}: ${count('ok')} ok, ${count('missed')} missed, ${count('undecided')} undecided`)
  return !smoke && count('missed') > 0 ? 1 : 0
}
