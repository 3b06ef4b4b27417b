import { runDemo } from '../demo/run-demo.js'
import type { Command } from '../command.js'
import { parseDuration } from '../duration.js'
import { atMost, parseOptions } from '../parse-options.js'
import { UsageError } from '../usage-error.js'

const ERAS = ['modern', 'legacy', 'mixed'] as const
const LONGEST = 86_400_000
const HIGHEST_RATE = 1_000
const HIGHEST_PORT = 65_535

export const demo: Command = {
  name: 'demo',
  summary: 'three real servers, killed and paused under load, and nobody notices',
  help: `Usage: mcp-pool demo [options]

Starts three real MCP servers as child processes and a pool over them, sends a steady load of safe and unsafe calls, and
every few seconds kills one server and pauses another. On a terminal it shows a live table, else lines. It ends with a
summary, also on Ctrl-C: no safe call may have failed, and no unsafe call may have been executed twice.

Options:
  --era ERA              modern (2026-07-28, SDK v2), legacy (2025-11-25, SDK v1, sessions) or mixed. Default mixed
  --duration DURATION    1ms … 24h; 0: until Ctrl-C. Default 0 on a terminal, else 30s
  --rate N               calls a second, 1 … ${HIGHEST_RATE}. Default 50
  --port PORT            on loopback, for /metrics (Prometheus) and /statistics (JSON) while it runs. Default: a free one
  --help

Colours are off where NO_COLOR is set. Exit codes: 0 ok · 1 a safe call failed or an unsafe one ran twice · 2 usage`,

  async run(args, context) {
    const { values, positionals } = parseOptions(args, {
      era: { type: 'string', default: 'mixed' },
      duration: { type: 'string', default: context.stdout.isTerminal ? '0' : '30s' },
      rate: { type: 'string', default: '50' },
      port: { type: 'string', default: '0' },
    })
    atMost(0, positionals, 'options only')
    const era = ERAS.find((candidate) => candidate === values.era)
    if (era === undefined) throw new UsageError(`--era must be ${ERAS.join(', ')}, got '${values.era}'`)
    const rate = Number(values.rate)
    if (!Number.isInteger(rate) || rate < 1 || rate > HIGHEST_RATE)
      throw new UsageError(`--rate must be a whole number, 1 … ${HIGHEST_RATE}, got '${values.rate}'`)
    const port = Number(values.port)
    if (!/^\d+$/.test(values.port) || port > HIGHEST_PORT) throw new UsageError(`--port must be a whole number, 0 … ${HIGHEST_PORT}, got '${values.port}'`)
    const duration = parseDuration('--duration', values.duration, { min: 0, max: LONGEST })
    return await runDemo({ era, rate, port, duration }, context)
  },
}
