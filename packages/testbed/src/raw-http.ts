import { type AddressInfo, createServer, type Socket } from 'node:net'
import type { RunningServer } from './http-host.js'

/*
 * HTTP read and written by hand, as much of it as clients of MCP use: with `node:http` a server would cost as much as what
 * it is there to measure, and figures would be its own.
 */

export interface RawRequest {
  readonly verb: string
  readonly body: string
}

export interface RawListener {
  /** Called as soon as the request is there as a whole; whoever gets it writes the answer. */
  onRequest(request: RawRequest, socket: Socket): void
  onClosed?(socket: Socket): void
}

export async function listenRaw(port: number, listener: RawListener): Promise<RunningServer> {
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      sockets.delete(socket)
      listener.onClosed?.(socket)
    })
    let pending: Buffer | undefined
    socket.on('data', (chunk) => {
      let rest: Buffer = pending === undefined ? chunk : Buffer.concat([pending, chunk])
      for (let read = readRequest(rest); read !== undefined; read = readRequest(rest)) {
        rest = rest.subarray(read.end)
        listener.onRequest(read, socket)
      }
      pending = rest.length > 0 ? rest : undefined
    })
  })
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

/** The first request in `bytes`, and where the next one begins; undefined while it is not there as a whole. Clients send a length with every body. */
function readRequest(bytes: Buffer): (RawRequest & { readonly end: number }) | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n')
  if (headEnd < 0) return undefined
  const header = bytes.toString('latin1', 0, headEnd)
  const end = headEnd + 4 + Number(/\r\ncontent-length: *(\d+)/i.exec(header)?.[1] ?? 0)
  if (bytes.length < end) return undefined
  return { verb: header.slice(0, header.indexOf(' ')), body: bytes.toString('utf8', headEnd + 4, end), end }
}

export function head(status: string, headers = 'content-length: 0'): string {
  return `HTTP/1.1 ${status}\r\n${headers}\r\n\r\n`
}

export function json(status: string, text: string, more = ''): string {
  return head(status, `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}${more}`) + text
}

/** One event, in one chunk. */
export function events(text: string, more = ''): string {
  const event = `event: message\ndata: ${text}\n\n`
  const chunk = `${Buffer.byteLength(event).toString(16)}\r\n${event}\r\n0\r\n\r\n`
  return head('200 OK', `content-type: text/event-stream\r\ntransfer-encoding: chunked${more}`) + chunk
}
