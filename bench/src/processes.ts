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
  return { child, first: await nextMessage(child, `${module} ${args.join(' ')}`) }
}

/** What the process says next; rejects if it ends instead. */
function nextMessage(child: ChildProcess, name: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: unknown): void => {
      child.off('exit', onExit)
      resolve(message)
    }
    const onExit = (code: number | null): void => {
      child.off('message', onMessage)
      reject(new Error(`${name} ended with ${code} before it answered`))
    }
    child.once('message', onMessage)
    child.once('exit', onExit)
  })
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
    const answer = nextMessage(this.#child, 'a contender')
    this.#child.send(round)
    return (await answer) as RoundResult
  }

  stop(): Promise<void> {
    return stop(this.#child)
  }
}
