// node resilience.js URL [URL …]
import { MCPClientPool } from 'mcp-client-pool'

const urls = process.argv.slice(2)
// #region readme
const pool = new MCPClientPool({
  endpoints: urls.map((url) => ({ url })),
  hedge: { after: 'p95', maxExtra: 0.05 }, // slower than 19 of 20: a second attempt elsewhere, for at most 5% more requests
  maxConcurrentRequestsPerClient: 8, // beyond that calls wait, by priority and tenant; or 'adaptive'
  queueTimeout: 5_000, // and fail with QUEUE_TIMEOUT after that
})
pool.on('client:ejected', ({ clientId, reason, duration }) => console.log('ejected', clientId, reason, duration))
pool.on('client:returned', ({ clientId }) => console.log('back', clientId))
await pool.start()

const urgent = pool.callTool({ name: 'echo', arguments: { text: 'now' } }, { priority: 'high' })
const batch = pool.callTool({ name: 'echo', arguments: { text: 'whenever' } }, { priority: 'low', tenant: 'reports', hedge: false })
for (const { content } of await Promise.all([urgent, batch])) console.log(content)

const { queue, retries, hedges } = pool.getStatistics()
console.log(queue?.waiting, retries, hedges) // 0 0 0
// #endregion

await pool.shutdown()
