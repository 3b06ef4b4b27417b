import type { Paint } from '../terminal/paint.js'
import { textTable } from '../terminal/text-table.js'
import type { Happening } from './happenings.js'
import type { Rates } from './rates.js'
import type { Snapshot } from './snapshot.js'

/** What is shown of one pooled client. Latencies in milliseconds; undefined: nothing was answered yet. */
export interface ClientStatus {
  readonly id: string
  readonly endpoint: string
  readonly era: string
  readonly health: string
  readonly outstanding: number
  readonly calls: number
  /** Calls a second; undefined: not known yet. */
  readonly rate: number | undefined
  readonly p50: number | undefined
  readonly p99: number | undefined
  readonly failures: number
  /** Why it gets no calls, or few. */
  readonly whyUnfit: string | undefined
  readonly last: Happening | undefined
}

export function statusesOf({ clients }: Snapshot, rates: Rates, lastOf: (endpoint: string) => Happening | undefined): ClientStatus[] {
  return clients.map(({ id, endpoint, era, health, whyUnfit, metrics }) => ({
    id,
    endpoint,
    era: era ?? '-',
    health,
    outstanding: metrics.outstanding,
    calls: metrics.totalRequests,
    rate: rates.clients.get(id),
    p50: metrics.p50,
    p99: metrics.p99,
    failures: metrics.failedRequests,
    whyUnfit,
    last: lastOf(endpoint),
  }))
}

/** `value` is what the rows are sorted by: numbers first the highest, texts in their order. */
interface StatusColumn {
  readonly title: string
  readonly align?: 'right'
  cell(client: ClientStatus, now: number): string
  value(client: ClientStatus): string | number | undefined
}

export const STATUS_COLUMNS: readonly StatusColumn[] = [
  // What tells them apart: eighty columns are not many.
  { title: 'CLIENT', cell: ({ id }) => id.slice(id.lastIndexOf('-') + 1), value: ({ id }) => id },
  { title: 'ENDPOINT', cell: ({ endpoint }) => shortEndpoint(endpoint), value: ({ endpoint }) => endpoint },
  { title: 'ERA', cell: ({ era }) => era, value: ({ era }) => era },
  { title: 'HEALTH', cell: ({ health }) => health, value: ({ health }) => health },
  { title: 'OPEN', align: 'right', cell: ({ outstanding }) => String(outstanding), value: ({ outstanding }) => outstanding },
  { title: 'CALLS', align: 'right', cell: ({ calls }) => String(calls), value: ({ calls }) => calls },
  { title: 'RATE', align: 'right', cell: ({ rate }) => perSecond(rate), value: ({ rate }) => rate },
  { title: 'P50', align: 'right', cell: ({ p50 }) => latency(p50), value: ({ p50 }) => p50 },
  { title: 'P99', align: 'right', cell: ({ p99 }) => latency(p99), value: ({ p99 }) => p99 },
  { title: 'FAIL', align: 'right', cell: ({ failures }) => String(failures), value: ({ failures }) => failures },
  { title: 'JUST HAPPENED', cell: remark, value: ({ last }) => last?.at },
]

/** Rows in the order of a column; those that have nothing there come last, and equals go by their clients. */
export function sorted(clients: readonly ClientStatus[], { value }: StatusColumn, reversed: boolean): ClientStatus[] {
  const order = (a: ClientStatus, b: ClientStatus): number => {
    const [one, other] = [value(a), value(b)]
    if (one === undefined || other === undefined) return (one === undefined ? 1 : 0) - (other === undefined ? 1 : 0)
    const natural = typeof one === 'number' && typeof other === 'number' ? other - one : byName(String(one), String(other))
    return reversed ? -natural : natural
  }
  return clients.toSorted((a, b) => order(a, b) || byName(a.id, b.id))
}

/**
 * The table of a pool's clients, in lines of at most `width` characters. `FAIL` counts attempts; a call survives them by going elsewhere.
 * `mark` follows the title of the column that it is sorted by.
 */
export function statusTable(
  clients: readonly ClientStatus[],
  now: number,
  width: number,
  paint: Paint,
  mark?: { column: StatusColumn; sign: string },
): string[] {
  const columns = STATUS_COLUMNS.map((column) => (column === mark?.column ? { ...column, title: column.title + mark.sign } : column))
  const rows = clients.map((client) => STATUS_COLUMNS.map((column) => column.cell(client, now)))
  const [head = '', ...lines] = textTable(columns, rows, width)
  // Colours come after the cutting: they have no width.
  return [paint('bold', head), ...lines.map((line, index) => (clients[index]?.health === 'healthy' ? line : paint('yellow', line)))]
}

/** A number a second, for people. */
export function perSecond(rate: number | undefined): string {
  return rate === undefined ? '-' : rate < 10 ? rate.toFixed(1) : String(Math.round(rate))
}

function remark({ last, whyUnfit }: ClientStatus, now: number): string {
  const happened = last === undefined ? [] : [`${last.what}, ${Math.round((now - last.at) / 1_000)} s ago`]
  return [...happened, ...(whyUnfit === undefined ? [] : [whyUnfit])].join(': ')
}

function latency(milliseconds: number | undefined): string {
  return milliseconds === undefined || Number.isNaN(milliseconds) ? '-' : `${milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds)}ms`
}

/** Host, and path where it is not the usual one; of a child process its id. */
function shortEndpoint(endpoint: string): string {
  if (!/^https?:/.test(endpoint) || !URL.canParse(endpoint)) return endpoint
  const { host, pathname } = new URL(endpoint)
  return pathname === '/mcp' || pathname === '/' ? host : host + pathname
}

const names = new Intl.Collator('en', { numeric: true })

function byName(a: string, b: string): number {
  return names.compare(a, b)
}
