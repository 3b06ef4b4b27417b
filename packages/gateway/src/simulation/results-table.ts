import type { Interval, PolicyResult } from 'mcp-client-pool/testing'
import { type Column, textTable } from '../terminal/text-table.js'

const COLUMNS: readonly Column[] = [
  { title: 'policy' },
  ...['mean', '/ central', 'p50', 'p99', 'p99.9', 'queueing', 'slowdown', 'failed %', 'success %', 'in zone %', 'executions', 'retries', 'hedges'].map(
    (title): Column => ({ title, align: 'right' }),
  ),
]

/** A line for each policy. Times are medians over the seeds, ratios have 95% intervals over them, counts are sums. */
export function resultsTable(results: readonly PolicyResult[], width: number): string[] {
  const rows = results.map(({ policy, summary, meanRatio }) => [
    policy,
    time(summary.mean),
    meanRatio === undefined ? '' : interval(meanRatio),
    time(summary.p50),
    time(summary.p99),
    time(summary.p999),
    time(summary.queueing),
    summary.slowdown.toFixed(2),
    percent(summary.failed),
    percent(summary.success),
    summary.inZone === undefined ? '' : percent(summary.inZone),
    String(summary.executions),
    String(summary.retries),
    String(summary.hedges),
  ])
  return textTable(COLUMNS, rows, width)
}

function time(milliseconds: number): string {
  if (milliseconds >= 10_000) return `${(milliseconds / 1_000).toFixed(1)} s`
  return `${milliseconds.toFixed(milliseconds < 10 ? 1 : 0)} ms`
}

function interval({ value, low, high }: Interval): string {
  // One seed says nothing of how sure it is.
  return low === high ? value.toFixed(3) : `${value.toFixed(3)} (${low.toFixed(3)}–${high.toFixed(3)})`
}

/** What is rare must not be shown as nothing. */
function percent(value: number): string {
  if (value === 0 || value === 100) return String(value)
  return value.toFixed(value > 99 || value < 1 ? 3 : 2)
}
