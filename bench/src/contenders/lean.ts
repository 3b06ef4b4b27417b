import { Client } from '@modelcontextprotocol/client'
import { type Dispatcher, Pool } from 'undici'
import type { Contender, ContenderSetup } from '../contender.js'
import { PARAMS } from './message.js'

type Message = Parameters<Parameters<Client['connect']>[0]['send']>[0]
type Transport = Parameters<Client['connect']>[0]

const HEADERS = [
  ...['content-type', 'application/json', 'accept', 'application/json, text/event-stream'],
  ...['mcp-protocol-version', '2026-07-28', 'mcp-method', 'tools/call', 'mcp-name', 'echo'],
]
const ACCEPTED = Promise.resolve()

/**
 * For comparison: the SDK's `Client` over the least that is still a transport. It writes the message as it is to the next endpoint's socket,
 * parses what comes back as it comes and hands it over: no ids, deadlines, retries, load, failures or eras. A transport of ours costs what
 * the pool costs beyond it, less what it saves by reading the answers of one turn of the event loop together.
 */
export const client: ContenderSetup = async (urls): Promise<Contender> => {
  const endpoints = urls.map((url) => ({
    path: new URL(url).pathname,
    pool: new Pool(new URL(url).origin, { connections: 32, headersTimeout: 0, bodyTimeout: 0 }),
  }))
  let turn = 0
  const transport: Transport = {
    start: () => ACCEPTED,
    close: async () => void (await Promise.all(endpoints.map(({ pool }) => pool.destroy()))),
    send(message: Message) {
      const { path, pool } = endpoints[turn++ % endpoints.length]!
      pool.dispatch({ path, method: 'POST', headers: HEADERS, body: JSON.stringify(message) }, new Answer(transport))
      return ACCEPTED
    },
  }
  const sdk = new Client({ name: 'bench', version: '1.0.0' })
  const discover = { resultType: 'complete', supportedVersions: ['2026-07-28'], capabilities: { tools: {} }, ttlMs: 0, cacheScope: 'private' as const }
  await sdk.connect(transport, { prior: { kind: 'modern', discover } })
  return { call: () => sdk.callTool(PARAMS), close: () => sdk.close() }
}

class Answer implements Dispatcher.DispatchHandler {
  readonly #transport: Transport
  #text = ''

  constructor(transport: Transport) {
    this.#transport = transport
  }

  onConnect(): void {}
  onHeaders(): boolean {
    return true
  }
  onData(chunk: Buffer): boolean {
    this.#text += chunk.toString()
    return true
  }
  onComplete(): void {
    this.#transport.onmessage?.(JSON.parse(this.#text) as Message)
  }
  onError(error: Error): void {
    throw error
  }
}
