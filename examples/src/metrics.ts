// node metrics.js URL [URL …]
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { MCPClientPool } from 'mcp-client-pool'

const urls = process.argv.slice(2)
const PORT = 0
// #region readme
const pool = new MCPClientPool({ endpoints: urls.map((url) => ({ url })), metrics: { enabled: true } })
await pool.start()

const server = createServer(pool.metricsCollector?.handler) // or app.use(…) of your own server
server.listen(PORT, '127.0.0.1') // GET /metrics for Prometheus, GET /statistics for people
// #endregion

await pool.callTool({ name: 'echo', arguments: { text: 'hello' } })
const { port } = server.address() as AddressInfo
console.log(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text())
server.close()
await pool.shutdown()
