import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Server } from '@modelcontextprotocol/sdk/server/index.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { isInitializeRequest } from '@modelcontextprotocol/sdk/types.js'
import type { CatalogueOptions } from './catalogue.js'
import { Catalogue } from './catalogue.js'
import { MemoryEventStore } from './event-store.js'
import type { HttpOptions, HttpServer } from './http-host.js'
import { host, readJson, REFUSED } from './http-host.js'
import type { JsonRpcMessage } from './json-rpc.js'
import { legacyServer } from './legacy-binding.js'

export interface LegacyServerOptions extends CatalogueOptions, HttpOptions {
  /** Answer with JSON bodies instead of SSE: no progress then, and the server cannot ask the client anything. @default false */
  readonly jsonResponse?: boolean
  /** Keep events, so that a client may come back to a stream with `Last-Event-ID`. @default false */
  readonly resumable?: boolean
  /** Milliseconds that a resumable stream tells clients to wait before they come back. @default nothing is said */
  readonly retry?: number
  /** `false`: no session ids, every request stands alone. @default true */
  readonly sessions?: boolean
  /** `false`: 405 for the GET stream, as a server without one answers. @default true */
  readonly getStream?: boolean
  /** The status for a session that is not known: 404 as specified, or 400 as `server-everything` does it. @default 404 */
  readonly lostSessionStatus?: 404 | 400
  /** Milliseconds between two comments on an SSE stream; 0 sends none. @default 15,000, as in the SDK */
  readonly keepAlive?: number
}

export interface LegacyServer extends HttpServer {
  readonly catalogue: Catalogue
  /** The sessions that are open, by id. */
  readonly sessions: ReadonlyMap<string, object>
  /** Sessions that clients ended with DELETE, in that order. */
  readonly deleted: readonly string[]
  /** Every session is lost, as after a restart. What is under way ends well, unless `closeStreams` says otherwise. */
  forgetSessions(options?: { closeStreams?: boolean }): Promise<void>
  /** Ends every SSE stream without an answer, in an orderly way. The requests go on, and a resumable one can be taken up. */
  closeStreams(): void
}

interface Session {
  readonly transport: StreamableHTTPServerTransport
  readonly server: Server
  /** Requests whose response is open: what `closeStreams` closes. */
  readonly open: Set<string | number>
}

/** Starts a server of SDK v1 that speaks `2025-11-25` and older over Streamable HTTP, with sessions. */
export async function startLegacyServer(options: LegacyServerOptions = {}): Promise<LegacyServer> {
  const { sessions: stateful = true, getStream = true, lostSessionStatus = 404 } = options
  const catalogue = new Catalogue(options)
  const sessions = new Map<string, Session>()
  const servers = new Set<Server>()
  const deleted: string[] = []

  async function open(): Promise<Session> {
    const server = legacyServer(catalogue)
    const transport = new StreamableHTTPServerTransport({
      ...(stateful && { sessionIdGenerator: randomUUID }),
      enableJsonResponse: options.jsonResponse ?? false,
      ...(options.resumable === true && { eventStore: new MemoryEventStore() }),
      ...(options.retry !== undefined && { retryInterval: options.retry }),
      ...(options.keepAlive !== undefined && { keepAliveMs: options.keepAlive }),
      onsessioninitialized: (id) => void sessions.set(id, session),
      onsessionclosed: (id) => {
        sessions.delete(id)
        deleted.push(id)
      },
    })
    const session: Session = { transport, server, open: new Set() }
    servers.add(server)
    const { onclose } = server
    server.onclose = () => {
      onclose?.()
      servers.delete(server)
    }
    // The SDK's own classes disagree under exactOptionalPropertyTypes.
    await server.connect(transport as Transport)
    return session
  }

  async function sessionFor(req: IncomingMessage, res: ServerResponse, message: unknown): Promise<Session | undefined> {
    const id = req.headers['mcp-session-id']
    if (!stateful || (id === undefined && isInitializeRequest(message))) return await open()
    if (id === undefined) return void refuse(res, 400, -32_000, 'Bad Request: Mcp-Session-Id header is required')
    const session = sessions.get(String(id))
    if (session !== undefined) return session
    if (lostSessionStatus === 404) return void refuse(res, 404, -32_001, 'Session not found')
    return void refuse(res, 400, -32_000, 'Bad Request: No valid session ID provided')
  }

  const http = await host(options, '/mcp', async (req, res, body) => {
    if (!req.url?.startsWith('/mcp')) return void res.writeHead(404).end()
    if (req.method !== 'POST' && !(stateful && (getStream || req.method !== 'GET'))) return refuse(res, 405, -32_000, 'Method not allowed.')
    const message = readJson(res, body)
    if (message === REFUSED) return
    const session = await sessionFor(req, res, message)
    if (session === undefined) return
    const { id, method } = (message ?? {}) as JsonRpcMessage
    if (method !== undefined && id !== undefined && id !== null) {
      session.open.add(id)
      res.once('close', () => session.open.delete(id))
    }
    if (!stateful) res.once('close', () => void session.server.close())
    await session.transport.handleRequest(req, res, message)
  })

  return {
    ...http,
    catalogue,
    sessions,
    deleted,
    closeStreams: () => {
      for (const { transport, open: requests } of sessions.values()) {
        transport.closeStandaloneSSEStream()
        for (const id of requests) transport.closeSSEStream(id)
      }
    },
    forgetSessions: async ({ closeStreams = false }: { closeStreams?: boolean } = {}) => {
      const lost = [...sessions.values()]
      sessions.clear()
      if (closeStreams) await Promise.all(lost.map(({ server }) => server.close()))
    },
    close: async () => {
      catalogue.close()
      await Promise.all([...servers].map((server) => server.close()))
      await http.close()
    },
  }
}

function refuse(res: ServerResponse, status: number, code: number, message: string): void {
  res.writeHead(status, { 'content-type': 'application/json' })
  res.end(JSON.stringify({ jsonrpc: '2.0', error: { code, message }, id: null }))
}
