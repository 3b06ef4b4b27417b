import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The command as it is installed. It runs what `tsc -b` has built. */
export const BIN: string = fileURLToPath(new URL('../bin/mcp-pool.js', import.meta.url))

export interface Ended {
  readonly code: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
}

export interface Running {
  readonly child: ChildProcess
  /** What was printed so far. */
  stdout(): string
  readonly ended: Promise<Ended>
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>
  /** @default nothing: it ends at once */
  readonly input?: string
}

/** Starts the command without a terminal and with nothing of this process's environment but PATH. */
export function startCli(args: readonly string[], options: RunOptions = {}): Running {
  const child = spawn(process.execPath, [BIN, ...args], { env: { PATH: process.env['PATH'], ...options.env }, stdio: 'pipe' })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  child.stdin.end(options.input)
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }))
  })
  return { child, stdout: () => stdout, ended }
}

export function runCli(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  return startCli(args, options).ended
}
