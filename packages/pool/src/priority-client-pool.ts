import { type PoolOptions, withDefaults } from './config/index.js'
import { MCPClientPool } from './pool.js'

/**
 * A pool in which calls that nobody can take wait for their turn, by `priority`: `MCPClientPool` with `enablePriorityQueues` where it
 * is not given.
 *
 *     const pool = new PriorityClientPool({ endpoints, maxConcurrentRequestsPerClient: 8, queueTimeout: 5_000 })
 *     await pool.callTool({ name: 'search' }, { priority: 'high' })
 */
export class PriorityClientPool extends MCPClientPool {
  /** @throws PoolError `CONFIG`, naming every option that is wrong */
  constructor(options: PoolOptions) {
    super(withDefaults(options, { enablePriorityQueues: true }))
  }
}
