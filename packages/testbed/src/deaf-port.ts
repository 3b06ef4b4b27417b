import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'

/** A port where SYN packets are dropped: whoever connects waits until it gives up. */
export interface DeafPort {
  readonly port: number
  readonly url: string
  /** Resolves when the port is free again. */
  close(): Promise<void>
}

/** The compiled program, also when this file runs from source. */
const LISTENER = fileURLToPath(new URL('../dist/deaf-listener.js', import.meta.url))

/** So long is waited for a connection before the queue is taken for full. On loopback one takes less than a millisecond. */
const PATIENCE = 200

/**
 * What a firewall does, without one: a listener with the shortest backlog, in a process that is stopped, its queue filled.
 * The kernel completes handshakes until the queue is full and drops SYN from then on, on Linux as it is set up by default.
 */
export async function openDeafPort(port = 0): Promise<DeafPort> {
  const child = fork(LISTENER, [String(port)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const killWithParent = (): void => void child.kill('SIGKILL')
  process.once('exit', killWithParent)
  const [bound] = (await once(child, 'message')) as [number]
  if (bound === 0) {
    process.off('exit', killWithParent)
    throw new Error(`port ${port} is taken`)
  }
  child.kill('SIGSTOP')
  const queue: Socket[] = []
  while (await getsThrough(bound, queue));
  return {
    port: bound,
    url: `http://127.0.0.1:${bound}/mcp`,
    close: async () => {
      for (const socket of queue) socket.destroy()
      await killed(child)
      process.off('exit', killWithParent)
    },
  }
}

/** Opens one connection more, and says whether it was completed. */
function getsThrough(port: number, queue: Socket[]): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  queue.push(socket)
  socket.on('error', () => {})
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), PATIENCE)
    socket.once('connect', () => {
      clearTimeout(timer)
      resolve(true)
    })
  })
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}
