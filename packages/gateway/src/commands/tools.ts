import type { Command, CommandContext } from '../command.js'
import { ask } from '../ask.js'
import { parseDuration } from '../duration.js'
import { ExitCode } from '../exit-code.js'
import { atMost, parseOptions } from '../parse-options.js'
import { SERVER_HELP, SERVER_OPTIONS, serverPoolOptions } from '../server-options.js'
import { printable } from '../terminal/printable.js'
import { toolTable } from '../terminal/tool-table.js'
import { type Reach, TIMEOUT_RANGE, withPool } from '../with-pool.js'

export const tools: Command = {
  name: 'tools',
  summary: 'list the tools of a server',
  help: `Usage: mcp-pool tools --endpoint URL [options]

Lists the tools of a server with their hints: read-only and idempotent ones may be repeated on another replica when an
answer is lost, all others are called once.

${SERVER_HELP}

Options:
  --timeout DURATION     for the whole command, connecting included: 1ms … 24h. Default 60s
  --json                 print {"tools": […]} as the server lists them
  --help

Exit codes: 0 ok · 1 the server answered with an error · 2 usage · 3 unreachable · 4 authorization · 5 timeout
· 130 interrupted (SIGTERM: 143, SIGHUP: 129)`,

  async run(args, context) {
    const { values, positionals } = parseOptions(args, {
      ...SERVER_OPTIONS,
      timeout: { type: 'string', default: '60s' },
      json: { type: 'boolean', default: false },
    })
    atMost(0, positionals, 'options only')
    const timeout = parseDuration('--timeout', values.timeout, TIMEOUT_RANGE)
    const answer = await withPool(serverPoolOptions(values, context.env), timeout, context, (reach) => listAll(reach, context))
    const { stdout, stderr } = context
    if (!('tools' in answer)) {
      if (values.json) stdout.line(JSON.stringify(answer))
      else stderr.line(`mcp-pool tools: the server answered with error ${answer.error.code}: ${printable(answer.error.message)}`)
      return ExitCode.toolError
    }
    if (values.json) stdout.line(JSON.stringify(answer))
    else if (answer.tools.length === 0) stderr.line('mcp-pool tools: the server has no tools')
    else for (const line of toolTable(answer.tools, stdout.columns)) stdout.line(line)
    return ExitCode.ok
  },
}

type Answer = { readonly tools: readonly unknown[] } | { readonly error: { readonly code: number; readonly message: string } }

/** All pages; a server that never comes to an end runs into the command's timeout. */
async function listAll(reach: Reach, context: CommandContext): Promise<Answer> {
  const listed: unknown[] = []
  let cursor: unknown
  do {
    const response = await ask(reach, context, { method: 'tools/list', params: cursor === undefined ? {} : { cursor } })
    if ('error' in response) return { error: response.error }
    const { tools: page, nextCursor } = response.result
    if (Array.isArray(page)) listed.push(...page)
    cursor = nextCursor
  } while (cursor !== undefined)
  return { tools: listed }
}
