import type { MCPClientPool } from 'mcp-client-pool'
import type { Happenings } from '../status/happenings.js'

/** Tells what the pool notices, in the words of a person who watches. */
export function watchPool(pool: MCPClientPool, happenings: Happenings): void {
  const endpoints = new Map<string, string>()
  const tell = (clientId: string, what: string): void => happenings.add(endpoints.get(clientId), what)
  pool.on('client:connected', ({ clientId, endpoint }) => {
    endpoints.set(clientId, endpoint)
    tell(clientId, 'connected')
  })
  pool.on('client:disconnected', ({ clientId }) => tell(clientId, 'disconnected'))
  pool.on('client:unhealthy', ({ clientId }) => tell(clientId, 'unhealthy'))
  pool.on('client:recovering', ({ clientId }) => tell(clientId, 'reconnecting'))
  pool.on('client:recovered', ({ clientId }) => tell(clientId, 'reconnected'))
  pool.on('client:healthy', ({ clientId }) => tell(clientId, 'healthy again'))
  pool.on('client:removed', ({ clientId }) => tell(clientId, 'removed'))
}
