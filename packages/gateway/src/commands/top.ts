import type { Command } from '../command.js'
import { parseDuration } from '../duration.js'
import { atMost, parseOptions } from '../parse-options.js'
import { httpUrl, parseHeader } from '../server-options.js'
import type { StatisticsSource } from '../top/fetch-statistics.js'
import { runTop } from '../top/run-top.js'
import { UsageError } from '../usage-error.js'

/** How long an answer may take. */
const PATIENCE = 10_000

export const top: Command = {
  name: 'top',
  summary: 'watch a running pool: its clients, live',
  help: `Usage: mcp-pool top URL [options]

Shows what a running pool does: its clients, how busy, fast and faulty they are, and what just happened to them. URL is where
the application serves the pool's statistics as JSON; without a path it is /statistics.

On a terminal it is a live table:
  ← →, 1 … 9       sort by another column; the same again, or r: the other way round
  /                show only clients in which a text stands: type it, then enter; escape shows all again
  space            pause, and go on
  ↑ ↓, page, home  scroll
  q                quit
Without a terminal it is a block of lines for each look.

Options:
  --interval DURATION    between two looks: 100ms … 1h. Default 1s
  --once                 one look, and no live table
  --json                 the statistics as they are, one line of JSON for each look
  --header 'Name: value' sent with every request, as for authorization; may be repeated
  --help

Colours are off where NO_COLOR is set. Exit codes: 0 ok · 2 usage · 3 unreachable, or no statistics of a pool
· 4 authorization · 5 timeout · 130 interrupted (SIGTERM: 143, SIGHUP: 129)`,

  async run(args, context) {
    const { values, positionals } = parseOptions(args, {
      interval: { type: 'string', default: '1s' },
      once: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      header: { type: 'string', multiple: true, default: [] },
    })
    const [url] = positionals
    if (url === undefined) throw new UsageError("Give the URL of a pool's statistics: mcp-pool top http://127.0.0.1:9464/statistics")
    atMost(1, positionals, 'URL')
    const interval = parseDuration('--interval', values.interval, { min: 100, max: 3_600_000 })
    const source = sourceOf(url, Object.fromEntries(values.header.map(parseHeader)))
    return await runTop({ source, interval, once: values.once, json: values.json }, context)
  },
}

function sourceOf(text: string, headers: Readonly<Record<string, string>>): StatisticsSource {
  const url = new URL(httpUrl('URL', text))
  if (url.username !== '' || url.password !== '') throw new UsageError("URL must have no user and password: give --header 'Authorization: …'")
  if (url.pathname === '/') url.pathname = '/statistics'
  return { url, label: url.origin + url.pathname, headers, timeout: PATIENCE }
}
