/** Which handshakes a hand-written server knows: 'legacy' has no `server/discover`, 'modern' has no `initialize`. */
export type RawEra = 'modern' | 'legacy' | 'both'

const SERVER_INFO = '{"name":"raw","version":"1.0.0"}'
const CAPABILITIES = '{"tools":{}}'
const META = `"_meta":{"io.modelcontextprotocol/serverInfo":${SERVER_INFO}}`
const COMPLETE = '"resultType":"complete"'
const HINTS = '"annotations":{"readOnlyHint":true,"idempotentHint":true}'
const VERSIONS = '"supportedVersions":["2026-07-28"]'
const INITIALIZED = `"protocolVersion":"2025-11-25","capabilities":${CAPABILITIES},"serverInfo":${SERVER_INFO}`

/** Results that are strings made beforehand, by method; those of tool calls have `text` in them. `safe` is the tool that may run twice, `append` may not. */
export function rawResults(era: RawEra, safe: string, text: string): ReadonlyMap<string, string> {
  const tool = (name: string, more: string): string => `{"name":"${name}","description":"Answers","inputSchema":{"type":"object"}${more}}`
  const results = new Map<string, string>([
    ['tools/call', `{${COMPLETE},${META},"content":[{"type":"text","text":"${text}"}]}`],
    ['tools/list', `{${COMPLETE},${META},"ttlMs":0,"cacheScope":"private","tools":[${tool(safe, `,${HINTS}`)},${tool('append', '')}]}`],
    ['ping', '{}'],
  ])
  if (era !== 'legacy') results.set('server/discover', `{${COMPLETE},${META},"ttlMs":0,"cacheScope":"private",${VERSIONS},"capabilities":${CAPABILITIES}}`)
  if (era !== 'modern') results.set('initialize', `{${INITIALIZED}}`)
  return results
}
