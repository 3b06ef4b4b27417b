import { describe, expect, it } from 'vitest'
import { CircuitBreakerPool } from './circuit-breaker-pool.js'
import type { PoolOptions } from './config/index.js'
import { MCPClientPool } from './pool.js'
import { PriorityClientPool } from './priority-client-pool.js'

const endpoints = [{ url: 'http://127.0.0.1:8001/mcp' }]

describe.each([
  ['CircuitBreakerPool', CircuitBreakerPool],
  ['PriorityClientPool', PriorityClientPool],
] as const)('%s', (_, Preset) => {
  it('is a pool, with the options of one', () => {
    const pool = new Preset({ endpoints, maxSize: 3 })
    expect(pool).toBeInstanceOf(MCPClientPool)
    expect(pool.config.maxSize).toBe(3)
  })

  it('refuses what a pool refuses', () => {
    for (const wrong of [undefined, null, 7, [], {}, { endpoints, maxSise: 3 }]) {
      const messages = [Preset, MCPClientPool].map((Pool) => {
        try {
          return String(new Pool(wrong as unknown as PoolOptions))
        } catch (error) {
          return (error as Error).message
        }
      })
      expect(messages[0]).toBe(messages[1])
      expect(messages[0]).toMatch(/must|unknown/)
    }
  })
})

describe('CircuitBreakerPool', () => {
  it('has breakers, as the architecture document describes them', () => {
    expect(new CircuitBreakerPool({ endpoints }).config).toMatchObject({ breakerThreshold: 5, breakerTimeout: 60_000, breakerResetTimeout: 30_000 })
    expect(new CircuitBreakerPool({ endpoints, breakerThreshold: undefined }).config.breakerThreshold).toBe(5)
    expect(new CircuitBreakerPool({ endpoints, breakerThreshold: 2, breakerTimeout: 5 }).config).toMatchObject({ breakerThreshold: 2, breakerTimeout: 5 })
    expect(new MCPClientPool({ endpoints }).config.breakerThreshold).toBeUndefined()
  })
})

describe('PriorityClientPool', () => {
  it('has a queue, unless it is told otherwise', () => {
    expect(new PriorityClientPool({ endpoints }).config).toMatchObject({ enablePriorityQueues: true, queueTimeout: 30_000 })
    expect(new PriorityClientPool({ endpoints, queueTimeout: 50 }).config.queueTimeout).toBe(50)
    expect(new PriorityClientPool({ endpoints, enablePriorityQueues: false }).config.enablePriorityQueues).toBe(false)
    expect(() => new PriorityClientPool({ endpoints, maxQueueSize: 0 })).toThrow(/in a queue of 0 nobody waits/)
  })

  it('leaves breakers alone', () => {
    expect(new PriorityClientPool({ endpoints }).config.breakerThreshold).toBeUndefined()
  })
})
