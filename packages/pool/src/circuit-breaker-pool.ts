import { type PoolOptions, withDefaults } from './config/index.js'
import { MCPClientPool } from './pool.js'

/**
 * A pool whose clients have circuit breakers: `MCPClientPool` with `breakerThreshold` 5 where none is given.
 *
 * A client whose server fails five times in a row within `breakerTimeout`, or half of its calls, gets none for `breakerResetTimeout`;
 * then some trial calls show whether it is well again. `pool.circuitBreakers` shows them, and opens and closes them by hand.
 *
 *     const pool = new CircuitBreakerPool({ endpoints, breakerThreshold: 3, breakerResetTimeout: 10_000 })
 */
export class CircuitBreakerPool extends MCPClientPool {
  /** @throws PoolError `CONFIG`, naming every option that is wrong */
  constructor(options: PoolOptions) {
    super(withDefaults(options, { breakerThreshold: 5 }))
  }
}
