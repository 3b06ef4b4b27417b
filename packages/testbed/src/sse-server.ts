import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js'
import type { CatalogueOptions } from './catalogue.js'
import { Catalogue } from './catalogue.js'
import type { HttpOptions, HttpServer } from './http-host.js'
import { host, readJson, REFUSED } from './http-host.js'
import { legacyServer } from './legacy-binding.js'

export interface SseServerOptions extends CatalogueOptions, HttpOptions {}

export interface SseServer extends HttpServer {
  readonly catalogue: Catalogue
  /** The sessions that are open, by id: one for each event stream. */
  readonly sessions: ReadonlyMap<string, object>
}

/** Starts a server of SDK v1 that speaks the HTTP+SSE transport of `2024-11-05`: GET opens the stream, and answers come on it. */
export async function startSseServer(options: SseServerOptions = {}): Promise<SseServer> {
  const catalogue = new Catalogue(options)
  const sessions = new Map<string, SSEServerTransport>()
  const http = await host(options, '/sse', async (req, res, body) => {
    const url = new URL(req.url ?? '/', 'http://localhost')
    if (req.method === 'GET' && url.pathname === '/sse') {
      const transport = new SSEServerTransport('/messages', res)
      sessions.set(transport.sessionId, transport)
      res.once('close', () => sessions.delete(transport.sessionId))
      await legacyServer(catalogue).connect(transport)
    } else if (req.method === 'POST' && url.pathname === '/messages') {
      const transport = sessions.get(url.searchParams.get('sessionId') ?? '')
      if (transport === undefined) return void res.writeHead(404).end('Session not found')
      const message = readJson(res, body)
      if (message !== REFUSED) await transport.handlePostMessage(req, res, message)
    } else {
      // What a modern or Streamable HTTP client gets that tries this URL first, and falls back for.
      res.writeHead(url.pathname === '/sse' ? 405 : 404).end()
    }
  })
  return {
    ...http,
    catalogue,
    sessions,
    close: async () => {
      catalogue.close()
      await Promise.all([...sessions.values()].map((transport) => transport.close()))
      await http.close()
    },
  }
}
