import type { ClientOptions } from '@modelcontextprotocol/client'
import { Client, SSEClientTransport, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { SSEClientTransport as SSEClientTransportV1 } from '@modelcontextprotocol/sdk/client/sse.js'
import { StreamableHTTPClientTransport as StreamableHTTPClientTransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport as TransportV1 } from '@modelcontextprotocol/sdk/shared/transport.js'
import { CreateMessageRequestSchema, ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import type { StdioCommand } from './command.js'

/*
 * The official clients, connected: what they get is what a server really says. Asked for a name they say `ada`, and as a
 * model they say `hello`.
 */

const INFO = { name: 'official-client', version: '1.0.0' }
const CAPABILITIES = { elicitation: { form: {} }, sampling: {} }
const ELICITED = { action: 'accept' as const, content: { name: 'ada' } }
const SAMPLED = { role: 'assistant' as const, model: 'none', content: { type: 'text' as const, text: 'hello' } }

export interface ConnectOptions extends ClientOptions {
  /** Sent with every request. */
  readonly headers?: Record<string, string>
}

/** A client of SDK v2. Without options it finds out which era the server speaks. A URL that ends in `/sse` means HTTP+SSE. */
export async function connectV2(target: string | StdioCommand, options: ConnectOptions = {}): Promise<Client> {
  const { headers = {}, ...clientOptions } = options
  const client = new Client(INFO, { capabilities: CAPABILITIES, versionNegotiation: { mode: 'auto' }, ...clientOptions })
  client.setRequestHandler('elicitation/create', () => ELICITED)
  client.setRequestHandler('sampling/createMessage', () => SAMPLED)
  await client.connect(transportV2(target, headers))
  return client
}

/** A client of SDK v1, which speaks the legacy era only. A URL that ends in `/sse` means HTTP+SSE. */
export async function connectV1(url: string): Promise<ClientV1> {
  const client = new ClientV1(INFO, { capabilities: CAPABILITIES })
  client.setRequestHandler(ElicitRequestSchema, () => ELICITED)
  client.setRequestHandler(CreateMessageRequestSchema, () => SAMPLED)
  const transport = url.endsWith('/sse') ? new SSEClientTransportV1(new URL(url)) : new StreamableHTTPClientTransportV1(new URL(url))
  // The SDK's own classes disagree under exactOptionalPropertyTypes.
  await client.connect(transport as TransportV1)
  return client
}

function transportV2(target: string | StdioCommand, headers: Record<string, string>): Parameters<Client['connect']>[0] {
  if (typeof target !== 'string') return new StdioClientTransport({ ...target, stderr: 'ignore' })
  if (target.endsWith('/sse')) return new SSEClientTransport(new URL(target), { requestInit: { headers } })
  // Lost streams are come back to at once: tests do not wait.
  const reconnectionOptions = { initialReconnectionDelay: 1, maxReconnectionDelay: 1, reconnectionDelayGrowFactor: 1, maxRetries: 5 }
  return new StreamableHTTPClientTransport(new URL(target), { requestInit: { headers }, reconnectionOptions })
}
