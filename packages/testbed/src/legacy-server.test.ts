import { expect, it, onTestFinished } from 'vitest'
import type { LegacyServer, LegacyServerOptions } from './index.js'
import { COUNTER_URI, MemoryLedger, startLegacyServer } from './index.js'
import { connectV2 } from './official-clients.js'

async function begin(options: LegacyServerOptions = {}) {
  const ledger = new MemoryLedger()
  const server = await startLegacyServer({ ledger, ...options })
  onTestFinished(() => server.close())
  const client = await connectV2(server.url)
  onTestFinished(() => client.close())
  return { client, ledger, server }
}

function ping(server: LegacyServer, session: string): Promise<Response> {
  return fetch(server.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', 'mcp-session-id': session },
    body: '{"jsonrpc":"2.0","id":1,"method":"ping"}',
  })
}

it('keeps a session, and loses it on demand', async () => {
  const { client, server } = await begin()
  const [session = ''] = [...server.sessions.keys()]
  expect((await ping(server, session)).status).toBe(200)
  await server.forgetSessions()
  expect(server.sessions.size).toBe(0)
  const lost = await ping(server, session)
  expect([lost.status, await lost.json()]).toMatchObject([404, { id: null, error: { code: -32_001 } }])
  await expect(client.listTools()).rejects.toMatchObject({ status: 404 })
})

it('answers 400 for a lost session where it is told to', async () => {
  const { server } = await begin({ lostSessionStatus: 400 })
  const lost = await ping(server, 'never-was')
  expect([lost.status, await lost.json()]).toMatchObject([400, { error: { code: -32_000 } }])
})

it('lets a running call end well when it forgets the session, or ends its stream', async () => {
  const { client, ledger, server } = await begin()
  const call = client.callTool({ name: 'ask', arguments: { key: 'k' } })
  await ledger.reached('ask:asked', 'k')
  const slow = client.callTool({ name: 'slow', arguments: { ms: 60_000, key: 'k' } })
  const lost = slow.catch((error: unknown) => error)
  await Promise.all([call, ledger.reached('slow', 'k')])
  await server.forgetSessions({ closeStreams: true })
  await ledger.reached('slow:cancelled', 'k')
  await client.close()
  expect(await lost).toBeInstanceOf(Error)
})

it('ends a session that its client deletes', async () => {
  const { client, server } = await begin()
  const sessions = [...server.sessions.keys()]
  await (client.transport as { terminateSession?: () => Promise<void> } | undefined)?.terminateSession?.()
  expect(server.deleted).toEqual(sessions)
  expect(server.sessions.size).toBe(0)
})

it('tells its clients what changes, and its subscribers what is touched', async () => {
  const { client, server } = await begin()
  if (server.requests.last('GET') === undefined) await server.requests.next('GET')
  const heard: string[] = []
  const all = new Promise<void>((resolve) => {
    const hear = (what: string): void => {
      if (heard.push(what) === 2) resolve()
    }
    client.setNotificationHandler('notifications/tools/list_changed', () => hear('tools'))
    client.setNotificationHandler('notifications/resources/updated', ({ params }) => hear(params.uri))
  })
  await client.callTool({ name: 'touch', arguments: {} })
  await client.subscribeResource({ uri: COUNTER_URI })
  await client.callTool({ name: 'touch', arguments: {} })
  await client.callTool({ name: 'mutate', arguments: { what: 'tool', action: 'remove', name: 'add' } })
  await all
  expect(heard).toEqual([COUNTER_URI, 'tools'])
})

it('sends log messages from the level that its client sets', async () => {
  const { client } = await begin()
  await client.setLoggingLevel('warning')
  const heard = new Promise<unknown>((resolve) => client.setNotificationHandler('notifications/message', ({ params }) => resolve(params.data)))
  await client.callTool({ name: 'log', arguments: { level: 'info', text: 'not this' } })
  await client.callTool({ name: 'log', arguments: { level: 'error', text: 'this' } })
  expect(await heard).toBe('this')
})

it('gives a client that comes back what it missed', async () => {
  const { client, ledger, server } = await begin({ resumable: true, retry: 1 })
  const back = server.requests.next((request) => request.headers['last-event-id'] !== undefined)
  const result = await client.callTool({ name: 'slow-append', arguments: { ms: 2, steps: 2, key: 'k', closeStream: true } })
  expect(result).toMatchObject({ content: [{ text: 'appended k' }] })
  expect((await back).verb).toBe('GET')
  expect(ledger.count('slow-append', 'k')).toBe(1)
})

it('closes streams that can be taken up again', async () => {
  const { client, ledger, server } = await begin({ resumable: true, retry: 1 })
  const call = client.callTool({ name: 'slow-append', arguments: { ms: 50, key: 'k' } })
  await ledger.reached('slow-append', 'k')
  const back = server.requests.next((request) => request.headers['last-event-id'] !== undefined)
  server.closeStreams()
  await back
  expect(await call).toMatchObject({ content: [{ text: 'appended k' }] })
})

it('is told of a cancellation, for closing a stream is none', async () => {
  const { client, ledger, server } = await begin()
  const giveUp = new AbortController()
  const call = client.callTool({ name: 'slow', arguments: { ms: 60_000, key: 'k' } }, { signal: giveUp.signal })
  await ledger.reached('slow', 'k')
  giveUp.abort()
  await expect(call).rejects.toThrow(/abort/i)
  await ledger.reached('slow:cancelled', 'k')
  expect(server.requests.all('notifications/cancelled')).toHaveLength(1)
})

it('has no GET stream where it is told so', async () => {
  const { server } = await begin({ getStream: false })
  expect((await fetch(server.url, { headers: { accept: 'text/event-stream' } })).status).toBe(405)
})
