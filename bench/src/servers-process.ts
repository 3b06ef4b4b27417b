import { startRawServer } from '@mcp-client-pool/testbed'

/** The process behind `startServers`: `node servers-process.js KIND COUNT SLOWEST`. Sends the URLs; ends with its parent. */
const [kind, count, slowest] = process.argv.slice(2)
const era = kind!.startsWith('legacy') ? 'legacy' : 'modern'
const answer = kind!.endsWith('sse') ? 'sse' : 'json'
const last = Math.max(1, Number(count) - 1)
const servers = await Promise.all(
  Array.from({ length: Number(count) }, (_, index) => startRawServer({ era, answer, delay: Math.round((Number(slowest) * index) / last) })),
)
process.on('disconnect', () => process.exit(0))
process.send!(servers.map(({ url }) => url))
