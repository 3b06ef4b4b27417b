import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js'
import type { ServerNotification, ServerRequest, ServerResult } from '@modelcontextprotocol/sdk/types.js'
import {
  CallToolRequestSchema,
  CompleteRequestSchema,
  ErrorCode,
  GetPromptRequestSchema,
  ListPromptsRequestSchema,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ListToolsRequestSchema,
  McpError,
  ReadResourceRequestSchema,
  ResultSchema,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from '@modelcontextprotocol/sdk/types.js'
import type { Catalogue } from './catalogue.js'
import { toolListing } from './catalogue.js'
import { InvalidParams } from './invalid-params.js'
import type { JsonObject, ToolCall, ToolSpec } from './tool-spec.js'

/** A server of SDK v1 over the catalogue: one for each session. It stops watching the catalogue when it is closed. */
export function legacyServer(catalogue: Catalogue): Server {
  const server = new Server(
    { name: catalogue.id, version: '1.0.0' },
    {
      capabilities: {
        tools: { listChanged: true },
        prompts: { listChanged: true },
        resources: { listChanged: true, subscribe: true },
        completions: {},
        logging: {},
      },
    },
  )
  const subscribed = new Set<string>()
  answer(server, ListToolsRequestSchema, ({ params }) => {
    const { tools, ...next } = catalogue.listTools(params?.cursor)
    return { tools: tools.map(toolListing), ...next }
  })
  answer(server, CallToolRequestSchema, async ({ params }, extra) => {
    const tool = catalogue.tool(params.name)
    return await run(tool, params.arguments ?? {}, call(catalogue, server, tool, params.arguments, extra))
  })
  answer(server, ListPromptsRequestSchema, ({ params }) => catalogue.listPrompts(params?.cursor))
  answer(server, GetPromptRequestSchema, ({ params }) => catalogue.getPrompt(params.name, params.arguments))
  answer(server, ListResourcesRequestSchema, ({ params }) => catalogue.listResources(params?.cursor))
  answer(server, ListResourceTemplatesRequestSchema, () => catalogue.listResourceTemplates())
  answer(server, ReadResourceRequestSchema, ({ params }) => catalogue.readResource(params.uri))
  answer(server, CompleteRequestSchema, ({ params }) => catalogue.complete(params.argument.name, params.argument.value))
  answer(server, SubscribeRequestSchema, ({ params }) => {
    subscribed.add(params.uri)
    return {}
  })
  answer(server, UnsubscribeRequestSchema, ({ params }) => {
    subscribed.delete(params.uri)
    return {}
  })
  server.onclose = catalogue.watch((change) => {
    if (change.kind === 'resource') {
      if (subscribed.has(change.uri)) ignoreLost(server.sendResourceUpdated({ uri: change.uri }))
    } else if (change.kind === 'tools') ignoreLost(server.sendToolListChanged())
    else if (change.kind === 'prompts') ignoreLost(server.sendPromptListChanged())
    else ignoreLost(server.sendResourceListChanged())
  })
  return server
}

type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>
type RequestSchema = Parameters<Server['setRequestHandler']>[0]
type RequestOf<Schema extends RequestSchema> = Parameters<Parameters<typeof Server.prototype.setRequestHandler<Schema>>[1]>[0]

function answer<Schema extends RequestSchema>(
  server: Server,
  schema: Schema,
  handler: (request: RequestOf<Schema>, extra: Extra) => object | Promise<object>,
): void {
  server.setRequestHandler(schema, async (request, extra) => {
    try {
      return (await handler(request, extra)) as ServerResult
    } catch (error) {
      if (error instanceof InvalidParams) throw new McpError(ErrorCode.InvalidParams, error.message)
      throw error
    }
  })
}

/** A tool that throws has failed, and that is its result; only a tool that does not exist is an error of the request. */
async function run(tool: ToolSpec, args: JsonObject, toolCall: ToolCall): Promise<object> {
  try {
    return await tool.run(args, toolCall)
  } catch (error) {
    return { content: [{ type: 'text', text: error instanceof Error ? error.message : String(error) }], isError: true }
  }
}

function call(catalogue: Catalogue, server: Server, tool: ToolSpec, args: JsonObject | undefined, extra: Extra): ToolCall {
  const progressToken = extra._meta?.progressToken
  const record = async (name: string, key: string): Promise<void> => await catalogue.ledger.record(name, key)
  return {
    server: catalogue,
    era: 'legacy',
    sessionId: extra.sessionId,
    signal: AbortSignal.any([extra.signal, catalogue.closing]),
    record,
    progress: async (progress, total, message) => {
      if (progressToken === undefined) return
      await extra.sendNotification({ method: 'notifications/progress', params: { progressToken, progress, total, ...(message !== undefined && { message }) } })
    },
    ask: async (_name, request) => {
      await record(`${tool.name}:asked`, typeof args?.['key'] === 'string' ? args['key'] : '')
      return await extra.sendRequest(request as ServerRequest, ResultSchema, { signal: catalogue.closing })
    },
    log: (level, text) => server.sendLoggingMessage({ level, data: text }, extra.sessionId),
    closeStream: extra.closeSSEStream,
  }
}

/** An announcement to a client that has just gone is nobody's concern. */
function ignoreLost(sent: Promise<void>): void {
  sent.catch(() => {})
}
