import type { Paint } from '../terminal/paint.js'
import { textTable } from '../terminal/text-table.js'
import type { Happening } from './happenings.js'

/** What is shown of one pooled client. Latencies in milliseconds; undefined: nothing was answered yet. */
export interface ClientStatus {
  readonly id: string
  readonly endpoint: string
  readonly era: string
  readonly health: string
  readonly outstanding: number
  readonly calls: number
  readonly p50: number | undefined
  readonly p99: number | undefined
  readonly failures: number
}

const COLUMNS = [
  { title: 'CLIENT' },
  { title: 'ENDPOINT' },
  { title: 'ERA' },
  { title: 'HEALTH' },
  { title: 'OPEN', align: 'right' },
  { title: 'CALLS', align: 'right' },
  { title: 'P50', align: 'right' },
  { title: 'P99', align: 'right' },
  { title: 'FAIL', align: 'right' },
  { title: 'JUST HAPPENED' },
] as const

/** The table of the demo, in lines of at most `width` characters. `FAIL` counts attempts; a call survives them by going elsewhere. */
export function statusTable(
  clients: readonly ClientStatus[],
  lastOf: (endpoint: string) => Happening | undefined,
  now: number,
  width: number,
  paint: Paint,
): string[] {
  const rows = clients.map((client) => {
    const last = lastOf(client.endpoint)
    return [
      // What tells them apart: eighty columns are not many.
      client.id.slice(client.id.lastIndexOf('-') + 1),
      new URL(client.endpoint).host,
      client.era,
      client.health,
      String(client.outstanding),
      String(client.calls),
      latency(client.p50),
      latency(client.p99),
      String(client.failures),
      last === undefined ? '' : `${last.what}, ${Math.round((now - last.at) / 1_000)} s ago`,
    ]
  })
  const [head = '', ...lines] = textTable(COLUMNS, rows, width)
  // Colours come after the cutting: they have no width.
  return [paint('bold', head), ...lines.map((line, index) => (clients[index]?.health === 'healthy' ? line : paint('yellow', line)))]
}

function latency(milliseconds: number | undefined): string {
  return milliseconds === undefined || Number.isNaN(milliseconds) ? '-' : `${milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds)}ms`
}
