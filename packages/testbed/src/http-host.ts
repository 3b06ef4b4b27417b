import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Auth } from './bearer.js'
import { admitted } from './bearer.js'
import { Faults } from './faults.js'
import { inflict } from './inflict.js'
import { RequestLog } from './request-log.js'

/** A server that runs. */
export interface RunningServer {
  readonly url: string
  readonly port: number
  /** Ends every socket and timer; resolves when the port is free again. */
  close(): Promise<void>
}

export interface HttpOptions {
  /** @default 0: any that is free */
  readonly port?: number
  /** @default '127.0.0.1' */
  readonly host?: string
  /** Refuse requests without a good bearer token. @default everybody may */
  readonly auth?: Auth
  /** Sent with each answer. May be changed while the server runs. */
  readonly headers?: Record<string, string>
  /** Milliseconds after which an idle socket is closed by the server. @default 5,000, as in Node */
  readonly keepAliveTimeout?: number
}

/** An MCP server over HTTP, with the means to let it go wrong and to see what it got. */
export interface HttpServer extends RunningServer {
  readonly faults: Faults
  readonly requests: RequestLog
  /** Sockets that are open now. */
  readonly sockets: ReadonlySet<Socket>
  /** Resets every open socket at once, whatever is under way on it; the server goes on listening. */
  dropConnections(): void
}

/** Answers a request. `body` is the whole body, already read. */
export type Listener = (req: IncomingMessage, res: ServerResponse, body: string) => void | Promise<void>

/** Opens the port and puts request log, faults and authorization, in this order, in front of the listener. */
export async function host(options: HttpOptions, path: string, listener: Listener): Promise<HttpServer> {
  const { port = 0, host: address = '127.0.0.1', auth, headers = {}, keepAliveTimeout } = options
  const faults = new Faults()
  const requests = new RequestLog()
  const sockets = new Set<Socket>()
  const server = createServer()
  if (keepAliveTimeout !== undefined) server.keepAliveTimeout = keepAliveTimeout
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  await listening(server, port, address)
  const bound = (server.address() as AddressInfo).port
  const url = `http://${address}:${bound}${path}`
  server.on('request', (req, res) => {
    res.on('error', () => {})
    void read(req).then(async (body) => {
      const request = requests.add(req, res, body)
      for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
      const execute = (): void => void answer(req, res, body)
      const fault = faults.take(request)
      if (fault === undefined) execute()
      else await inflict(fault, request, res, execute)
    }, gone)
  })

  async function answer(req: IncomingMessage, res: ServerResponse, body: string): Promise<void> {
    try {
      if (auth !== undefined && !(await admitted(auth, url, req, res))) return
      await listener(req, res, body)
    } catch (error) {
      // An SDK that throws at the listener has failed the request: say so, or the client waits for ever.
      if (!res.headersSent) res.writeHead(500)
      res.end(String(error))
    }
  }

  return {
    url,
    port: bound,
    faults,
    requests,
    sockets,
    dropConnections: () => {
      for (const socket of sockets) socket.resetAndDestroy()
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

/** What `readJson` returns when it has already answered. */
export const REFUSED: unique symbol = Symbol('refused')

/** The body as JSON, `undefined` where there is none; a body that is no JSON gets the answer that both SDKs give. */
export function readJson(res: ServerResponse, body: string): unknown {
  if (body === '') return undefined
  try {
    return JSON.parse(body)
  } catch {
    res.writeHead(400, { 'content-type': 'application/json' })
    res.end('{"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}')
    return REFUSED
  }
}

function listening(server: Server, port: number, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, address, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

async function read(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of req) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

/** The client broke off in the middle of its own request: there is nobody to answer. */
function gone(): void {}
