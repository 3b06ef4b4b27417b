import { randomUUID } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { z } from 'zod'
import type { DemoTool } from './tools.js'

/** SDK v1, up to revision 2025-11-25: `initialize` and sessions, which are lost whenever the process is killed. */
export function legacyServer(name: string, tools: readonly DemoTool[]): RequestListener {
  const sessions = new Map<string, StreamableHTTPServerTransport>()

  async function open(): Promise<StreamableHTTPServerTransport> {
    const server = new McpServer({ name, version: '1.0.0' })
    for (const { name: tool, description, annotations, run } of tools) {
      server.registerTool(tool, { description, annotations, inputSchema: { order: z.string() } }, async ({ order }) => ({
        content: [{ type: 'text', text: await run(order) }],
      }))
    }
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => void sessions.set(id, transport),
      onsessionclosed: (id) => void sessions.delete(id),
    })
    // The SDK's own classes disagree under exactOptionalPropertyTypes.
    await server.connect(transport as Transport)
    return transport
  }

  async function serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const id = req.headers['mcp-session-id']
    // A request without a session is let in: the transport itself refuses what is no `initialize`.
    const transport = id === undefined ? await open() : sessions.get(String(id))
    if (transport !== undefined) return await transport.handleRequest(req, res)
    res.writeHead(404, { 'content-type': 'application/json' })
    res.end(JSON.stringify({ jsonrpc: '2.0', error: { code: -32_001, message: 'Session not found' }, id: null }))
  }

  return (req, res) => void serve(req, res).catch(() => res.destroy())
}
