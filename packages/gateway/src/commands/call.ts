import type { Command, CommandContext } from '../command.js'
import { ask } from '../ask.js'
import { parseDuration } from '../duration.js'
import { ExitCode } from '../exit-code.js'
import { atMost, parseOptions } from '../parse-options.js'
import { SERVER_HELP, SERVER_OPTIONS, serverPoolOptions } from '../server-options.js'
import { printable } from '../terminal/printable.js'
import { resultText } from '../terminal/result-text.js'
import { UsageError } from '../usage-error.js'
import { TIMEOUT_RANGE, withPool } from '../with-pool.js'

export const call: Command = {
  name: 'call',
  summary: 'call a tool and print its result',
  help: `Usage: mcp-pool call TOOL ['{"json": "arguments"}'] --endpoint URL [options]

Calls a tool and prints its result. The arguments are one JSON object; - reads it from stdin.

${SERVER_HELP}

Options:
  --affinity KEY         calls with the same key go to the same replica while it is fit
  --timeout DURATION     for the whole command, connecting included: 1ms … 24h. Default 60s
  --json                 print the server's raw result as one JSON document
  --help

Results go to stdout, messages to stderr. Exit codes: 0 ok · 1 the tool or the server answered with an error
· 2 usage · 3 unreachable · 4 authorization · 5 timeout · 130 interrupted (SIGTERM: 143, SIGHUP: 129)`,

  async run(args, context) {
    const { values, positionals } = parseOptions(args, {
      ...SERVER_OPTIONS,
      affinity: { type: 'string' },
      timeout: { type: 'string', default: '60s' },
      json: { type: 'boolean', default: false },
    })
    const [tool, json = '{}'] = positionals
    if (tool === undefined) throw new UsageError('Name the tool: mcp-pool call TOOL')
    atMost(2, positionals, `TOOL '{json}'`)
    const timeout = parseDuration('--timeout', values.timeout, TIMEOUT_RANGE)
    const options = serverPoolOptions(values, context.env)
    const params = { name: tool, arguments: parseArguments(json === '-' ? await context.readInput() : json) }

    const response = await withPool(options, timeout, context, (reach) => ask(reach, context, { method: 'tools/call', params, affinity: values.affinity }))
    return values.json ? printRaw(response, context) : printHuman(response, context)
  },
}

type Response = Awaited<ReturnType<typeof ask>>

function printRaw(response: Response, { stdout }: CommandContext): number {
  const failed = 'error' in response || response.result['isError'] === true
  stdout.line(JSON.stringify('error' in response ? { error: response.error } : response.result))
  return failed ? ExitCode.toolError : ExitCode.ok
}

function printHuman(response: Response, { stdout, stderr }: CommandContext): number {
  if ('error' in response) {
    stderr.line(`mcp-pool call: the server answered with error ${response.error.code}: ${printable(response.error.message)}`)
    return ExitCode.toolError
  }
  const text = resultText(response.result)
  if (response.result['isError'] === true) {
    stderr.line(`mcp-pool call: the tool failed: ${printable(text)}`)
    return ExitCode.toolError
  }
  // A pipe or a file gets every byte; a terminal must not obey a server.
  stdout.line(stdout.isTerminal ? printable(text) : text)
  return ExitCode.ok
}

function parseArguments(json: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch (error) {
    throw new UsageError(`The arguments must be a JSON object such as '{"city": "Bern"}': ${error instanceof Error ? error.message : String(error)}`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UsageError(`The arguments must be a JSON object such as '{"city": "Bern"}', got ${Array.isArray(value) ? 'an array' : JSON.stringify(value)}`)
  }
  return { ...value }
}
