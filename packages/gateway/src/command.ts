import type { Interruption } from './interruption.js'
import type { Key, Keyboard } from './terminal/keyboard.js'
import type { Output } from './terminal/output.js'

/** What a command sees of the process. */
export interface CommandContext {
  /** All of standard input; rejects when a signal comes first. Opened only when asked for, or the process would wait for it. */
  readInput(): Promise<string>
  /** The keys of the terminal; undefined where there is none. Until it is closed the process waits for keys. */
  openKeyboard(onKey: (key: Key) => void): Keyboard | undefined
  /** Results. */
  readonly stdout: Output
  /** Messages. */
  readonly stderr: Output
  readonly env: Readonly<Record<string, string | undefined>>
  readonly interruption: Interruption
}

export interface Command {
  readonly name: string
  /** One line for the list of commands. */
  readonly summary: string
  /** The whole text of `--help`. */
  readonly help: string
  /** Resolves with the exit code. Throws `UsageError` for a wrong command line and `PoolError` for what the pool cannot do. */
  run(args: readonly string[], context: CommandContext): Promise<number>
}
