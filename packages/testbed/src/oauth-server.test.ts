import { expect, it, onTestFinished } from 'vitest'
import type { OAuthServer, OAuthServerOptions } from './index.js'
import { Child, introspecting, startModernServer, startOAuthServer } from './index.js'
import { connectV2 } from './official-clients.js'

async function begin(options: OAuthServerOptions = {}): Promise<OAuthServer> {
  const server = await startOAuthServer(options)
  onTestFinished(() => server.close())
  return server
}

function post(server: OAuthServer, path: string, params: Record<string, string>, credentials = 'testbed:secret'): Promise<Response> {
  return fetch(`${server.url}${path}`, { method: 'POST', headers: { authorization: `Basic ${btoa(credentials)}` }, body: new URLSearchParams(params) })
}

async function token(server: OAuthServer, params: Record<string, string> = {}): Promise<string> {
  const response = await post(server, '/oauth/token', { grant_type: 'client_credentials', ...params })
  expect(response.status).toBe(200)
  return ((await response.json()) as { access_token: string }).access_token
}

it('gives tokens out and counts them', async () => {
  const server = await begin({ lifetime: 60 })
  const response = await post(server, '/oauth/token', { grant_type: 'client_credentials' })
  expect(await response.json()).toMatchObject({ token_type: 'Bearer', expires_in: 60 })
  expect((await post(server, '/oauth/token', { grant_type: 'client_credentials' }, 'testbed:wrong')).status).toBe(401)
  server.faults.next('503', 1, '/oauth/token')
  expect((await post(server, '/oauth/token', { grant_type: 'client_credentials' })).status).toBe(503)
  expect([server.tokenRequests(), server.tokensIssued()]).toEqual([3, 1])
})

it('says where its endpoints are', async () => {
  const server = await begin()
  const metadata = await (await fetch(`${server.url}/.well-known/oauth-authorization-server`)).json()
  expect(metadata).toMatchObject({ issuer: server.url, token_endpoint: `${server.url}/oauth/token`, revocation_endpoint: `${server.url}/oauth/revoke` })
})

it('binds a token to its resource', async () => {
  const server = await begin({ resources: ['http://127.0.0.1:1/mcp'] })
  const bound = await token(server, { resource: 'http://127.0.0.1:1/mcp' })
  expect(await server.verify(bound)).toBe(true)
  expect(await server.verify(bound, 'http://127.0.0.1:1/mcp')).toBe(true)
  expect(await server.verify(bound, 'http://127.0.0.1:2/mcp')).toBe(false)
  expect(await server.verify('made up')).toBe(false)
  const refused = await post(server, '/oauth/token', { grant_type: 'client_credentials', resource: 'http://127.0.0.1:2/mcp' })
  expect(await refused.json()).toMatchObject({ error: 'invalid_target' })
})

it('revokes one, or all', async () => {
  const server = await begin()
  const [first, second] = [await token(server), await token(server)]
  expect((await post(server, '/oauth/revoke', { token: first })).status).toBe(200)
  expect([await server.verify(first), await server.verify(second), server.revocations()]).toEqual([false, true, 1])
  server.expireAll()
  expect(await server.verify(second)).toBe(false)
})

it('keeps the tokens of two servers apart', async () => {
  const [one, other] = [await begin(), await begin()]
  expect(await other.verify(await token(one))).toBe(false)
})

it('guards an MCP server in this process, and one in another', async () => {
  const oauth = await begin()
  const inside = await startModernServer({ auth: { verify: (value) => oauth.verify(value) } })
  onTestFinished(() => inside.close())
  const outside = await Child.start({ kind: 'modern', options: { introspection: oauth.introspection } })
  onTestFinished(() => outside.kill())
  for (const { url } of [inside, outside]) {
    const value = await token(oauth)
    const client = await connectV2(url, { headers: { authorization: `Bearer ${value}` } })
    onTestFinished(() => client.close())
    expect((await client.listTools()).tools).not.toHaveLength(0)
    await post(oauth, '/oauth/revoke', { token: value })
    await expect(client.listPrompts()).rejects.toMatchObject({ status: 401 })
  }
})

it('asks about a token for another resource', async () => {
  const oauth = await begin()
  const auth = introspecting({ ...oauth.introspection, resource: 'http://127.0.0.1:1/mcp' })
  expect(await auth.verify(await token(oauth, { resource: 'http://127.0.0.1:1/mcp' }))).toBe(true)
  expect(await auth.verify(await token(oauth, { resource: 'http://127.0.0.1:2/mcp' }))).toBe(false)
})
