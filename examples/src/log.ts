// node log.js URL [URL …]
// #region readme
import { logTo, MCPClientPool } from 'mcp-client-pool'

const urls = process.argv.slice(2)
const pool = new MCPClientPool({ endpoints: urls.map((url) => ({ url })) })
logTo(pool, console) // or pino(), or what else takes fields and a message
await pool.start()
// #endregion

await pool.shutdown()
