import type { MCPClientPool } from 'mcp-client-pool'
import type { Output } from '../terminal/output.js'
import { isRedrawable, type Paint, paintFor } from '../terminal/paint.js'
import { Screen } from '../terminal/screen.js'
import { cut } from '../terminal/text-table.js'
import { type Happening, type Happenings, plainLine } from './happenings.js'
import type { Load } from './load.js'
import { type ClientStatus, statusTable } from './status-table.js'

const REDRAW_EVERY = 250
const LINES_EVERY = 2_000
const RECENT = 6

/** Shows the demo: a table that is drawn over itself on a terminal, and lines in a pipe or a file. */
export class View {
  readonly #output: Output
  readonly #paint: Paint
  readonly #screen: Screen | undefined
  #timer: NodeJS.Timeout | undefined
  #draw: () => void = () => undefined

  constructor(output: Output, env: Readonly<Record<string, string | undefined>>) {
    this.#output = output
    this.#paint = paintFor(output, env)
    this.#screen = isRedrawable(output, env) ? new Screen(output) : undefined
  }

  readonly onHappening = (happening: Happening): void => {
    if (this.#screen === undefined) this.#output.line(plainLine(happening))
  }

  start(pool: MCPClientPool, load: Load, happenings: Happenings): void {
    this.#draw = () => {
      const table = statusTable(statusOf(pool), (endpoint) => happenings.lastOf(endpoint), performance.now(), this.#output.columns, this.#paint)
      if (this.#screen === undefined) for (const line of [...table, totals(load)]) this.#output.line(line)
      else this.#screen.draw([...table, '', cut(totals(load), this.#output.columns), '', ...this.#recent(happenings)])
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

  #recent(happenings: Happenings): string[] {
    const now = performance.now()
    return happenings.last(RECENT).map(({ at, endpoint, what, times }) => {
      const ago = `${Math.round((now - at) / 1_000)} s ago`.padStart(9)
      return this.#paint(
        'dim',
        cut(`${ago}  ${endpoint === undefined ? '' : `${endpoint}  `}${what}${times > 1 ? ` (${times} times)` : ''}`, this.#output.columns),
      )
    })
  }
}

function totals({ counts }: Load): string {
  const { safe, safeFailed, unsafe, unsafeUnknown, unsafeNotRun } = counts
  return `${safe + unsafe} calls · safe: ${safe}, failed ${safeFailed} · unsafe: ${unsafe}, may have run ${unsafeUnknown}, did not run ${unsafeNotRun}`
}

function statusOf(pool: MCPClientPool): ClientStatus[] {
  const clients = pool.getStatistics().clients.toSorted((a, b) => a.id.localeCompare(b.id, 'en', { numeric: true }))
  return clients.map(({ id, endpoint, era, health, metrics }) => ({
    id,
    endpoint,
    era: era ?? '-',
    health,
    outstanding: metrics.outstanding,
    calls: metrics.totalRequests,
    p50: metrics.p50,
    p99: metrics.p99,
    failures: metrics.failedRequests,
  }))
}
