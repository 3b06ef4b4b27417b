import { toNodeHandler } from '@modelcontextprotocol/node'
import type { CacheHint } from '@modelcontextprotocol/server'
import { createMcpHandler } from '@modelcontextprotocol/server'
import type { CatalogueOptions } from './catalogue.js'
import { Catalogue } from './catalogue.js'
import type { HttpOptions, HttpServer } from './http-host.js'
import { host, readJson, REFUSED } from './http-host.js'
import { modernServer } from './modern-binding.js'

export interface ModernServerOptions extends CatalogueOptions, HttpOptions {
  /**
   * How requests are answered: `true` with one JSON body (progress is then dropped), `false` over SSE, `'auto'` with JSON
   * until something is to be said before the result. @default 'auto', as in the SDK
   */
  readonly jsonResponse?: boolean | 'auto'
  /** Serve the legacy era too, without sessions: every request stands alone. @default false */
  readonly legacy?: boolean
  /** How long and by whom lists and `server/discover` may be cached. @default not at all */
  readonly cache?: CacheHint
  /** Milliseconds between two comments on an SSE stream; 0 sends none. @default 15,000, as in the SDK */
  readonly keepAlive?: number
}

export interface ModernServer extends HttpServer {
  readonly catalogue: Catalogue
}

/** Starts a server of SDK v2 that speaks `2026-07-28` over HTTP. */
export async function startModernServer(options: ModernServerOptions = {}): Promise<ModernServer> {
  const { jsonResponse = 'auto', legacy = false, cache, keepAlive } = options
  const catalogue = new Catalogue(options)
  const handler = createMcpHandler(({ era }) => modernServer(catalogue, era, cache === undefined ? {} : { cache }), {
    legacy: legacy ? 'stateless' : 'reject',
    responseMode: jsonResponse === 'auto' ? 'auto' : jsonResponse ? 'json' : 'sse',
    ...(keepAlive !== undefined && { keepAliveMs: keepAlive }),
  })
  catalogue.watch((change) => {
    if (change.kind === 'resource') handler.notify.resourceUpdated(change.uri)
    else if (change.kind === 'tools') handler.notify.toolsChanged()
    else if (change.kind === 'prompts') handler.notify.promptsChanged()
    else handler.notify.resourcesChanged()
  })
  const serve = toNodeHandler(handler)
  const http = await host(options, '/mcp', async (req, res, body) => {
    if (!req.url?.startsWith('/mcp')) return void res.writeHead(404).end()
    const message = readJson(res, body)
    // The SDK's types do not know exactOptionalPropertyTypes.
    if (message !== REFUSED) await serve(req as Parameters<typeof serve>[0], res, message)
  })
  return {
    ...http,
    catalogue,
    close: async () => {
      catalogue.close()
      await handler.close()
      await http.close()
    },
  }
}
