import { expect, it, onTestFinished } from 'vitest'
import { MemoryLedger, startWorkServer, type WorkServer, type WorkServerOptions } from './index.js'
import { connectV2 } from './official-clients.js'

async function begin(options: WorkServerOptions = {}): Promise<WorkServer> {
  const server = await startWorkServer(options)
  onTestFinished(() => server.close())
  return server
}

let ids = 0
const call = (server: WorkServer, ms: number, more: { key?: string; signal?: AbortSignal } = {}): Promise<Response> =>
  fetch(server.url, {
    method: 'POST',
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: ++ids,
      method: 'tools/call',
      params: { name: more.key === undefined ? 'work' : 'append', arguments: { ms, key: more.key } },
    }),
    ...(more.signal !== undefined && { signal: more.signal }),
  })

/** Resolves when so many calls have come in since `suffer`. */
async function asked(server: WorkServer, times: number): Promise<void> {
  while (server.tally().asked < times) await new Promise((resolve) => setImmediate(resolve))
}

it.each(['modern', 'legacy'] as const)('is good enough for the official client in the %s era', async (era) => {
  const client = await connectV2((await begin({ era })).url)
  onTestFinished(() => client.close())
  expect(client.getProtocolEra()).toBe(era)
  expect((await client.listTools()).tools.map((tool) => tool.name)).toEqual(['work', 'append'])
  expect(await client.callTool({ name: 'work', arguments: { ms: 1 } })).toMatchObject({ content: [{ text: 'done' }] })
})

it('works on as many at once as it has places, and the others wait their turn', async () => {
  const server = await begin({ slots: 2 })
  const gone = new AbortController()
  const lost = [1, 2].map(() => call(server, 600_000, { signal: gone.signal }).catch(() => 'gone'))
  await asked(server, 2)
  const ended: string[] = []
  const first = call(server, 0).then(() => ended.push('first'))
  await asked(server, 3)
  const second = call(server, 0).then(() => ended.push('second'))
  await asked(server, 4)
  expect([ended, server.tally()]).toEqual([[], { asked: 4, most: 4, late: 0 }])
  gone.abort()
  await Promise.all([...lost, first, second])
  expect(ended).toEqual(['first', 'second'])
})

it('frees the place of a client that is gone, in work or waiting', async () => {
  const server = await begin({ slots: 1 })
  const gone = new AbortController()
  const lost = [call(server, 600_000, { signal: gone.signal }), call(server, 600_000, { signal: gone.signal })].map((each) => each.catch(() => 'gone'))
  await asked(server, 2)
  gone.abort()
  expect(await Promise.all(lost)).toEqual(['gone', 'gone'])
  expect((await call(server, 0)).status).toBe(200)
})

it('frees the place of a call that is cancelled', async () => {
  const server = await begin({ slots: 1 })
  const cancelled = new AbortController()
  const lost = call(server, 600_000, { signal: cancelled.signal }).catch(() => 'gone')
  const id = ids
  await asked(server, 1)
  await fetch(server.url, { method: 'POST', body: JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: id } }) })
  expect((await call(server, 0)).status).toBe(200)
  cancelled.abort()
  expect(await lost).toBe('gone')
})

it('has executions of append counted, and of nothing else', async () => {
  const ledger = new MemoryLedger()
  const server = await begin({ ledger })
  await Promise.all([call(server, 0), call(server, 0, { key: 'k' })])
  expect([ledger.count('append', 'k'), ledger.count('append'), ledger.count('work')]).toEqual([1, 1, 0])
})

it('suffers what it is told to', async () => {
  const server = await begin({ slots: 1 })
  server.suffer({ failing: 1 })
  expect((await call(server, 600_000)).status).toBe(500)
  server.suffer({ failing: 1, failAfter: 600_000 })
  await expect(call(server, 0, { signal: AbortSignal.timeout(50) })).rejects.toThrow('timeout')
  server.suffer({ mute: true })
  await expect(call(server, 0, { signal: AbortSignal.timeout(50) })).rejects.toThrow('timeout')
  server.suffer({ slowness: 1e6 })
  await expect(call(server, 1, { signal: AbortSignal.timeout(50) })).rejects.toThrow('timeout')
  server.suffer({ stalls: { share: 1, ms: 600_000 } })
  await expect(call(server, 0, { signal: AbortSignal.timeout(50) })).rejects.toThrow('timeout')
  server.suffer({})
  expect((await call(server, 0)).status).toBe(200)
})

it('is cold at the start', async () => {
  const server = await begin({ cold: { slowness: 1e6, ms: 600_000 } })
  await expect(call(server, 1, { signal: AbortSignal.timeout(50) })).rejects.toThrow('timeout')
})
