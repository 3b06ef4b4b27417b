import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import type { Contender, ContenderSetup } from '../contender.js'
import { PARAMS } from './message.js'

/** The SDK's `Client` over its own transport: one connection to the first server. */
export const client: ContenderSetup = async ([url]): Promise<Contender> => {
  const sdk = new Client({ name: 'bench', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } })
  await sdk.connect(new StreamableHTTPClientTransport(new URL(url!)))
  return { call: () => sdk.callTool(PARAMS), close: () => sdk.close() }
}
