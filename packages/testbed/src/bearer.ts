import type { IncomingMessage, ServerResponse } from 'node:http'

export interface Auth {
  /** Whether this access token is good here. */
  verify(token: string): boolean | Promise<boolean>
  /** The authorization servers that the protected resource metadata (RFC 9728) names; it is served where there are any. */
  readonly authorizationServers?: readonly string[]
}

const METADATA_PATH = '/.well-known/oauth-protected-resource'

/** Answers what may not pass, and says whether the request may. */
export async function admitted(auth: Auth, url: string, req: IncomingMessage, res: ServerResponse): Promise<boolean> {
  const { origin, pathname } = new URL(url)
  const metadata = `${origin}${METADATA_PATH}${pathname}`
  if (auth.authorizationServers !== undefined && req.url?.startsWith(METADATA_PATH) === true) {
    json(res, 200, { resource: url, authorization_servers: auth.authorizationServers, bearer_methods_supported: ['header'] })
    return false
  }
  const token = /^Bearer (.+)$/i.exec(req.headers.authorization ?? '')?.[1]
  if (token !== undefined && (await auth.verify(token))) return true
  const reason = token === undefined ? '' : ', error="invalid_token"'
  res.setHeader('www-authenticate', auth.authorizationServers === undefined ? `Bearer realm="mcp"${reason}` : `Bearer resource_metadata="${metadata}"${reason}`)
  json(res, 401, { error: token === undefined ? 'unauthorized' : 'invalid_token' })
  return false
}

function json(res: ServerResponse, status: number, body: object): void {
  res.writeHead(status, { 'content-type': 'application/json' })
  res.end(JSON.stringify(body))
}
