import { createConnection } from 'node:net'
import fc from 'fast-check'
import { expect, it, onTestFinished } from 'vitest'
import type { Fault, FaultName, LegacyServer, ModernServer } from './index.js'
import { Faults, MemoryLedger, seeded, startLegacyServer, startModernServer } from './index.js'
import type { RecordedRequest } from './request-log.js'

const BODY = '{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"append","arguments":{"key":"k"}}}'
const GONE = { name: 'TypeError' }

async function begin(jsonResponse = true) {
  const ledger = new MemoryLedger()
  const server = await startLegacyServer({ ledger, sessions: false, jsonResponse })
  onTestFinished(() => server.close())
  return { ledger, server }
}

function call(server: LegacyServer | ModernServer, init: RequestInit = {}): Promise<Response> {
  return fetch(server.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', 'mcp-protocol-version': '2025-11-25' },
    body: BODY,
    ...init,
  })
}

it.each<{ fault: FaultName | Fault; status: number; body?: RegExp; header?: [string, string]; ran: number }>([
  { fault: '500', status: 500, ran: 0 },
  { fault: '500-after', status: 500, ran: 1 },
  { fault: '503', status: 503, header: ['retry-after', '1'], ran: 0 },
  { fault: '503-bare', status: 503, ran: 0 },
  { fault: '429', status: 429, header: ['retry-after', '1'], ran: 0 },
  { fault: '404', status: 404, ran: 0 },
  { fault: '403', status: 403, ran: 0 },
  { fault: '401', status: 401, header: ['www-authenticate', 'Bearer error="invalid_token"'], ran: 0 },
  { fault: 'garbage', status: 200, header: ['content-type', 'application/json'], body: /^\{"jsonrpc":"2.0","result":$/, ran: 0 },
  { fault: 'wrong-type', status: 200, header: ['content-type', 'text/html'], body: /^<html>/, ran: 0 },
  { fault: 'foreign-id', status: 200, body: /"id":"somebody-else","result"/, ran: 0 },
  { fault: { kind: 'foreign-id', id: 8 }, status: 200, body: /"id":8,"result"/, ran: 0 },
  {
    fault: { kind: 'error', code: -32_022, status: 400, data: { supported: [] } },
    status: 400,
    body: /"id":7,"error":\{"code":-32022,.*"data":\{"supported":\[\]\}/,
    ran: 0,
  },
  { fault: { kind: 'redirect', to: 'http://localhost:1/mcp' }, status: 307, header: ['location', 'http://localhost:1/mcp'], ran: 0 },
  { fault: { kind: 'status', status: 502, body: 'bad gateway', execute: true }, status: 502, body: /^bad gateway$/, ran: 1 },
])('$fault: answers $status and has run $ran times', async ({ fault, status, body = /./, header, ran }) => {
  const { ledger, server } = await begin()
  server.faults.next(fault)
  const response = await call(server, { redirect: 'manual' })
  expect(response.status).toBe(status)
  expect(await response.text()).toMatch(body)
  if (header !== undefined) expect(response.headers.get(header[0])).toBe(header[1])
  expect(ledger.count('append')).toBe(ran)
  expect((await call(server)).status).toBe(200)
})

it.each([
  { fault: 'reset-before', ran: 0 },
  { fault: 'reset-after', ran: 1 },
] as const)('$fault: resets the socket after $ran executions', async ({ fault, ran }) => {
  for (const json of [true, false]) {
    const { ledger, server } = await begin(json)
    server.faults.next(fault)
    await expect(call(server)).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } })
    expect(ledger.count('append')).toBe(ran)
  }
})

it('cut: sends half of a JSON body, or half of the event after those it lets pass', async () => {
  const { server } = await begin()
  server.faults.next('cut')
  await expect((await call(server)).text()).rejects.toMatchObject(GONE)

  const { server: streaming } = await begin(false)
  streaming.faults.next({ kind: 'cut', events: 1 })
  const slow = JSON.stringify({
    jsonrpc: '2.0',
    id: 7,
    method: 'tools/call',
    params: { name: 'slow', arguments: { ms: 2, steps: 2 }, _meta: { progressToken: 1 } },
  })
  const { body } = await call(streaming, { body: slow })
  let received = ''
  const reading = (async () => {
    for await (const chunk of body ?? []) received += Buffer.from(chunk).toString()
  })()
  await expect(reading).rejects.toMatchObject(GONE)
  expect(received.match(/step 1/g)).toHaveLength(1)
  expect(received).toMatch(/\n\n.*\n?.*[^}]$/)
  expect(received).not.toContain('"result"')
})

it.each([
  { fault: 'silence', ran: 0 },
  { fault: 'silence-after', ran: 1 },
] as const)('$fault: never answers, and has run $ran times', async ({ fault, ran }) => {
  const { ledger, server } = await begin()
  server.faults.next(fault)
  const giveUp = new AbortController()
  const silent = call(server, { signal: giveUp.signal })
  // Others are served meanwhile, and by then this one would have been.
  expect((await call(server)).status).toBe(200)
  giveUp.abort()
  await expect(silent).rejects.toMatchObject({ name: 'AbortError' })
  expect(await server.requests.all('tools/call')[0]?.outcome).toBe('aborted')
  expect(ledger.count('append')).toBe(ran + 1)
})

it('silence: ends when the server closes', async () => {
  const { server } = await begin()
  server.faults.next('silence')
  const came = server.requests.next('tools/call')
  const silent = call(server).catch((error: unknown) => error)
  await came
  await server.close()
  expect(await silent).toMatchObject(GONE)
})

