import { expect, it, onTestFinished } from 'vitest'
import type { RawServerOptions } from './index.js'
import { startRawServer } from './index.js'
import { connectV1, connectV2 } from './official-clients.js'

async function begin(options: RawServerOptions = {}) {
  const server = await startRawServer(options)
  onTestFinished(() => server.close())
  return server
}

it.each([
  { options: {}, era: 'modern' },
  { options: { answer: 'sse' }, era: 'modern' },
  { options: { era: 'modern' }, era: 'modern' },
  { options: { era: 'legacy' }, era: 'legacy' },
  { options: { era: 'legacy', answer: 'sse' }, era: 'legacy' },
] as const)('is good enough for the official client: $options', async ({ options, era }) => {
  const server = await begin({ ...options, bytes: 4 })
  const client = await connectV2(server.url)
  onTestFinished(() => client.close())
  expect(client.getProtocolEra()).toBe(era)
  expect((await client.listTools()).tools.map((tool) => tool.name)).toEqual(['echo', 'append'])
  const calls = await Promise.all(Array.from({ length: 20 }, () => client.callTool({ name: 'echo', arguments: { text: 'x'.repeat(200_000) } })))
  for (const call of calls) expect(call).toMatchObject({ content: [{ text: 'xxxx' }] })
})

it('is good enough for SDK v1', async () => {
  const client = await connectV1((await begin()).url)
  onTestFinished(() => client.close())
  expect(await client.callTool({ name: 'append', arguments: {} })).toMatchObject({ content: [{ text: 'x'.repeat(16) }] })
})

it('knows no other methods', async () => {
  const response = await fetch((await begin()).url, { method: 'POST', body: '{"jsonrpc":"2.0","id":"a","method":"prompts/list"}' })
  expect([response.status, await response.json()]).toMatchObject([404, { id: 'a', error: { code: -32_601 } }])
})
