/**
 * The tests that the pool's architecture document closes with, as they stand there, but for their imports and the path of
 * the endpoints. Plain JavaScript, for so they were written.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MCPClientPool } from '../../src/index.js'

export function seedSuite() {
  describe('MCP Client Pool', () => {
    let pool
    let mockEndpoints

    beforeEach(() => {
      mockEndpoints = [
        { url: 'http://localhost:8001/mcp', auth: 'http://localhost:3001' },
        { url: 'http://localhost:8002/mcp', auth: 'http://localhost:3001' },
        { url: 'http://localhost:8003/mcp', auth: 'http://localhost:3001' },
      ]

      pool = new MCPClientPool({
        minSize: 2,
        maxSize: 5,
        endpoints: mockEndpoints,
        clientId: 'test-client',
        clientSecret: 'test-secret',
      })
    })

    afterEach(async () => {
      await pool.shutdown()
    })

    it('should create minimum connections on start', async () => {
      await pool.start()
      expect(pool.clients.size).toBeGreaterThanOrEqual(2)
    })

    it('should select least loaded client', async () => {
      await pool.start()

      // Set different loads
      const clientIds = Array.from(pool.clients.keys())
      pool.loadMetrics.set(clientIds[0], { activeRequests: 5 })
      pool.loadMetrics.set(clientIds[1], { activeRequests: 2 })

      pool.config.loadBalancingAlgorithm = 'least-load'
      const client = await pool.getClient()

      expect(client.id).toBe(clientIds[1])
    })

    it('should handle client failures', async () => {
      await pool.start()
      const clientId = Array.from(pool.clients.keys())[0]

      // Simulate failures
      for (let i = 0; i < 3; i++) {
        pool.handleHealthCheckFailure(clientId, new Error('Test failure'))
      }

      const health = pool.healthStatus.get(clientId)
      expect(health.status).toBe('unhealthy')
    })

    it('should maintain minimum pool size', async () => {
      await pool.start()
      const initialSize = pool.clients.size

      // Remove a client
      const clientId = Array.from(pool.clients.keys())[0]
      await pool.removeClient(clientId)

      // Wait for replacement
      await new Promise((resolve) => setTimeout(resolve, 100))

      expect(pool.clients.size).toBeGreaterThanOrEqual(pool.config.minSize)
    })

    it('should respect affinity', async () => {
      await pool.start()

      const client1 = await pool.getClient({ affinity: 'project-123' })
      const client2 = await pool.getClient({ affinity: 'project-123' })

      expect(client1.id).toBe(client2.id)
    })
  })
}
