// node errors.js URL [URL …]
import { MCPClientPool, PoolError } from 'mcp-client-pool'

const urls = process.argv.slice(2)
const pool = new MCPClientPool({ endpoints: urls.map((url) => ({ url })) })
await pool.start()

// #region readme
try {
  await pool.callTool({ name: 'slow-append', arguments: { key: 'order-1', ms: 60_000 } }, { timeout: 500 })
} catch (error) {
  if (!(error instanceof PoolError)) throw error // the server's own error: an answer
  console.log(error.code, error.progress) // REQUEST_TIMEOUT sent
  console.log(error.retryable ? 'It did not run: call again' : 'It may have run: look before you call again')
}
// #endregion

await pool.shutdown()
