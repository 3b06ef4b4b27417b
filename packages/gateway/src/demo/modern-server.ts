import type { RequestListener } from 'node:http'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { z } from 'zod'
import type { DemoTool } from './tools.js'

/** SDK v2, revision 2026-07-28 only: a new server for every request, no sessions. */
export function modernServer(name: string, tools: readonly DemoTool[]): RequestListener {
  const handler = createMcpHandler(
    () => {
      const server = new McpServer({ name, version: '1.0.0' })
      for (const { name: tool, description, annotations, run } of tools) {
        server.registerTool(tool, { description, annotations, inputSchema: z.object({ order: z.string() }) }, async ({ order }) => ({
          content: [{ type: 'text', text: await run(order) }],
        }))
      }
      return server
    },
    { legacy: 'reject' },
  )
  const serve = toNodeHandler(handler)
  // The SDK's type of a Node request does not know exactOptionalPropertyTypes.
  return (req, res) => void serve(req as Parameters<typeof serve>[0], res)
}
