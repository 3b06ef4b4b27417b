// node events.js URL [URL …], until Ctrl-C
import { MCPClientPool } from 'mcp-client-pool'

const urls = process.argv.slice(2)
// #region readme
const pool = new MCPClientPool({
  endpoints: urls.map((url) => ({ url })),
  healthCheckInterval: 1_000, // ms between two probes of a client; calls that are answered do as well
  unhealthyThreshold: 2, // failures in a row that take it out of use
  healthyThreshold: 2, // good probes in a row that bring it back
})
pool.on('client:connected', ({ clientId, endpoint }) => console.log('connected', clientId, endpoint))
pool.on('client:disconnected', ({ clientId }) => console.log('disconnected', clientId))
pool.on('client:unhealthy', ({ clientId, error }) => console.log('unhealthy', clientId, error))
pool.on('client:recovered', ({ clientId }) => console.log('recovered', clientId))
pool.on('client:healthy', ({ clientId }) => console.log('healthy', clientId))
await pool.start()
console.log(pool.getStatistics().pool) // { size, minSize, maxSize, healthy, unhealthy }
// #endregion

process.once('SIGINT', () => void pool.shutdown().then(() => console.log('shut down')))
