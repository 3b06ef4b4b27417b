import { spawn } from 'node:child_process'

/** A program of the machine, running. */
export interface Program {
  readonly pid: number
  /** Ends it, and resolves when it is gone. @default signal SIGKILL */
  stop(signal?: NodeJS.Signals): Promise<void>
  /** Tells it something. */
  signal(signal: NodeJS.Signals): void
}

/** Where servers of Debian's packages are, also where a user's PATH does not look. */
const PATH = `${process.env.PATH ?? ''}:/usr/sbin:/sbin`

/** Starts it, and resolves when it has said that it is ready. It never outlives this process. */
export async function startProgram(command: string, args: readonly string[], ready: string): Promise<Program> {
  const child = spawn(command, args, { env: { ...process.env, PATH }, stdio: ['ignore', 'pipe', 'pipe'] })
  const kill = (): void => void child.kill('SIGKILL')
  process.once('exit', kill)
  const exited = new Promise<void>((resolve) => {
    child.once('close', () => {
      process.off('exit', kill)
      resolve()
    })
  })
  await new Promise<void>((resolve, reject) => {
    let said = ''
    const hear = (chunk: Buffer): void => {
      // Read on for ever: a full pipe would stop the program.
      if (said.length < 100_000) said += chunk.toString()
      if (said.includes(ready)) resolve()
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.once('error', reject)
    child.once('close', () => reject(new Error(`${command} ended before it was ready: ${said}`)))
  })
  return {
    pid: child.pid ?? 0,
    signal: (signal) => void child.kill(signal),
    stop: async (signal = 'SIGKILL') => {
      child.kill(signal)
      await exited
    },
  }
}
