/** The call that every contender makes. */
export const PARAMS = { name: 'echo', arguments: { text: 'hello' } } as const

const ENVELOPE = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1.0.0' },
  'io.modelcontextprotocol/clientCapabilities': {},
} as const

export const modernCall = (id: number): object => ({ jsonrpc: '2.0', id, method: 'tools/call', params: { ...PARAMS, _meta: ENVELOPE } })
export const legacyCall = (id: number): { jsonrpc: '2.0'; id: number; method: string; params: Record<string, unknown> } => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { ...PARAMS },
})
