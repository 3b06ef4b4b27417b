/**
 * The client that the conformance suite runs: an SDK `Client` over `pool.transport()`, one scenario a process.
 *
 *     node client.ts URL        with MCP_CONFORMANCE_SCENARIO, MCP_CONFORMANCE_PROTOCOL_VERSION, MCP_CONFORMANCE_CONTEXT
 */
import { Client, type ClientOptions } from '@modelcontextprotocol/client'
import { MCPClientPool, type UrlEndpointOptions } from 'mcp-client-pool'

type Scenario = (url: string) => Promise<void>

const MODERN = '2026-07-28'
const isModern = process.env['MCP_CONFORMANCE_PROTOCOL_VERSION'] === MODERN

/** These servers of the suite know neither `server/discover` nor a usable `initialize`: the revision is pinned, as for any such server. */
const PINNED: Partial<UrlEndpointOptions> = { protocolVersion: MODERN }

async function withClient(
  url: string,
  use: (client: Client) => Promise<void>,
  options: ClientOptions = {},
  endpoint: Partial<UrlEndpointOptions> = {},
): Promise<void> {
  const pool = new MCPClientPool({ endpoints: [{ ...endpoint, url }], minSize: 1, maxSize: 1 })
  await pool.start()
  const client = new Client({ name: 'mcp-client-pool-conformance', version: '1.0.0' }, options)
  if (options.capabilities?.elicitation !== undefined) {
    client.setRequestHandler('elicitation/create', () => ({ action: 'accept' as const, content: isModern ? { confirmed: true } : {} }))
  }
  try {
    await client.connect(pool.transport())
    await use(client)
    await client.close()
  } finally {
    await pool.shutdown()
  }
}

const modern: ClientOptions = { versionNegotiation: { mode: 'auto' } }
const byVersion: ClientOptions = isModern ? modern : {}

/** Every tool that is listed, the arguments by the suite's own context where it gives any. */
const callEverything: Scenario = (url) =>
  withClient(
    url,
    async (client) => {
      const { tools } = await client.listTools()
      const { toolCalls = [] } = JSON.parse(process.env['MCP_CONFORMANCE_CONTEXT'] ?? '{}') as {
        toolCalls?: { name: string; arguments: Record<string, unknown> }[]
      }
      const calls = toolCalls.length > 0 ? toolCalls : tools.map(({ name }) => ({ name, arguments: { region: 'us-west1' } }))
      for (const call of calls) await client.callTool(call)
    },
    modern,
    PINNED,
  )

const scenarios: Record<string, Scenario> = {
  initialize: (url) => withClient(url, async (client) => void (await client.listTools())),

  tools_call: (url) =>
    withClient(
      url,
      async (client) => {
        await client.listTools()
        await client.callTool({ name: 'add_numbers', arguments: { a: 5, b: 3 } })
      },
      byVersion,
    ),

  'elicitation-sep1034-client-defaults': (url) =>
    withClient(
      url,
      async (client) => {
        await client.listTools()
        await client.callTool({ name: 'test_client_elicitation_defaults', arguments: {} })
      },
      { capabilities: { elicitation: { form: { applyDefaults: true } } } },
    ),

  'sse-retry': (url) =>
    withClient(url, async (client) => {
      await client.listTools()
      await client.callTool({ name: 'test_reconnection', arguments: {} })
    }),

  'request-metadata': (url) => withClient(url, async () => {}, { ...modern, capabilities: { roots: { listChanged: true }, sampling: {}, elicitation: {} } }),

  'http-standard-headers': (url) =>
    withClient(
      url,
      async (client) => {
        const { tools } = await client.listTools()
        if (tools[0] !== undefined) await client.callTool({ name: tools[0].name, arguments: {} })
        const { resources } = await client.listResources()
        if (resources[0] !== undefined) await client.readResource({ uri: resources[0].uri })
        const { prompts } = await client.listPrompts()
        if (prompts[0] !== undefined) await client.getPrompt({ name: prompts[0].name, arguments: {} })
      },
      modern,
      PINNED,
    ),

  'http-custom-headers': callEverything,
  'http-invalid-tool-headers': callEverything,

  'sep-2322-client-request-state': (url) =>
    withClient(
      url,
      async (client) => {
        for (const name of ['test_mrtr_echo_state', 'test_mrtr_no_state', 'test_mrtr_unrelated']) await client.callTool({ name, arguments: {} })
        // A result without `resultType` is refused by the SDK's client; the scenario wants to see no repeat.
        await client.callTool({ name: 'test_mrtr_no_result_type', arguments: {} }).catch(() => {})
      },
      { ...modern, capabilities: { elicitation: {} } },
      PINNED,
    ),

  'json-schema-ref-no-deref': (url) => withClient(url, async (client) => void (await client.listTools()), byVersion, isModern ? PINNED : {}),
}

const name = process.env['MCP_CONFORMANCE_SCENARIO'] ?? ''
const scenario = scenarios[name]
if (scenario === undefined) throw new Error(`no scenario ${JSON.stringify(name)}; there are ${Object.keys(scenarios).join(', ')}`)
await scenario(process.argv.at(-1)!)
