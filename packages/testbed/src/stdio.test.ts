import { expect, it, onTestFinished } from 'vitest'
import { COUNTER_URI, everythingStdio, MemoryLedger, startEverything, startLedgerServer, stdioServer } from './index.js'
import { connectV2 } from './official-clients.js'

async function connected(...args: Parameters<typeof connectV2>) {
  const client = await connectV2(...args)
  onTestFinished(() => client.close())
  return client
}

async function opened() {
  const ledger = new MemoryLedger()
  const server = await startLedgerServer(ledger)
  onTestFinished(() => server.close())
  return { ledger, ledgerUrl: server.url }
}

it.each([
  { options: {}, mode: 'auto', era: 'modern' },
  { options: {}, mode: 'legacy', era: 'legacy' },
  { options: { sdk: 1 }, mode: 'auto', era: 'legacy' },
  { options: { modernOnly: true }, mode: 'auto', era: 'modern' },
] as const)('serves $era on stdio with $options to a client that asks for $mode', async ({ options, mode, era }) => {
  const { ledger, ledgerUrl } = await opened()
  const client = await connected(stdioServer({ id: 'on-stdio', ledgerUrl, ...options }), { versionNegotiation: { mode } })
  expect(client.getProtocolEra()).toBe(era)
  expect((await client.callTool({ name: 'whoami', arguments: {} })).structuredContent).toMatchObject({ server: 'on-stdio', era })
  expect(await client.callTool({ name: 'ask', arguments: {} })).toMatchObject({ structuredContent: { content: { name: 'ada' } } })
  await client.callTool({ name: 'append', arguments: { key: 'k' } })
  expect(ledger.count('append', 'k')).toBe(1)
})

it.each([
  { mode: 'auto', subscribe: (client: Awaited<ReturnType<typeof connectV2>>) => client.listen({ resourceSubscriptions: [COUNTER_URI] }) },
  { mode: 'legacy', subscribe: (client: Awaited<ReturnType<typeof connectV2>>) => client.subscribeResource({ uri: COUNTER_URI }) },
] as const)('tells a subscriber on stdio what is touched: $mode', async ({ mode, subscribe }) => {
  const client = await connected(stdioServer(), { versionNegotiation: { mode } })
  const told = new Promise<string>((resolve) => client.setNotificationHandler('notifications/resources/updated', ({ params }) => resolve(params.uri)))
  await subscribe(client)
  await client.callTool({ name: 'touch', arguments: {} })
  expect(await told).toBe(COUNTER_URI)
})

it('can log to the wrong stream', async () => {
  const client = await connected(stdioServer({ sdk: 1, noise: ['listening…', '{"level":30,"msg":"ready"}'] }))
  expect((await client.listTools()).tools).not.toHaveLength(0)
})

it('starts server-everything on stdio', async () => {
  const client = await connected(everythingStdio())
  expect(await client.callTool({ name: 'echo', arguments: { message: 'hi' } })).toMatchObject({ content: [{ text: 'Echo: hi' }] })
})

it.each(['streamable-http', 'sse'] as const)('starts server-everything on %s', async (transport) => {
  const server = await startEverything({ transport })
  onTestFinished(() => server.close())
  const client = await connected(server.url)
  expect(await client.callTool({ name: 'echo', arguments: { message: 'hi' } })).toMatchObject({ content: [{ text: 'Echo: hi' }] })
  expect(client.getNegotiatedProtocolVersion()).toBe('2025-11-25')
})
