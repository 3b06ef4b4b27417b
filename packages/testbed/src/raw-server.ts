import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { RunningServer } from './http-host.js'
import type { JsonRpcMessage } from './json-rpc.js'

export interface RawServerOptions {
  /** @default 0: any that is free */
  readonly port?: number
  /** How results are sent. @default 'json' */
  readonly answer?: 'json' | 'sse'
  /** 'legacy' has no `server/discover`; 'modern' has no `initialize`. @default 'both' */
  readonly era?: 'modern' | 'legacy' | 'both'
  /** Length of the text in a tool's result. @default 16 */
  readonly bytes?: number
  /** Milliseconds before each answer. @default 0 */
  readonly delay?: number
}

const SERVER_INFO = '{"name":"raw","version":"1.0.0"}'
const CAPABILITIES = '{"tools":{}}'
const META = `"_meta":{"io.modelcontextprotocol/serverInfo":${SERVER_INFO}}`
const COMPLETE = '"resultType":"complete"'
const SAFE_TOOL = '{"name":"echo","description":"Answers","inputSchema":{"type":"object"},"annotations":{"readOnlyHint":true,"idempotentHint":true}}'
const UNSAFE_TOOL = '{"name":"append","description":"Answers","inputSchema":{"type":"object"}}'
const TOOLS = `"tools":[${SAFE_TOOL},${UNSAFE_TOOL}]`
const VERSIONS = '"supportedVersions":["2026-07-28"]'
const INITIALIZED = `"protocolVersion":"2025-11-25","capabilities":${CAPABILITIES},"serverInfo":${SERVER_INFO}`

/**
 * Starts a server that costs next to nothing, to load clients with: results are strings made beforehand, and only the id
 * is put in. It checks nothing, knows every tool, and gives sessions out without remembering them.
 */
export async function startRawServer(options: RawServerOptions = {}): Promise<RunningServer> {
  const { port = 0, answer = 'json', era = 'both', bytes = 16, delay = 0 } = options
  const content = `"content":[{"type":"text","text":"${'x'.repeat(bytes)}"}]`
  const results = new Map<string, string>([
    ['tools/call', `{${COMPLETE},${META},${content}}`],
    ['tools/list', `{${COMPLETE},${META},"ttlMs":0,"cacheScope":"private",${TOOLS}}`],
    ['ping', '{}'],
  ])
  if (era !== 'legacy') results.set('server/discover', `{${COMPLETE},${META},"ttlMs":0,"cacheScope":"private",${VERSIONS},"capabilities":${CAPABILITIES}}`)
  if (era !== 'modern') results.set('initialize', `{${INITIALIZED}}`)

  let sessions = 0
  const server = createServer((req, res) => {
    if (req.method === 'POST') read(req, (body) => (delay === 0 ? reply(res, body) : void setTimeout(reply, delay, res, body)))
    else res.writeHead(req.method === 'DELETE' ? 200 : 405, { 'content-length': 0 }).end()
  })

  function reply(res: ServerResponse, body: string): void {
    const { id, method } = JSON.parse(body) as JsonRpcMessage
    if (id === undefined || id === null) return void res.writeHead(202, { 'content-length': 0 }).end()
    const session = method === 'initialize' ? { 'mcp-session-id': String(++sessions) } : undefined
    const result = results.get(method ?? '')
    const head = `{"jsonrpc":"2.0","id":${JSON.stringify(id)},`
    if (result === undefined) send(res, 404, 'json', `${head}"error":{"code":-32601,"message":"Method not found"}}`, undefined)
    else send(res, 200, answer, `${head}"result":${result}}`, session)
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const bound = (server.address() as AddressInfo).port
  return {
    url: `http://127.0.0.1:${bound}/mcp`,
    port: bound,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function send(res: ServerResponse, status: number, as: 'json' | 'sse', text: string, session: { 'mcp-session-id': string } | undefined): void {
  if (as === 'json') {
    res.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text), ...session })
    res.end(text)
  } else {
    res.writeHead(status, { 'content-type': 'text/event-stream', ...session })
    res.end(`event: message\ndata: ${text}\n\n`)
  }
}

/** Nearly every request fits into one chunk, and is not copied then. */
function read(req: IncomingMessage, done: (body: string) => void): void {
  let first: Buffer | undefined
  let rest: Buffer[] | undefined
  req.on('data', (chunk: Buffer) => {
    if (first === undefined) first = chunk
    else rest = [...(rest ?? []), chunk]
  })
  req.on('end', () => {
    if (first === undefined) done('{}')
    else done((rest === undefined ? first : Buffer.concat([first, ...rest])).toString())
  })
}
