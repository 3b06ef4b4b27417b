import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { Round, RoundResult } from './contender.js'

/** The core of subjects and peers; servers are on another one, where there is another one. */
export const SUBJECT_CORE = 0
export const SERVER_CORE: number = availableParallelism() > 1 ? 1 : 0

/** A module of this bench in a process of its own, pinned to a core; ready when it sends its first message. */
export async function startPinned(core: number, module: string, args: readonly string[]): Promise<{ child: ChildProcess; first: unknown }> {
  const path = fileURLToPath(new URL(module, import.meta.url))
  const pinned = process.platform === 'linux'
  const child = fork(path, args, {
    execPath: pinned ? 'taskset' : process.execPath,
    execArgv: [...(pinned ? ['-c', String(core), process.execPath] : []), '--expose-gc'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const first = await Promise.race([
    once(child, 'message').then(([message]) => message as unknown),
    once(child, 'exit').then(([code]) => {
      throw new Error(`${module} ${args.join(' ')} ended with ${code} before it was ready`)
    }),
  ])
  return { child, first }
}

/** Ends the process and waits for it. */
export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  if (child.connected) child.disconnect()
  const timer = setTimeout(() => child.kill('SIGKILL'), 5_000)
  await exited
  clearTimeout(timer)
}

/** A contender that is ready to run rounds. */
export class ContenderProcess {
  readonly #child: ChildProcess

  private constructor(child: ChildProcess) {
    this.#child = child
  }

  /** `contender` is `module:export` under `contenders/`. */
  static async start(contender: string, urls: readonly string[]): Promise<ContenderProcess> {
    const [module, name] = contender.split(':')
    const { child } = await startPinned(SUBJECT_CORE, './contender-process.js', [module!, name!, ...urls])
    return new ContenderProcess(child)
  }

  async run(round: Round): Promise<RoundResult> {
    const answer = Promise.race([
      once(this.#child, 'message').then(([result]) => result as RoundResult),
      once(this.#child, 'exit').then(([code]) => {
        throw new Error(`a contender ended with ${code} in the middle of a round`)
      }),
    ])
    this.#child.send(round)
    return answer
  }

  stop(): Promise<void> {
    return stop(this.#child)
  }
}
