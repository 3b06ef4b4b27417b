import type { ChildProcess } from 'node:child_process'
import { fork } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { ToChild, ToParent } from './child-messages.js'
import { encodeConfig } from './child-messages.js'
import { MAIN } from './command.js'
import type { RunningServer } from './http-host.js'
import type { Ledger } from './ledger.js'
import { MemoryLedger } from './ledger.js'
import type { Orders } from './run-server.js'
import type { ServerConfig } from './server-config.js'

export interface ChildOptions<Counts extends Ledger = MemoryLedger> {
  /** Counts the child's executions here, in this process, where they survive it. @default a MemoryLedger */
  readonly ledger?: Counts
  /** A program to start it with: `['taskset', '-c', '1']` pins it to a core. @default none */
  readonly prefix?: readonly string[]
  /** Arguments for `node` itself. @default none */
  readonly nodeArgs?: readonly string[]
}

interface Waiting {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

/** One life of the child; a restart begins another. */
interface Life {
  readonly process: ChildProcess
  readonly exited: Promise<void>
  readonly waiting: Map<number, Waiting>
}

type Config = Exclude<ServerConfig, { kind: 'stdio' }>

/**
 * A server in a process of its own: the one that can be killed, frozen and brought back on its port.
 *
 * It asks this process to count each execution and waits for the receipt before it answers, so `ledger` knows of every
 * execution whose answer anybody may have got, also of those just before a kill.
 */
export class Child<Counts extends Ledger = MemoryLedger> implements RunningServer {
  readonly ledger: Counts
  readonly #config: Config
  readonly #options: ChildOptions<Counts>
  #life: Life
  #url = ''
  #port = 0
  #orders = 0

  private constructor(config: Config, options: ChildOptions<Counts>, ledger: Counts) {
    this.#config = config
    this.#options = options
    this.ledger = ledger
    this.#life = this.#begin(config)
  }

  /** Starts the server, and resolves when it listens. */
  static async start(config: Config): Promise<Child>
  static async start<Counts extends Ledger = MemoryLedger>(config: Config, options: ChildOptions<Counts>): Promise<Child<Counts>>
  static async start(config: Config, options: ChildOptions<Ledger> = {}): Promise<Child<Ledger>> {
    const child = new Child(config, options, options.ledger ?? new MemoryLedger())
    await child.#ready()
    return child
  }

  get url(): string {
    return this.#url
  }

  get port(): number {
    return this.#port
  }

  get pid(): number {
    return this.#life.process.pid ?? 0
  }

  get alive(): boolean {
    return this.#life.process.exitCode === null && this.#life.process.signalCode === null
  }

  /** Resolves when the process of now is gone. */
  get exited(): Promise<void> {
    return this.#life.exited
  }

  /** SIGKILL: the sockets are reset, nothing is tidied up. Resolves when it is gone. */
  async kill(): Promise<void> {
    this.#signal('SIGKILL')
    await this.exited
  }

  /** SIGTERM, also to a frozen one. Resolves when it is gone. */
  async stop(): Promise<void> {
    this.#signal('SIGCONT')
    this.#signal('SIGTERM')
    await this.exited
  }

  close(): Promise<void> {
    return this.stop()
  }

  /** SIGSTOP: connections are still accepted, by the kernel, and nothing is ever answered: a black hole. */
  async pause(): Promise<void> {
    this.#signal('SIGSTOP')
    while (this.alive && !isStopped(this.pid)) await new Promise((resolve) => setImmediate(resolve))
  }

  /** SIGCONT: what came in meanwhile is served now. */
  resume(): void {
    this.#signal('SIGCONT')
  }

  /** Kills it if it still lives, and starts it again with the same port. Faults, sessions and caches are gone. */
  async restart(): Promise<void> {
    await this.kill()
    this.#life = this.#begin({ ...this.#config, options: { ...this.#config.options, port: this.#port } } as Config)
    await this.#ready()
  }

  /** Has the running server do something; see `Orders`. */
  order<Verb extends keyof Orders>(verb: Verb, ...args: Orders[Verb]): Promise<unknown> {
    const { process, waiting } = this.#life
    // Its channel may still be open when it has exited, and then nobody is left to reject what is sent.
    if (!this.alive || !process.connected) return Promise.reject(new Error(`The server is gone and cannot be told to ${verb}`))
    const seq = ++this.#orders
    return new Promise((resolve, reject) => {
      waiting.set(seq, { resolve, reject })
      send(process, { type: 'order', seq, verb, args })
    })
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.alive) this.#life.process.kill(signal)
  }

  #begin(config: Config): Life {
    const { prefix: [program, ...before] = [], nodeArgs = [] } = this.#options
    const child = fork(MAIN, [encodeConfig(config)], {
      execPath: program ?? process.execPath,
      execArgv: program === undefined ? [...nodeArgs] : [...before, process.execPath, ...nodeArgs],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    const waiting = new Map<number, Waiting>()
    // A frozen child does not notice that its parent has gone.
    const killWithParent = (): void => void child.kill('SIGKILL')
    process.once('exit', killWithParent)
    const exited = new Promise<void>((resolve) => {
      child.once('exit', () => {
        process.off('exit', killWithParent)
        for (const { reject } of waiting.values()) reject(new Error('The server is gone'))
        waiting.clear()
        resolve()
      })
    })
    child.on('message', (message: ToParent) => void this.#heard(child, waiting, message))
    return { process: child, exited, waiting }
  }

  async #heard(child: ChildProcess, waiting: Map<number, Waiting>, message: ToParent): Promise<void> {
    if (message.type === 'record') {
      await this.ledger.record(message.tool, message.key)
      send(child, { type: 'recorded', seq: message.seq })
    } else if (message.type === 'done') {
      const order = waiting.get(message.seq)
      waiting.delete(message.seq)
      if (message.error === undefined) order?.resolve(message.value)
      else order?.reject(new Error(message.error))
    }
  }

  #ready(): Promise<void> {
    const { process: child } = this.#life
    return new Promise((resolve, reject) => {
      const gone = (): void => reject(new Error(`The ${this.#config.kind} server ended before it listened`))
      child.once('exit', gone)
      child.on('message', (message: ToParent) => {
        if (message.type === 'failed') reject(new Error(`The ${this.#config.kind} server did not start: ${message.reason}`))
        if (message.type !== 'ready') return
        child.off('exit', gone)
        this.#url = message.url
        this.#port = message.port
        resolve()
      })
    })
  }
}

/** A child that dies between two lines takes the channel with it; what it would have been told no longer matters. */
function send(child: ChildProcess, message: ToChild): void {
  if (child.connected) child.send(message, () => {})
}

/** As Linux says; elsewhere the signal is trusted to have come. */
function isStopped(pid: number): boolean {
  try {
    return /\) [Tt] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))
  } catch {
    return true
  }
}