it.each(['json', 'sse-line', 'sse-events'] as const)('endless %s: goes on for as long as somebody reads', async (as) => {
  const { server } = await begin()
  server.faults.next({ kind: 'endless', as })
  const { body, headers } = await call(server)
  expect(headers.get('content-type')).toBe(as === 'json' ? 'application/json' : 'text/event-stream')
  let bytes = 0
  for await (const chunk of body ?? []) {
    bytes += chunk.length
    if (bytes > 20_000_000) break
  }
  expect(bytes).toBeGreaterThan(20_000_000)
  expect(await server.requests.last()?.outcome).toBe('aborted')
})

it('slow-header: sends a header that is never complete', async () => {
  const { server } = await begin()
  server.faults.next({ kind: 'slow-header', interval: 1 })
  const socket = createConnection(server.port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  socket.write(`POST /mcp HTTP/1.1\r\nhost: x\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`)
  let received = ''
  for await (const chunk of socket) {
    received += String(chunk)
    if (received.endsWith('xxx')) break
  }
  expect(received).toMatch(/^HTTP\/1.1 200 OK\r\nx-slow: x+$/)
})

it.each([true, false])('hold: answers when it is let go, having executed beforehand: %s', async (execute) => {
  for (const json of [true, false]) {
    const { ledger, server } = await begin(json)
    let letGo = (): void => {}
    server.faults.next({ kind: 'hold', until: new Promise<void>((resolve) => (letGo = resolve)), execute })
    const held = call(server)
    if (execute) await ledger.reached('append', 'k')
    expect((await call(server)).status).toBe(200)
    expect(ledger.count('append')).toBe(execute ? 2 : 1)
    letGo()
    expect(await (await held).text()).toContain('appended k')
    expect(ledger.count('append')).toBe(2)
  }
})

it('waits for the requests that it is meant for', async () => {
  const { server } = await begin()
  server.faults.next('404', Number.POSITIVE_INFINITY, 'ping').next('500', 2, 'tools/call').next('429', 1, 'GET')
  const ping = { body: '{"jsonrpc":"2.0","id":1,"method":"ping"}' }
  const statuses: number[] = []
  for (const init of [ping, {}, ping, {}, {}]) statuses.push((await call(server, init)).status)
  statuses.push((await fetch(server.url)).status)
  expect(statuses).toEqual([404, 500, 404, 500, 200, 429])
  expect((await call(server, ping)).status).toBe(404)
  server.faults.clear()
  expect((await call(server, ping)).status).toBe(200)
})

it('leaves notifications alone, unless it is told otherwise', async () => {
  const { server } = await begin()
  server.faults.next('500')
  expect((await call(server, { body: '{"jsonrpc":"2.0","method":"notifications/initialized"}' })).status).toBe(202)
  expect(server.faults.pending).toBe(1)
})

it('lets requests go wrong at the rate it is given, each kind about as often, and the same for the same seed', () => {
  const request = { verb: 'POST', message: { id: 1, method: 'ping' } } as unknown as RecordedRequest
  fc.assert(
    fc.property(fc.integer(), fc.double({ min: 0, max: 1, noNaN: true }), (seed, rate) => {
      const run = (): Array<number | undefined> => {
        const faults = new Faults().random(rate, ['500', '404'], seeded(seed))
        return Array.from({ length: 2_000 }, () => (faults.take(request) as { status?: number } | undefined)?.status)
      }
      const drawn = run()
      expect(drawn).toEqual(run())
      // Five standard deviations of a binomial count over 2,000 draws are at most 112.
      expect(Math.abs(drawn.filter((status) => status !== undefined).length - rate * 2_000)).toBeLessThan(112)
      expect(Math.abs(drawn.filter((status) => status === 500).length - rate * 1_000)).toBeLessThan(112)
    }),
    { numRuns: 50 },
  )
})

it('records what came in, and on which connection', async () => {
  const { server } = await begin()
  const next = server.requests.next('tools/call')
  await (await call(server, { headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', 'x-mine': 'yes' } })).text()
  const request = await next
  expect(request).toMatchObject({ verb: 'POST', path: '/mcp', body: BODY, message: { id: 7 }, headers: { 'x-mine': 'yes' } })
  expect(await request.outcome).toBe('finished')
  expect([request.connection, server.sockets.size]).toEqual([1, 1])
  expect(server.requests.last('/mcp')).toBe(request)
  server.requests.clear()
  expect(server.requests.all()).toEqual([])
})

it('drops its connections and listens on', async () => {
  const { server } = await begin()
  server.faults.next('silence')
  const came = server.requests.next('tools/call')
  const dropped = call(server).catch((error: unknown) => error)
  await came
  server.dropConnections()
  expect(await dropped).toMatchObject({ cause: { code: 'ECONNRESET' } })
  expect((await call(server)).status).toBe(200)
})

it('lets the modern server go wrong too', async () => {
  const ledger = new MemoryLedger()
  const server = await startModernServer({ ledger, legacy: true })
  onTestFinished(() => server.close())
  server.faults.next('reset-after').next('500-after').next('cut').next('silence-after')
  await expect(call(server)).rejects.toMatchObject(GONE)
  expect((await call(server)).status).toBe(500)
  await expect((await call(server)).text()).rejects.toMatchObject(GONE)
  const giveUp = new AbortController()
  const silent = call(server, { signal: giveUp.signal }).catch((error: unknown) => error)
  await ledger.reached('append', 'k', 4)
  giveUp.abort()
  expect(await silent).toMatchObject({ name: 'AbortError' })
  expect((await call(server)).status).toBe(200)
  expect(ledger.count('append')).toBe(5)
})
