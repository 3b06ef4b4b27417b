import { describe, expect, it, onTestFinished } from 'vitest'
import type { CatalogueOptions, HttpServer } from './index.js'
import { COUNTER_URI, IDENTITY_URI, MemoryLedger, startLegacyServer, startModernServer, startSseServer, TOOLS } from './index.js'
import { connectV1, connectV2 } from './official-clients.js'

interface Case {
  readonly name: string
  readonly start: (options: CatalogueOptions) => Promise<HttpServer>
  readonly connect: typeof connectV1 | typeof connectV2
  readonly era: 'modern' | 'legacy'
  /** There is a stream for each call: progress comes, and the server can ask. */
  readonly streams: boolean
  readonly sessions: boolean
}

const CASES: readonly Case[] = [
  { name: 'modern, SDK v2', start: startModernServer, connect: connectV2, era: 'modern', streams: true, sessions: false },
  {
    name: 'modern over SSE, SDK v2',
    start: (o) => startModernServer({ ...o, jsonResponse: false }),
    connect: connectV2,
    era: 'modern',
    streams: true,
    sessions: false,
  },
  {
    name: 'modern that serves legacy, SDK v1',
    start: (o) => startModernServer({ ...o, legacy: true }),
    connect: connectV1,
    era: 'legacy',
    streams: true,
    sessions: false,
  },
  { name: 'legacy, SDK v2', start: startLegacyServer, connect: connectV2, era: 'legacy', streams: true, sessions: true },
  { name: 'legacy, SDK v1', start: startLegacyServer, connect: connectV1, era: 'legacy', streams: true, sessions: true },
  {
    name: 'legacy, resumable, SDK v1',
    start: (o) => startLegacyServer({ ...o, resumable: true }),
    connect: connectV1,
    era: 'legacy',
    streams: true,
    sessions: true,
  },
  {
    name: 'legacy with JSON, SDK v2',
    start: (o) => startLegacyServer({ ...o, jsonResponse: true }),
    connect: connectV2,
    era: 'legacy',
    streams: false,
    sessions: true,
  },
  {
    name: 'legacy without sessions, SDK v1',
    start: (o) => startLegacyServer({ ...o, sessions: false }),
    connect: connectV1,
    era: 'legacy',
    streams: true,
    sessions: false,
  },
  { name: 'HTTP+SSE, SDK v1', start: startSseServer, connect: connectV1, era: 'legacy', streams: true, sessions: true },
  { name: 'HTTP+SSE, SDK v2', start: startSseServer, connect: connectV2, era: 'legacy', streams: true, sessions: true },
]

async function begin({ start, connect }: Case, options: CatalogueOptions = {}) {
  const ledger = new MemoryLedger()
  const server = await start({ id: 'replica-1', ledger, ...options })
  onTestFinished(() => server.close())
  const client = await connect(server.url)
  onTestFinished(() => client.close())
  return { client, ledger, server }
}

