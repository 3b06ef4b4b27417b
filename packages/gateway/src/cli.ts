import { readFileSync } from 'node:fs'
import { addAbortSignal } from 'node:stream'
import { text } from 'node:stream/consumers'
import { PoolError } from 'mcp-client-pool'
import type { Command } from './command.js'
import { call } from './commands/call.js'
import { demo } from './commands/demo.js'
import { simulate } from './commands/simulate.js'
import { tools } from './commands/tools.js'
import { top } from './commands/top.js'
import { ExitCode } from './exit-code.js'
import { Interruption } from './interruption.js'
import { reportError } from './report-error.js'
import { type Key, Keyboard } from './terminal/keyboard.js'
import { Output } from './terminal/output.js'
import { UsageError } from './usage-error.js'

const COMMANDS: readonly Command[] = [demo, call, tools, top, simulate]

const HELP = `Usage: mcp-pool COMMAND [options]

One MCP client for many replicas of a server.

Commands:
${COMMANDS.map(({ name, summary }) => `  ${name.padEnd(10)}${summary}`).join('\n')}

'mcp-pool COMMAND --help' says more. 'mcp-pool --version' prints the version.
Every command ends with 1 where its output cannot be written.`

const stdout = new Output(process.stdout)
const stderr = new Output(process.stderr)

const code = await main(process.argv.slice(2))
const lost = await stdout.ended()
if (lost !== undefined) stderr.line(`mcp-pool: the output cannot be written: ${lost.message}`)
process.exitCode = lost !== undefined && code === ExitCode.ok ? ExitCode.outputLost : code

async function main(argv: readonly string[]): Promise<number> {
  const [name, ...args] = argv
  if (name === '--help' || name === '-h' || name === 'help') {
    stdout.line(HELP)
    return ExitCode.ok
  }
  if (name === '--version' || name === '-v') {
    stdout.line(version())
    return ExitCode.ok
  }
  const command = COMMANDS.find((candidate) => candidate.name === name)
  if (command !== undefined) return await run(command, args)
  const allowed = COMMANDS.map((candidate) => candidate.name).join(', ')
  return reportError(new UsageError(name === undefined ? `Name a command: ${allowed}` : `Unknown command '${name}'. Allowed: ${allowed}`), 'mcp-pool', stderr)
}

async function run(command: Command, args: readonly string[]): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    stdout.line(command.help)
    return ExitCode.ok
  }
  const interruption = new Interruption()
  try {
    const readInput = (): Promise<string> => text(addAbortSignal(interruption.signal, process.stdin))
    const openKeyboard = (onKey: (key: Key) => void): Keyboard | undefined => (process.stdin.isTTY ? new Keyboard(process.stdin, onKey) : undefined)
    return await command.run(args, { readInput, openKeyboard, stdout, stderr, env: process.env, interruption })
  } catch (error) {
    // Whatever failed after a signal failed because of it.
    if (interruption.code === undefined) return reportError(error, `mcp-pool ${command.name}`, stderr)
    const mayHaveRun = error instanceof PoolError && error.progress === 'sent'
    stderr.line(`mcp-pool ${command.name}: interrupted${mayHaveRun ? '; the call may have run' : ''}`)
    return interruption.code
  } finally {
    interruption.dispose()
  }
}

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : 'unknown'
}
