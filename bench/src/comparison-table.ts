import { compare, type Comparison } from './paired.js'
import { printHeader, printRow } from './report.js'
import type { Verdict } from './statistics.js'

/** Runs the comparisons one after the other, and prints each as a row of a table. */
export async function comparisonTable(comparisons: readonly Comparison[], rounds: number, smoke: boolean): Promise<Verdict[]> {
  const verdicts: Verdict[] = []
  printHeader()
  for (const comparison of comparisons) {
    const result = await compare(comparison, rounds)
    verdicts.push(result.verdict)
    printRow(comparison, result, !smoke)
  }
  return verdicts
}
