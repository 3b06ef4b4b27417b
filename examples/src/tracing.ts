// node tracing.js URL [URL …]
const urls = process.argv.slice(2)
// #region readme
import { MCPClientPool } from 'mcp-client-pool'
import { openTelemetry } from 'mcp-client-pool/otel'

// To the SDK that your program has registered with @opentelemetry/api; without one nothing is recorded
const pool = new MCPClientPool({ endpoints: urls.map((url) => ({ url })), observer: openTelemetry() })
// #endregion
await pool.start()
const result = await pool.callTool({ name: 'echo', arguments: { text: 'hello' } })
console.log(result.content)
await pool.shutdown()
