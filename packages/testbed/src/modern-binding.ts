import type { CacheHint, ListToolsResult, ServerContext, StandardSchemaWithJSON } from '@modelcontextprotocol/server'
import { fromJsonSchema, inputRequired, McpServer, ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server'
import type { Catalogue } from './catalogue.js'
import { toolListing } from './catalogue.js'
import { InvalidParams } from './invalid-params.js'
import type { InputRequest, JsonObject, ObjectSchema, ToolCall, ToolSpec } from './tool-spec.js'

export interface ModernBindingOptions {
  /** How long, in milliseconds, and by whom the lists may be cached. @default what the SDK says: not at all */
  readonly cache?: CacheHint
}

/** A server of SDK v2 over the catalogue. One serves a single HTTP request, or a stdio connection of either era. */
export function modernServer(catalogue: Catalogue, era: 'modern' | 'legacy', options: ModernBindingOptions = {}): McpServer {
  const { cache } = options
  const mcp = new McpServer(
    { name: catalogue.id, version: '1.0.0' },
    {
      capabilities: {
        tools: { listChanged: true },
        prompts: { listChanged: true },
        resources: { listChanged: true, subscribe: true },
        completions: {},
        logging: {},
      },
      requestState: { verify: (state) => ownState(state, catalogue) },
      ...(cache !== undefined && { cacheHints: { 'tools/list': cache, 'prompts/list': cache, 'resources/list': cache, 'server/discover': cache } }),
    },
  )
  // Registered, and not only handled, because the SDK checks `Mcp-Param-*` headers against registered tools.
  for (const tool of catalogue.tools) {
    mcp.registerTool(tool.name, registration(tool), (args: JsonObject, context) => run(tool, args, call(catalogue, era, context)))
  }
  mcp.server.setRequestHandler('tools/list', ({ params }) =>
    guarded(() => {
      const { tools, ...next } = catalogue.listTools(params?.cursor)
      return { tools: tools.map(toolListing) as unknown as ListToolsResult['tools'], ...next }
    }),
  )
  mcp.server.setRequestHandler('prompts/list', ({ params }) => guarded(() => mutable(catalogue.listPrompts(params?.cursor))))
  mcp.server.setRequestHandler('prompts/get', ({ params }) => guarded(() => catalogue.getPrompt(params.name, params.arguments)))
  mcp.server.setRequestHandler('resources/list', ({ params }) => guarded(() => catalogue.listResources(params?.cursor)))
  mcp.server.setRequestHandler('resources/templates/list', () => catalogue.listResourceTemplates())
  mcp.server.setRequestHandler('resources/read', ({ params }) => guarded(() => catalogue.readResource(params.uri)))
  mcp.server.setRequestHandler('completion/complete', ({ params }) => catalogue.complete(params.argument.name, params.argument.value))
  return mcp
}

/** Tells the one client of a long-lived connection what changes. */
export function announceChanges(catalogue: Catalogue, mcp: McpServer, era: 'modern' | 'legacy'): () => void {
  const subscribed = new Set<string>()
  mcp.server.setRequestHandler('resources/subscribe', ({ params }) => {
    subscribed.add(params.uri)
    return {}
  })
  mcp.server.setRequestHandler('resources/unsubscribe', ({ params }) => {
    subscribed.delete(params.uri)
    return {}
  })
  return catalogue.watch((change) => {
    // A modern client listens, and the SDK knows to what; a legacy one has subscribed here.
    if (change.kind === 'resource') {
      if (era === 'modern' || subscribed.has(change.uri)) void mcp.server.sendResourceUpdated({ uri: change.uri })
    } else if (change.kind === 'tools') mcp.sendToolListChanged()
    else if (change.kind === 'prompts') mcp.sendPromptListChanged()
    else mcp.sendResourceListChanged()
  })
}

/** Thrown out of a tool that asks: the call ends here as `input_required`, and the tool runs again when there is an answer. */
class Asking extends Error {
  readonly asked: string
  readonly request: InputRequest

  constructor(asked: string, request: InputRequest) {
    super(`Needs ${request.method}`)
    this.asked = asked
    this.request = request
  }
}

type RegisteredHandler = Parameters<McpServer['registerTool']>[2]
type HandlerResult = Awaited<ReturnType<RegisteredHandler>>

async function run(tool: ToolSpec, args: JsonObject, toolCall: ToolCall): Promise<HandlerResult> {
  try {
    return mutable(await tool.run(args, toolCall))
  } catch (error) {
    if (!(error instanceof Asking)) throw error
    await toolCall.record(`${tool.name}:asked`, typeof args['key'] === 'string' ? args['key'] : '')
    return inputRequired({
      inputRequests: { [error.asked]: error.request as ReturnType<typeof inputRequired.elicit> },
      requestState: `${toolCall.server.id}/${tool.name}`,
    })
  }
}

function call(catalogue: Catalogue, era: 'modern' | 'legacy', context: ServerContext): ToolCall {
  const { mcpReq } = context
  const progressToken = mcpReq._meta?.progressToken
  return {
    server: catalogue,
    era,
    sessionId: context.sessionId,
    signal: AbortSignal.any([mcpReq.signal, catalogue.closing]),
    record: async (name, key) => await catalogue.ledger.record(name, key),
    progress: async (progress, total, message) => {
      if (progressToken === undefined) return
      await mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress, total, ...(message !== undefined && { message }) } })
    },
    ask: async (name, request) => {
      const answer = mcpReq.inputResponses?.[name]
      if (answer === undefined) throw new Asking(name, request)
      return answer as JsonObject
    },
    log: (level, text) => mcpReq.log(level, text),
    closeStream: context.http?.closeSSE,
  }
}

/** A state that another server has minted is refused, as one signed with another server's key would be. */
function ownState(state: string, catalogue: Catalogue): void {
  if (!state.startsWith(`${catalogue.id}/`)) throw new Error(`Not a request state of ${catalogue.id}: ${state}`)
}

function guarded<Result>(answer: () => Result): Result {
  try {
    return answer()
  } catch (error) {
    if (error instanceof InvalidParams) throw new ProtocolError(ProtocolErrorCode.InvalidParams, error.message)
    throw error
  }
}

/** Compiling a schema costs a millisecond and a server is made for each request, so each is compiled once. */
const compiled = new WeakMap<ObjectSchema, StandardSchemaWithJSON<JsonObject, JsonObject>>()

function compile(schema: ObjectSchema): StandardSchemaWithJSON<JsonObject, JsonObject> {
  const known = compiled.get(schema)
  if (known !== undefined) return known
  const made = fromJsonSchema<JsonObject>(mutable(schema))
  compiled.set(schema, made)
  return made
}

function registration(tool: ToolSpec): { description: string; inputSchema: StandardSchemaWithJSON<JsonObject, JsonObject> } {
  return {
    description: tool.description,
    inputSchema: compile(tool.inputSchema),
    ...(tool.outputSchema !== undefined && { outputSchema: compile(tool.outputSchema) }),
    ...(tool.annotations !== undefined && { annotations: tool.annotations }),
  }
}

type Mutable<Value> = Value extends (...args: never[]) => unknown
  ? Value
  : Value extends ReadonlyArray<infer Item>
    ? Array<Mutable<Item>>
    : Value extends object
      ? { -readonly [Key in keyof Value]: Mutable<Value[Key]> }
      : Value

/** The SDK's types know no `readonly`. It does not change what it is given. */
function mutable<Value>(value: Value): Mutable<Value> {
  return value as Mutable<Value>
}
