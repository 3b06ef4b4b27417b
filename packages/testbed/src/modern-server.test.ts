import { expect, it, onTestFinished } from 'vitest'
import type { ModernServer, ModernServerOptions } from './index.js'
import { COUNTER_URI, MemoryLedger, startModernServer } from './index.js'
import { connectV2 } from './official-clients.js'

async function begin(options: ModernServerOptions = {}) {
  const ledger = new MemoryLedger()
  const server = await startModernServer({ id: 'replica-1', ledger, ...options })
  onTestFinished(() => server.close())
  return { ledger, server }
}

async function connected(server: ModernServer, options?: Parameters<typeof connectV2>[1]) {
  const client = await connectV2(server.url, options)
  onTestFinished(() => client.close())
  return client
}

/** A request as the specification wants it, by hand. */
function post(server: ModernServer, method: string, params: object, headers: Record<string, string> = {}): Promise<Response> {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'by-hand', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': { elicitation: {} },
  }
  const { name } = params as { name?: string }
  return fetch(server.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      ...(name !== undefined && { 'mcp-name': name }),
      ...headers,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta } }),
  })
}

it('tells those that listen what changes', async () => {
  const { server } = await begin()
  const client = await connected(server)
  const heard: string[] = []
  const all = new Promise<void>((resolve) => {
    const hear = (what: string): void => {
      if (heard.push(what) === 4) resolve()
    }
    client.setNotificationHandler('notifications/tools/list_changed', () => hear('tools'))
    client.setNotificationHandler('notifications/prompts/list_changed', () => hear('prompts'))
    client.setNotificationHandler('notifications/resources/list_changed', () => hear('resources'))
    client.setNotificationHandler('notifications/resources/updated', ({ params }) => hear(params.uri))
  })
  await client.listen({ toolsListChanged: true, promptsListChanged: true, resourcesListChanged: true, resourceSubscriptions: [COUNTER_URI] })
  for (const what of ['tool', 'prompt', 'resource']) await client.callTool({ name: 'mutate', arguments: { what, action: 'add', name: 'new' } })
  expect(await client.callTool({ name: 'touch', arguments: {} })).toMatchObject({ content: [{ text: 'revision 1' }] })
  await all
  expect(heard).toEqual(['tools', 'prompts', 'resources', COUNTER_URI])
  expect((await client.listTools()).tools.at(-1)?.name).toBe('new')
  expect(await client.callTool({ name: 'new', arguments: { text: 'hi' } })).toMatchObject({ content: [{ text: 'hi' }] })
})

it('ends what is listened to in an orderly way when it closes', async () => {
  const { server } = await begin()
  const client = await connected(server)
  const subscription = await client.listen({ toolsListChanged: true })
  await server.close()
  await expect(subscription.closed).resolves.toBe('graceful')
})

it('answers as it was told to', async () => {
  const types: Array<string | null> = []
  for (const jsonResponse of [true, false, 'auto'] as const) {
    const { server } = await begin({ jsonResponse })
    const response = await post(server, 'tools/call', { name: 'echo', arguments: { text: 'hi' } })
    types.push(response.headers.get('content-type'))
    expect(await response.text()).toContain('"text":"hi"')
  }
  expect(types).toEqual(['application/json', 'text/event-stream', 'application/json'])
})

it('wants an argument mirrored into its header', async () => {
  const { server } = await begin()
  const call = { name: 'region', arguments: { region: 'eu' } }
  const without = await post(server, 'tools/call', call)
  expect([without.status, await without.json()]).toMatchObject([400, { id: 1, error: { code: -32_020 } }])
  const wrong = await post(server, 'tools/call', call, { 'mcp-param-region': 'us' })
  expect(await wrong.json()).toMatchObject({ error: { code: -32_020 } })
  const right = await post(server, 'tools/call', call, { 'mcp-param-region': 'eu' })
  expect(await right.json()).toMatchObject({ result: { content: [{ text: 'eu' }] } })
})

