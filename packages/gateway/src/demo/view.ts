import type { MCPClientPool } from 'mcp-client-pool'
import type { Output } from '../terminal/output.js'
import { isRedrawable, type Paint, paintFor } from '../terminal/paint.js'
import { Screen } from '../terminal/screen.js'
import { cut } from '../terminal/text-table.js'
import { type Happening, type Happenings, plainLine, recentLine } from '../status/happenings.js'
import { type Rates, ratesBetween } from '../status/rates.js'
import type { Taken } from '../status/snapshot.js'
import { sorted, STATUS_COLUMNS, statusesOf, statusTable } from '../status/status-table.js'
import type { Load } from './load.js'

const REDRAW_EVERY = 250
const LINES_EVERY = 2_000
const RATES_EVERY = 2_000
const RECENT = 6

/** Shows the demo: a table that is drawn over itself on a terminal, and lines in a pipe or a file. */
export class View {
  readonly #output: Output
  readonly #paint: Paint
  readonly #screen: Screen | undefined
  #timer: NodeJS.Timeout | undefined
  #draw: () => void = () => undefined
  /** Since when calls are counted for their rate. */
  #base: Taken | undefined
  #rates: Rates = ratesBetween(undefined, undefined)

  constructor(output: Output, env: Readonly<Record<string, string | undefined>>) {
    this.#output = output
    this.#paint = paintFor(output, env)
    this.#screen = isRedrawable(output, env) ? new Screen(output) : undefined
  }

  readonly onHappening = (happening: Happening): void => {
    if (this.#screen === undefined) this.#output.line(plainLine(happening))
  }

  start(pool: MCPClientPool, load: Load, happenings: Happenings, url: string): void {
    const shown = `${url}/metrics for Prometheus · mcp-pool top ${url}/statistics`
    if (this.#screen === undefined) this.#output.line(shown)
    this.#draw = () => {
      const table = this.#table({ at: performance.now(), snapshot: pool.getStatistics() }, happenings)
      if (this.#screen === undefined) for (const line of [...table, totals(load)]) this.#output.line(line)
      else
        this.#screen.draw([
          ...table,
          '',
          cut(totals(load), this.#output.columns),
          this.#paint('dim', cut(shown, this.#output.columns)),
          '',
          ...this.#recent(happenings),
        ])
    }
    this.#draw()
    this.#timer = setInterval(this.#draw, this.#screen === undefined ? LINES_EVERY : REDRAW_EVERY)
  }

  /** Draws a last time and leaves it there. */
  stop(): void {
    clearInterval(this.#timer)
    this.#draw()
    this.#draw = () => undefined
    this.#screen?.end()
  }

  #table(taken: Taken, happenings: Happenings): string[] {
    if (this.#base === undefined || taken.at - this.#base.at >= RATES_EVERY) {
      this.#rates = ratesBetween(this.#base, taken)
      this.#base = taken
    }
    const clients = statusesOf(taken.snapshot, this.#rates, (endpoint) => happenings.lastOf(endpoint))
    return statusTable(sorted(clients, STATUS_COLUMNS[0]!, false), taken.at, this.#output.columns, this.#paint)
  }

  #recent(happenings: Happenings): string[] {
    const now = performance.now()
    return happenings.last(RECENT).map((happening) => this.#paint('dim', cut(recentLine(happening, now), this.#output.columns)))
  }
}

function totals({ counts }: Load): string {
  const { safe, safeFailed, unsafe, unsafeUnknown, unsafeNotRun } = counts
  return `${safe + unsafe} calls · safe: ${safe}, failed ${safeFailed} · unsafe: ${unsafe}, may have run ${unsafeUnknown}, did not run ${unsafeNotRun}`
}
