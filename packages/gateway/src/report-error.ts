import { PoolError } from 'mcp-client-pool'
import { ExitCode } from './exit-code.js'
import { exitCodeOf } from './exit-code-of.js'
import type { Output } from './terminal/output.js'
import { printable } from './terminal/printable.js'
import { UnservedError } from './unserved-error.js'
import { UsageError } from './usage-error.js'

/** Says on stderr what went wrong, and returns the exit code for it. `command` is what the user typed: `mcp-pool call`. */
export function reportError(error: unknown, command: string, stderr: Output): number {
  if (error instanceof UsageError) {
    stderr.line(`${command}: ${printable(error.message)}\nTry '${command} --help'.`)
    return ExitCode.usage
  }
  if (error instanceof UnservedError) {
    stderr.line(`${command}: ${error.message}`)
    return ExitCode.toolError
  }
  if (error instanceof PoolError) {
    stderr.line(`${command}: ${printable(error.message)} [${error.code}]`)
    for (const reason of reasons(error)) stderr.line(`  ${printable(reason)}`)
    return exitCodeOf(error)
  }
  stderr.line(`${command}: internal error: ${error instanceof Error ? printable(error.stack ?? error.message) : String(error)}`)
  return ExitCode.bug
}

/** One line for each replica that failed, where there were several. */
function reasons(error: PoolError): Set<string> {
  const causes: readonly unknown[] = error.cause instanceof AggregateError ? error.cause.errors : []
  return new Set(
    causes.filter((cause) => cause instanceof Error).map((cause) => (cause instanceof PoolError ? `${cause.message} [${cause.code}]` : cause.message)),
  )
}
