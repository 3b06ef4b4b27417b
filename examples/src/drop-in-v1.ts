// node drop-in-v1.js URL [URL …]
// #region readme
import { Client } from '@modelcontextprotocol/sdk/client/index.js' // SDK v1, as LangChain and others carry it
import { MCPClientPool } from 'mcp-client-pool'

const urls = process.argv.slice(2)
const pool = new MCPClientPool({ endpoints: urls.map((url) => ({ url })) })
await pool.start()

const client = new Client({ name: 'my-app', version: '1.0.0' })
await client.connect(pool.transport())
// #endregion

const { content } = await client.callTool({ name: 'echo', arguments: { text: 'hello' } })
console.log(content)

await client.close()
await pool.shutdown()
