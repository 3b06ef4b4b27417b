import type { RunningServer } from '@mcp-client-pool/testbed'
import { onTestFinished } from 'vitest'
import { type EndpointOptions, MCPClientPool, type PoolEvents, type PoolOptions } from '../src/index.js'

/** A pool that is started, and shut down when the test is over. */
export async function poolOver(endpoints: readonly EndpointOptions[], options: Partial<PoolOptions> = {}): Promise<MCPClientPool> {
  const pool = new MCPClientPool({ endpoints, retryDelay: 10, ...options })
  onTestFinished(() => pool.shutdown({ timeout: 0 }))
  await pool.start()
  return pool
}

/** The server, closed when the test is over. */
export async function running<Server extends Pick<RunningServer, 'close'>>(starting: Promise<Server>): Promise<Server> {
  const server = await starting
  onTestFinished(() => server.close())
  return server
}

export function next<Name extends keyof PoolEvents>(pool: MCPClientPool, name: Name): Promise<PoolEvents[Name][0]> {
  return new Promise((resolve) => pool.once(name, (...args) => resolve(args[0])))
}

/** What `whoami` says of who answered. */
export interface Who {
  readonly server: string
  readonly pid: number
  readonly era: string
  readonly session?: string
}

export async function whoAnswers(pool: MCPClientPool, calls: number): Promise<Who[]> {
  const results = await Promise.all(Array.from({ length: calls }, () => pool.callTool({ name: 'whoami', arguments: {} }, { idempotent: true })))
  return results.map(({ structuredContent }) => structuredContent as unknown as Who)
}
