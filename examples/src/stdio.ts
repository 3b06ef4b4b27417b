// node stdio.js COMMAND [ARGUMENT …]
const [command = '', ...args] = process.argv.slice(2)
// #region readme
import { MCPClientPool } from 'mcp-client-pool'

const pool = new MCPClientPool({ endpoints: [{ id: 'local', command, args }], minSize: 2 }) // two children; one that dies is started again
// #endregion
await pool.start()
const result = await pool.callTool({ name: 'echo', arguments: { text: 'hello' } })
console.log(result.content)
console.log(`${pool.getStatistics().pool.healthy} healthy`)
await pool.shutdown()
