// node library.js URL [URL …]
// #region readme
import { MCPClientPool } from 'mcp-client-pool'

const urls = process.argv.slice(2) // replicas: http://127.0.0.1:8001/mcp http://127.0.0.1:8002/mcp …
const pool = new MCPClientPool({ endpoints: urls.map((url) => ({ url })) })
await pool.start()

const { tools } = await pool.listTools()
console.log(tools.map((tool) => tool.name).join(' '))

const result = await pool.callTool({ name: 'echo', arguments: { text: 'hello' } }, { timeout: 5_000 })
console.log(result.content)

await pool.shutdown()
// #endregion
