import { recentLine } from '../status/happenings.js'
import { type ClientStatus, perSecond, sorted, STATUS_COLUMNS, statusesOf, statusTable } from '../status/status-table.js'
import type { Paint } from '../terminal/paint.js'
import { cut } from '../terminal/text-table.js'
import type { Watched } from './look.js'
import { filtered, INITIAL, type TopState } from './top-state.js'

export interface PageSize {
  readonly columns: number
  readonly rows: number
}

const KEYS = '←→ sort  r reverse  / filter  space pause  ↑↓ scroll  q quit'
const RECENT = 5
/** Lines above the table, its head, and those below without the recent ones. */
const FRAME = 6

/** Rows of the table that fit. Where there are few lines, what happened lately gives way. */
export function pageOf({ rows }: PageSize): number {
  return Math.max(1, rows - FRAME - recentOf(rows))
}

function recentOf(rows: number): number {
  return Math.max(0, Math.min(RECENT, rows - FRAME - 4))
}

export function shownOf({ taken, rates, happenings }: Watched, { filter, column, reversed }: TopState): ClientStatus[] {
  const clients = statusesOf(taken.snapshot, rates, (endpoint) => happenings.lastOf(endpoint))
  return sorted(filtered(clients, filter), STATUS_COLUMNS[column]!, reversed)
}

/** All of the terminal, in lines that are not wider than it is. */
export function topPage(watched: Watched, state: TopState, now: number, size: PageSize, paint: Paint): string[] {
  const { columns, rows } = size
  const clients = shownOf(watched, state)
  const page = pageOf(size)
  const rowsShown = clients.slice(state.offset, state.offset + page)
  const mark = { column: STATUS_COLUMNS[state.column]!, sign: state.reversed ? '▲' : '▼' }
  const table = statusTable(rowsShown, now, columns, paint, mark)
  const recent = watched.happenings.last(recentOf(rows)).map((happening) => paint('dim', cut(recentLine(happening, now), columns)))
  const blank = Array<string>(page - rowsShown.length).fill('')
  const foot = paint('dim', cut(footOf(state, clients.length, rowsShown.length), columns))
  return [...headOf(watched, state, now, columns, paint), '', ...table, ...blank, '', ...recent, foot]
}

/** The same in lines for pipes and files: a block for each look. */
export function topBlock(watched: Watched, time: Date, columns: number, paint: Paint): string[] {
  const head = `${time.toISOString().slice(11, 19)}  ${cut(totalsOf(watched), columns - 10)}`
  return [head, ...statusTable(shownOf(watched, INITIAL), watched.taken.at, columns, paint)]
}

function headOf(watched: Watched, { paused }: TopState, now: number, columns: number, paint: Paint): string[] {
  const { label, failure, taken } = watched
  const state = failure !== undefined ? `  ${Math.round((now - taken.at) / 1_000)} s old: ${failure}` : paused ? '  paused' : ''
  const first = cut(`${label}${state}`, columns)
  return [failure === undefined && !paused ? first : paint('yellow', first), cut(totalsOf(watched), columns)]
}

function totalsOf({ taken: { snapshot }, rates }: Watched): string {
  const { pool, inFlight, queue } = snapshot
  const hedges = snapshot.hedges === 0 ? '' : `, ${perSecond(rates.hedges)} hedges`
  const parts = [
    ...(pool.panicking ? ['PANIC'] : []),
    `${pool.healthy} healthy, ${pool.unhealthy} not (max ${pool.maxSize})`,
    `${inFlight} under way`,
    ...(queue === undefined ? [] : [`${queue.waiting} waiting`]),
    `per second: ${perSecond(rates.calls)} calls, ${perSecond(rates.failed)} failed, ${perSecond(rates.retries)} retries${hedges}`,
  ]
  return parts.join(' · ')
}

function footOf({ filter, typing, offset }: TopState, all: number, shown: number): string {
  if (typing !== undefined) return `filter: ${filter}_   (enter keeps it, escape does not)`
  const position = shown < all ? `  ${offset + 1}-${offset + shown} of ${all}` : ''
  return `${KEYS}${filter === '' ? '' : `  filter: ${filter} (escape)`}${position}`
}
