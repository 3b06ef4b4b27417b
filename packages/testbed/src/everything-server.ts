import { spawn } from 'node:child_process'
import { EVERYTHING } from './command.js'
import type { RunningServer } from './http-host.js'
import { reservePort } from './reserve-port.js'

export interface EverythingOptions {
  /** @default a free one, reserved beforehand: the server cannot say which it has chosen */
  readonly port?: number
  /** @default 'streamable-http' */
  readonly transport?: 'streamable-http' | 'sse'
}

/** Starts the reference server of the MCP project over HTTP, in a process of its own. It speaks up to `2025-11-25`. */
export async function startEverything(options: EverythingOptions = {}): Promise<RunningServer & { readonly pid: number }> {
  const { port = await reservePort(), transport = 'streamable-http' } = options
  const child = spawn(process.execPath, [EVERYTHING, transport === 'sse' ? 'sse' : 'streamableHttp'], {
    env: { ...process.env, PORT: String(port) },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const kill = (): void => void child.kill('SIGKILL')
  process.once('exit', kill)
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => {
      process.off('exit', kill)
      resolve()
    })
  })
  await new Promise<void>((resolve, reject) => {
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => {
      // Read on for ever: a full pipe would stop the server.
      if (said.length > 10_000) return
      said += chunk.toString()
      if (said.includes(`port ${port}`)) resolve()
    })
    child.once('exit', () => reject(new Error(`server-everything ended before it listened: ${said}`)))
  })
  return {
    url: `http://127.0.0.1:${port}/${transport === 'sse' ? 'sse' : 'mcp'}`,
    port,
    pid: child.pid ?? 0,
    close: async () => {
      kill()
      await exited
    },
  }
}
