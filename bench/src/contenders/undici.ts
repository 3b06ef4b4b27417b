import { type Dispatcher, Pool } from 'undici'
import type { Contender, ContenderSetup } from '../contender.js'
import { legacyCall, modernCall } from './message.js'

const COMMON = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
const MODERN = { ...COMMON, 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'echo' }
const LEGACY = { ...COMMON, 'mcp-protocol-version': '2025-11-25' }

/** The peer: one `Pool` an endpoint with as many sockets as a client of ours, in turn, and nothing of MCP but its headers. */
async function pools(urls: readonly string[]): Promise<{ next: () => Endpoint; endpoints: readonly Endpoint[]; close: () => Promise<void> }> {
  const endpoints = urls.map((url) => {
    const { origin, pathname } = new URL(url)
    return { path: pathname, pool: new Pool(origin, { connections: 32, headersTimeout: 0, bodyTimeout: 0 }) }
  })
  let turn = 0
  return {
    endpoints,
    next: () => endpoints[turn++ % endpoints.length]!,
    close: async () => void (await Promise.all(endpoints.map(({ pool }) => pool.destroy()))),
  }
}

interface Endpoint {
  readonly path: string
  readonly pool: Pool
}

const post = ({ path, pool }: Endpoint, headers: Record<string, string>, message: object): Promise<Dispatcher.ResponseData> =>
  pool.request({ path, method: 'POST', headers, body: JSON.stringify(message) })

export const json: ContenderSetup = async (urls): Promise<Contender> => {
  const { next, close } = await pools(urls)
  let id = 0
  return {
    call: async () => (await post(next(), MODERN, modernCall(++id))).body.json(),
    close,
  }
}

/** The least that reads an answer out of a stream: the text, the line with the data, the JSON in it. */
export const sse: ContenderSetup = async (urls): Promise<Contender> => {
  const { next, close } = await pools(urls)
  let id = 0
  return {
    call: async () => {
      const text = await (await post(next(), MODERN, modernCall(++id))).body.text()
      const start = text.indexOf('data:') + 5
      return JSON.parse(text.slice(start, text.indexOf('\n', start))) as unknown
    },
    close,
  }
}

export const legacy: ContenderSetup = async (urls): Promise<Contender> => {
  const { endpoints, next, close } = await pools(urls)
  const sessions = new Map<Endpoint, string>()
  for (const endpoint of endpoints) {
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'bench', version: '1.0.0' } }
    const { headers, body } = await post(endpoint, COMMON, { jsonrpc: '2.0', id: 0, method: 'initialize', params })
    await body.dump()
    sessions.set(endpoint, String(headers['mcp-session-id']))
    await (await post(endpoint, LEGACY, { jsonrpc: '2.0', method: 'notifications/initialized' })).body.dump()
  }
  let id = 0
  return {
    call: async () => {
      const endpoint = next()
      return (await post(endpoint, { ...LEGACY, 'mcp-session-id': sessions.get(endpoint)! }, legacyCall(++id))).body.json()
    },
    close,
  }
}
