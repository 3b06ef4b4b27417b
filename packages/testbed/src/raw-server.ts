import { type AddressInfo, createServer, type Socket } from 'node:net'
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
 *
 * HTTP is read and written by hand, as much of it as clients of MCP use: with `node:http` the server would cost as much as
 * what it is there to measure, and figures of calls a second would be its own.
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
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
    let pending: Buffer | undefined
    socket.on('data', (chunk) => {
      let rest: Buffer = pending === undefined ? chunk : Buffer.concat([pending, chunk])
      for (let request = readRequest(rest); request !== undefined; request = readRequest(rest)) {
        rest = rest.subarray(request.end)
        const { verb, body } = request
        if (verb !== 'POST') socket.write(head(verb === 'DELETE' ? '200 OK' : '405 Method Not Allowed', 'content-length: 0'))
        else if (delay === 0) reply(socket, body)
        else setTimeout(reply, delay, socket, body)
      }
      pending = rest.length > 0 ? rest : undefined
    })
  })

  function reply(socket: Socket, body: string): void {
    const { id, method } = JSON.parse(body) as JsonRpcMessage
    if (id === undefined || id === null) return void socket.write(head('202 Accepted', 'content-length: 0'))
    const session = method === 'initialize' ? `\r\nmcp-session-id: ${++sessions}` : ''
    const result = results.get(method ?? '')
    const start = `{"jsonrpc":"2.0","id":${JSON.stringify(id)},`
    if (result === undefined) socket.write(json('404 Not Found', `${start}"error":{"code":-32601,"message":"Method not found"}}`, ''))
    else if (answer === 'json') socket.write(json('200 OK', `${start}"result":${result}}`, session))
    else socket.write(events(`${start}"result":${result}}`, session))
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
        for (const socket of sockets) socket.destroy()
      }),
  }
}

interface RawRequest {
  readonly verb: string
  readonly body: string
  /** Where the next one begins. */
  readonly end: number
}

/** The first request in `bytes`; undefined while it is not there as a whole. Clients send a length with every body. */
function readRequest(bytes: Buffer): RawRequest | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n')
  if (headEnd < 0) return undefined
  const header = bytes.toString('latin1', 0, headEnd)
  const end = headEnd + 4 + Number(/\r\ncontent-length: *(\d+)/i.exec(header)?.[1] ?? 0)
  if (bytes.length < end) return undefined
  return { verb: header.slice(0, header.indexOf(' ')), body: bytes.toString('utf8', headEnd + 4, end), end }
}

const head = (status: string, headers: string): string => `HTTP/1.1 ${status}\r\n${headers}\r\n\r\n`

function json(status: string, text: string, session: string): string {
  return head(status, `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}${session}`) + text
}

/** One event, in one chunk. */
function events(text: string, session: string): string {
  const event = `event: message\ndata: ${text}\n\n`
  const chunk = `${Buffer.byteLength(event).toString(16)}\r\n${event}\r\n0\r\n\r\n`
  return head('200 OK', `content-type: text/event-stream\r\ntransfer-encoding: chunked${session}`) + chunk
}
