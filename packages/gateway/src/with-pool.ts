import { MCPClientPool, PoolError, type PoolOptions } from 'mcp-client-pool'
import type { CommandContext } from './command.js'

/** How long the farewell may take: sessions are ended, tokens revoked and children stopped in it. */
const SHUTDOWN_TIMEOUT = 2_000
const LONGEST_CONNECT = 10_000

/** What `--timeout` may be, in milliseconds. */
export const TIMEOUT_RANGE = { min: 1, max: 86_400_000 } as const

export interface Reach {
  readonly pool: MCPClientPool
  /** What is left of the command's time, in milliseconds; at least 1. */
  remaining(): number
}

/**
 * Opens a pool for one piece of work and closes it whatever happens. `timeout` bounds connecting and the work together.
 * A signal ends both: connecting is not waited for any more.
 */
export async function withPool<T>(options: PoolOptions, timeout: number, context: CommandContext, work: (reach: Reach) => Promise<T>): Promise<T> {
  const deadline = performance.now() + timeout
  // Half of the time at most, or a replica that swallows connections would leave none to ask its neighbour.
  const connectionTimeout = Math.max(1, Math.min(LONGEST_CONNECT, Math.floor(timeout / 2)))
  // One call is all there is: the time that its caller gave is the time that one attempt may take.
  const pool = new MCPClientPool({ requestTimeout: Math.ceil(timeout), callTimeout: Math.ceil(timeout), connectionTimeout, ...options })
  try {
    await unlessAborted(pool.start(), context.interruption.signal)
    return await work({ pool, remaining: () => Math.max(1, Math.floor(deadline - performance.now())) })
  } finally {
    await pool.shutdown({ timeout: SHUTDOWN_TIMEOUT })
  }
}

function unlessAborted(promise: Promise<unknown>, signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(new PoolError('CANCELLED', 'Interrupted while connecting'))
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
