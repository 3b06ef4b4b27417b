import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Ledger } from './ledger.js'
import { type Acknowledgement, isFromServer } from './messages.js'

const SERVER = fileURLToPath(new URL('./server.js', import.meta.url))
const PAUSE = fileURLToPath(new URL('./pause.js', import.meta.url))

export type ReplicaEra = 'modern' | 'legacy'

/** One demo server: a child process that can be killed, started again on its port, and paused. */
export class Replica {
  readonly name: string
  readonly era: ReplicaEra
  readonly #ledger: Ledger
  #port = 0
  #server: ChildProcess | undefined
  #pauser: ChildProcess | undefined

  constructor(name: string, era: ReplicaEra, ledger: Ledger) {
    this.name = name
    this.era = era
    this.#ledger = ledger
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/mcp`
  }

  get pid(): number | undefined {
    return this.#server?.pid
  }

  /** Resolves when it listens; again on the same port after a kill. */
  async start(): Promise<void> {
    const server = fork(SERVER, [this.name, this.era, String(this.#port)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    this.#server = server
    await new Promise<void>((resolve, reject) => {
      server.once('exit', (code, signal) => reject(new Error(`${this.name} ended before it listened (${signal ?? `exit code ${code}`})`)))
      server.on('message', (message) => {
        if (!isFromServer(message)) return
        if (message.kind === 'listening') {
          this.#port = message.port
          return resolve()
        }
        this.#ledger.record(message.key)
        const acknowledgement: Acknowledgement = { kind: 'counted', receipt: message.receipt }
        // Killed in the meantime: then nobody waits for it.
        if (server.connected) server.send(acknowledgement, () => undefined)
      })
    })
  }

  /** SIGKILL: what is under way is lost, connections break. Resolves when the process is gone. */
  async kill(): Promise<void> {
    await end(this.#server)
    this.#server = undefined
  }

  /** SIGSTOP for so long: connections stay open, connecting still works, and nothing is answered. Resolves when it is over. */
  async pause(milliseconds: number): Promise<void> {
    if (this.pid === undefined) return
    const pauser = fork(PAUSE, [String(this.pid), String(milliseconds)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    this.#pauser = pauser
    await once(pauser, 'exit')
    this.#pauser = undefined
  }

  /** Ends a pause early. */
  async resume(): Promise<void> {
    const pauser = this.#pauser
    if (pauser === undefined || pauser.exitCode !== null) return
    pauser.disconnect()
    await once(pauser, 'exit')
  }

  async stop(): Promise<void> {
    await this.resume()
    await this.kill()
  }
}

async function end(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}
