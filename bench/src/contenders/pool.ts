import { Client } from '@modelcontextprotocol/client'
import { MCPClientPool, type PoolOptions } from 'mcp-client-pool'
import type { Contender, ContenderSetup } from '../contender.js'
import { legacyCall, PARAMS } from './message.js'

/** All that a pool can do about servers that are slow, fail, or have too much to do. */
const EVERYTHING: Partial<PoolOptions> = {
  breakerThreshold: 5,
  hedge: {},
  enablePriorityQueues: true,
  maxConcurrentRequestsPerClient: 'adaptive',
  maxConcurrentRequestsPerTool: { echo: 100 },
}

export async function startPool(urls: readonly string[], options: Partial<PoolOptions> = {}): Promise<MCPClientPool> {
  const pool = new MCPClientPool({ endpoints: urls.map((url) => ({ url })), minSize: urls.length, maxSize: urls.length, ...options })
  await pool.start()
  return pool
}

export const request: ContenderSetup = async (urls): Promise<Contender> => {
  const pool = await startPool(urls)
  let id = 0
  return {
    call: () => pool.request(legacyCall(++id)),
    close: () => pool.shutdown(),
  }
}

export const everything: ContenderSetup = async (urls): Promise<Contender> => {
  const pool = await startPool(urls, EVERYTHING)
  let id = 0
  return {
    call: () => pool.request(legacyCall(++id)),
    close: () => pool.shutdown(),
  }
}

/** Whoever can be told is: a Prometheus counts, a log hears every event. What a look at it costs is measured by itself. */
export const watched: ContenderSetup = async (urls): Promise<Contender> => {
  const pool = await startPool(urls, { metrics: { enabled: true } })
  pool.onAny(() => {})
  let id = 0
  return {
    call: () => pool.request(legacyCall(++id)),
    close: () => pool.shutdown(),
  }
}

export const callTool: ContenderSetup = async (urls): Promise<Contender> => {
  const pool = await startPool(urls)
  return { call: () => pool.callTool(PARAMS), close: () => pool.shutdown() }
}

export const transport: ContenderSetup = async (urls): Promise<Contender> => {
  const pool = await startPool(urls)
  const client = new Client({ name: 'bench', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } })
  await client.connect(pool.transport())
  return { call: () => client.callTool(PARAMS), close: () => pool.shutdown() }
}