it('takes back only request states of its own', async () => {
  const { server } = await begin()
  const asked = await (await post(server, 'tools/call', { name: 'ask' })).json()
  expect(asked).toMatchObject({
    result: { resultType: 'input_required', requestState: 'replica-1/ask', inputRequests: { ask: { method: 'elicitation/create' } } },
  })
  const answer = { name: 'ask', inputResponses: { ask: { action: 'decline' } } }
  expect(await (await post(server, 'tools/call', { ...answer, requestState: 'replica-1/ask' })).json()).toMatchObject({
    result: { structuredContent: { action: 'decline' } },
  })
  expect(await (await post(server, 'tools/call', { ...answer, requestState: 'replica-2/ask' })).json()).toMatchObject({ error: { code: -32_602 } })
})

it('cancels a call whose client goes away', async () => {
  const { ledger, server } = await begin()
  const client = await connected(server)
  const giveUp = new AbortController()
  const call = client.callTool({ name: 'slow', arguments: { ms: 60_000, key: 'k' } }, { signal: giveUp.signal })
  await ledger.reached('slow', 'k')
  giveUp.abort()
  await expect(call).rejects.toThrow(/abort/i)
  await ledger.reached('slow:cancelled', 'k')
  expect(await server.requests.last('tools/call')?.outcome).toBe('aborted')
})

it('lists other hints, and lets lists be cached, where it is told to', async () => {
  const { server } = await begin({ hints: { echo: {}, append: { idempotentHint: true } }, cache: { ttlMs: 60_000, cacheScope: 'public' } })
  const list = await (await connected(server)).listTools()
  expect(list.tools.find((tool) => tool.name === 'echo')?.annotations).toEqual({})
  expect(list.tools.find((tool) => tool.name === 'append')?.annotations).toEqual({ idempotentHint: true })
  expect(list).toMatchObject({ ttlMs: 60_000, cacheScope: 'public' })
})

it('refuses the legacy era, unless it is told to serve it', async () => {
  const { server } = await begin()
  await expect(connectV2(server.url, { versionNegotiation: { mode: 'legacy' } })).rejects.toThrow(/2026-07-28/)
  const { server: both } = await begin({ legacy: true })
  expect((await connected(both, { versionNegotiation: { mode: 'legacy' } })).getProtocolEra()).toBe('legacy')
})

it('lets nobody in without a good token', async () => {
  const { server } = await begin({ auth: { verify: (token) => token === 'good', authorizationServers: ['http://127.0.0.1:1'] } })
  const metadata = `${new URL(server.url).origin}/.well-known/oauth-protected-resource/mcp`
  const without = await post(server, 'tools/list', {})
  expect([without.status, without.headers.get('www-authenticate')]).toEqual([401, `Bearer resource_metadata="${metadata}"`])
  const bad = await post(server, 'tools/list', {}, { authorization: 'Bearer bad' })
  expect([bad.status, bad.headers.get('www-authenticate')]).toEqual([401, `Bearer resource_metadata="${metadata}", error="invalid_token"`])
  expect(await (await fetch(metadata)).json()).toMatchObject({ resource: server.url, authorization_servers: ['http://127.0.0.1:1'] })
  const client = await connected(server, { headers: { authorization: 'Bearer good' } })
  expect((await client.listTools()).tools).not.toHaveLength(0)
})

it('sends the headers it was given, also those given later', async () => {
  const headers: Record<string, string> = { 'endpoint-load-metrics': 'TEXT cpu_utilization=0.3' }
  const { server } = await begin({ headers })
  expect((await post(server, 'tools/list', {})).headers.get('endpoint-load-metrics')).toBe('TEXT cpu_utilization=0.3')
  headers['endpoint-load-metrics'] = 'TEXT cpu_utilization=0.9'
  expect((await post(server, 'tools/list', {})).headers.get('endpoint-load-metrics')).toBe('TEXT cpu_utilization=0.9')
})