describe.each(CASES)('$name', (given) => {
  it('serves all tools, resources and prompts', async () => {
    const { client } = await begin(given)
    expect((await client.listTools()).tools.map((tool) => tool.name)).toEqual(TOOLS.map((tool) => tool.name))
    expect((await client.listResources()).resources.map((resource) => resource.uri)).toEqual([IDENTITY_URI, COUNTER_URI])
    expect((await client.readResource({ uri: IDENTITY_URI })).contents).toMatchObject([{ text: 'replica-1' }])
    expect((await client.readResource({ uri: 'note://items/milk' })).contents).toMatchObject([{ text: 'milk' }])
    expect((await client.listPrompts()).prompts.map((prompt) => prompt.name)).toEqual(['greet', 'plain'])
    expect((await client.getPrompt({ name: 'greet', arguments: { name: 'ada' } })).messages).toMatchObject([{ content: { text: 'Hello ada' } }])
    const completion = await client.complete({ ref: { type: 'ref/prompt', name: 'greet' }, argument: { name: 'name', value: 'a' } })
    expect(completion.completion.values).toEqual(['ada', 'alan'])
  })

  it('answers tool calls and counts those that have a key', async () => {
    const { client, ledger } = await begin(given)
    expect(await client.callTool({ name: 'echo', arguments: { text: 'hi' } })).toMatchObject({ structuredContent: { text: 'hi' } })
    expect(await client.callTool({ name: 'add', arguments: { a: 1, b: 2 } })).toMatchObject({ structuredContent: { sum: 3 } })
    expect(await client.callTool({ name: 'region', arguments: { region: 'eu' } })).toMatchObject({ content: [{ text: 'eu' }] })
    expect(await client.callTool({ name: 'big', arguments: { bytes: 100_000 } })).toMatchObject({ content: [{ text: 'x'.repeat(100_000) }] })
    expect(await client.callTool({ name: 'fail', arguments: {} })).toMatchObject({ isError: true })
    expect(await client.callTool({ name: 'append', arguments: { key: 'a' } })).toMatchObject({ content: [{ text: 'appended a' }] })
    await client.callTool({ name: 'append', arguments: { key: 'a' } })
    await client.callTool({ name: 'append', arguments: { key: 'b' } })
    expect([ledger.count('append', 'a'), ledger.count('append'), ledger.count('echo')]).toEqual([2, 3, 0])
    expect(ledger.repeated('append')).toEqual(['a'])
  })

  it('says who answered', async () => {
    const { client } = await begin(given)
    const { structuredContent } = await client.callTool({ name: 'whoami', arguments: {} })
    expect(structuredContent).toMatchObject({ server: 'replica-1', pid: process.pid, era: given.era })
    expect(Object.keys(structuredContent ?? {}).includes('session')).toBe(given.sessions)
  })

  it('refuses a tool that it has not, and arguments that are wrong', async () => {
    const { client } = await begin(given, { tools: ['add'] })
    expect((await client.listTools()).tools.map((tool) => tool.name)).toEqual(['add'])
    await expect(client.callTool({ name: 'echo', arguments: { text: 'hi' } })).rejects.toMatchObject({ code: -32_602 })
    expect(await client.callTool({ name: 'add', arguments: { a: 'one' } })).toMatchObject({ isError: true })
  })

  it('pages its lists with cursors that no other server takes', async () => {
    const { client } = await begin(given, { pageSize: 1 })
    expect((await client.listResources({ cursor: 'replica-1/1' })).resources.map((resource) => resource.uri)).toEqual([COUNTER_URI])
    await expect(client.listResources({ cursor: 'replica-2/1' })).rejects.toMatchObject({ code: -32_602 })
  })
})

describe.each(CASES.filter(({ streams }) => streams))('$name', (given) => {
  it('reports progress', async () => {
    const { server } = await begin(given)
    const steps: unknown[] = []
    const onprogress = (progress: unknown): number => steps.push(progress)
    const call = { name: 'slow', arguments: { ms: 3, steps: 3 } }
    if (given.connect === connectV1) await (await connected(connectV1, server)).callTool(call, undefined, { onprogress })
    else await (await connected(connectV2, server)).callTool(call, { onprogress })
    // Of what comes in one chunk with the result the official clients lose the last: they handle the result first.
    expect(steps.slice(0, 2)).toEqual([1, 2].map((progress) => ({ progress, total: 3, message: `step ${progress}` })))
  })
})

describe.each(CASES.filter(({ era, streams, sessions }) => era === 'modern' || (streams && sessions)))('$name', (given) => {
  it('asks the client in the middle of a call', async () => {
    const { client, ledger } = await begin(given)
    expect(await client.callTool({ name: 'ask', arguments: { key: 'q' } })).toMatchObject({ structuredContent: { content: { name: 'ada' } } })
    expect(await client.callTool({ name: 'sample', arguments: { key: 'q' } })).toMatchObject({ structuredContent: { content: { text: 'hello' } } })
    expect(['ask', 'ask:asked', 'sample', 'sample:asked'].map((tool) => ledger.count(tool, 'q'))).toEqual([1, 1, 1, 1])
  })
})

async function connected<Client extends { close(): Promise<void> }>(connect: (url: string) => Promise<Client>, server: HttpServer): Promise<Client> {
  const client = await connect(server.url)
  onTestFinished(() => client.close())
  return client
}
