// MCP_CLIENT_ID=… MCP_CLIENT_SECRET=… node oauth.js AUTH_URL URL [URL …]
const [auth = '', ...urls] = process.argv.slice(2)
// #region readme
import { MCPClientPool } from 'mcp-client-pool'

const pool = new MCPClientPool({
  endpoints: urls.map((url) => ({ url, auth })), // tokens come from `${auth}/oauth/token`; replicas share one
  clientId: process.env['MCP_CLIENT_ID'],
  clientSecret: process.env['MCP_CLIENT_SECRET'],
})
// #endregion
await pool.start()
const result = await pool.callTool({ name: 'echo', arguments: { text: 'hello' } })
console.log(result.content)
await pool.shutdown()
