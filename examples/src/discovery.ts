// node discovery.js FILE, until Ctrl-C
import { MCPClientPool } from 'mcp-client-pool'

const [path = 'servers.yaml'] = process.argv.slice(2)
// #region readme
const pool = new MCPClientPool({
  serviceDiscovery: { type: 'file', path }, // servers.yaml: a list of endpoints, "- url: http://127.0.0.1:8001/mcp"
  endpointDefaults: { headers: { 'x-team': 'payments' } }, // what endpoints have that do not say otherwise: auth, tls, …
})
pool.on('endpoint:added', ({ endpoint }) => console.log('added', endpoint))
pool.on('endpoint:removed', ({ endpoint }) => console.log('removed', endpoint))
pool.on('discovery:failed', ({ error }) => console.log('what was said last counts:', error.message))
await pool.start()
console.log(pool.getStatistics().discovery) // { source, endpoints, missing, age, failingFor, lastError, rejected, reasons, changes }
// #endregion

process.once('SIGINT', () => void pool.shutdown().then(() => console.log('shut down')))
