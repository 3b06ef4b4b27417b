import { Client } from '@modelcontextprotocol/client'
import { type HttpServer, type LegacyServer, startLegacyServer, startModernServer, stdioServer } from '@mcp-client-pool/testbed'
import { SpanKind, SpanStatusCode } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'
import { describe, expect, it } from 'vitest'
import { type MCPClientPool, PoolError, type PoolOptions } from '../src/index.js'
import { openTelemetry } from '../src/otel/index.js'
import { metaOf, Recording, traceparentOf, UNSET } from './otel-world.js'
import { poolOver, running } from './pool-world.js'

const servers = { modern: startModernServer, legacy: startLegacyServer }

async function traced(recording: Recording, urls: readonly string[], options: Partial<PoolOptions> = {}): Promise<MCPClientPool> {
  const observer = openTelemetry({ tracerProvider: recording.provider })
  return poolOver(
    urls.map((url) => ({ url })),
    { observer, minSize: urls.length, ...options },
  )
}

/** The one call that was traced. */
function only(recording: Recording): { readonly call: ReadableSpan; readonly attempts: ReadableSpan[] } {
  expect(recording.calls).toHaveLength(1)
  return recording.calls[0]!
}

const lastMeta = (server: HttpServer): unknown => metaOf(server.requests.last('tools/call')!)
const echo = { name: 'echo', arguments: { text: 'hello' } }

describe.each(['modern', 'legacy'] as const)('a call to a server of the %s era', (era) => {
  it('is a span, with one below it for its attempt', async () => {
    const recording = new Recording()
    const server = await running<HttpServer>(servers[era]())
    const pool = await traced(recording, [server.url])
    const caller = await recording.within('the application', async (span) => {
      await pool.request({ jsonrpc: '2.0', id: 'mine', method: 'tools/call', params: echo })
      return span
    })

    const { call, attempts } = only(recording)
    const [attempt] = attempts
    const common = {
      'mcp.method.name': 'tools/call',
      'mcp.protocol.version': era === 'modern' ? '2026-07-28' : '2025-11-25',
      ...(era === 'legacy' && { 'mcp.session.id': [...(server as LegacyServer).sessions.keys()][0] }),
      'network.transport': 'tcp',
      'network.protocol.name': 'http',
      'server.address': '127.0.0.1',
      'server.port': server.port,
      'mcp_client_pool.client.id': [...pool.clients.keys()][0],
      'mcp_client_pool.endpoint': server.url,
    }
    expect(call).toMatchObject({ name: 'tools/call echo', kind: SpanKind.CLIENT, status: UNSET, parentSpanContext: { spanId: caller.spanContext().spanId } })
    expect(call.attributes).toEqual({
      ...common,
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'echo',
      'jsonrpc.request.id': 'mine',
      'mcp_client_pool.attempts': 1,
    })
    expect(attempt).toMatchObject({ name: 'attempt tools/call echo', kind: SpanKind.CLIENT, status: UNSET })
    expect(attempt?.attributes).toEqual({
      ...common,
      'jsonrpc.request.id': String(server.requests.last('tools/call')?.message?.id),
      'mcp_client_pool.attempt.number': 1,
      'mcp_client_pool.attempt.reason': 'first',
      'mcp_client_pool.attempt.outcome': 'answered',
    })
    expect(lastMeta(server)).toMatchObject({ traceparent: traceparentOf(attempt!) })
  })

  it('is traced through the typed verbs and under an SDK client as well', async () => {
    const recording = new Recording()
    const server = await running<HttpServer>(servers[era]())
    const pool = await traced(recording, [server.url])
    const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: 'auto' } })
    await client.connect(pool.transport())
    for (const verbs of [pool, client]) {
      recording.exporter.reset()
      const caller = await recording.within('the application', async (span) => {
        await verbs.callTool(echo)
        await verbs.getPrompt({ name: 'greeting', arguments: { name: 'you' } }).catch(() => {})
        return span
      })
      const calls = recording.calls.filter(({ call }) => /echo|greeting/.test(call.name))
      expect(calls.map(({ call }) => [call.name, call.parentSpanContext?.spanId, call.attributes['gen_ai.prompt.name']])).toEqual([
        ['tools/call echo', caller.spanContext().spanId, undefined],
        ['prompts/get greeting', caller.spanContext().spanId, 'greeting'],
      ])
      expect(lastMeta(server)).toMatchObject({ traceparent: traceparentOf(calls[0]!.attempts[0]!) })
    }
    await client.close()
  })

  it('that the server answers with an error is one, with its code', async () => {
    const recording = new Recording()
    const server = await running<HttpServer>(servers[era]())
    const pool = await traced(recording, [server.url])
    server.faults.next({ kind: 'error', code: -32_602, message: 'no such page' }, 1, 'prompts/list')
    await pool.request({ jsonrpc: '2.0', id: 1, method: 'prompts/list' })
    const { call, attempts } = only(recording)
    for (const span of [call, ...attempts]) {
      expect(span.status).toEqual({ code: SpanStatusCode.ERROR, message: 'no such page' })
      expect(span.attributes).toMatchObject({ 'error.type': '-32602', 'rpc.response.status_code': '-32602' })
    }
  })

  it('of a tool that failed is a tool_error, and what the tool says of it is not told', async () => {
    const recording = new Recording()
    const server = await running<HttpServer>(servers[era]())
    const pool = await traced(recording, [server.url])
    await pool.callTool({ name: 'fail', arguments: {} })
    const { call, attempts } = recording.calls.find(({ call: { name } }) => name === 'tools/call fail')!
    for (const span of [call, ...attempts]) {
      expect(span.status).toEqual({ code: SpanStatusCode.ERROR })
      expect(span.attributes['error.type']).toBe('tool_error')
      expect(span.attributes).not.toHaveProperty('rpc.response.status_code')
    }
  })

  it('that is repeated has a span for each attempt, and each is told its own', async () => {
    const recording = new Recording()
    const server = await running<HttpServer>(servers[era]())
    const pool = await traced(recording, [server.url])
    server.faults.next('reset-after', 1, 'tools/call')
    await pool.request({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: echo }, { idempotent: true })
    const { call, attempts } = only(recording)
    expect(call.status).toEqual(UNSET)
    expect(call.attributes['mcp_client_pool.attempts']).toBe(2)
    expect(
      attempts.map(({ attributes: { 'error.type': error, ...rest } }) => [error, rest['mcp_client_pool.progress'], rest['mcp_client_pool.attempt.reason']]),
    ).toEqual([
      ['CONNECTION_LOST', 'sent', 'first'],
      [undefined, undefined, 'retry'],
    ])
    expect(attempts[0]?.status).toMatchObject({ code: SpanStatusCode.ERROR, message: expect.stringContaining('broke') })
    const told = server.requests.all('tools/call').map(metaOf)
    expect(told).toMatchObject(attempts.map((attempt) => ({ traceparent: traceparentOf(attempt) })))
  })

  it('that reports progress has it as events of the attempt, without its words', async () => {
    const recording = new Recording()
    const server = await running<HttpServer>(servers[era]())
    const pool = await traced(recording, [server.url])
    const params = { name: 'slow', arguments: { ms: 20, steps: 2 }, _meta: { progressToken: 'mine' } }
    await pool.request({ jsonrpc: '2.0', id: 1, method: 'tools/call', params })
    expect(only(recording).attempts[0]?.events.map(({ name, attributes }) => [name, attributes])).toEqual(
      [1, 2].map((done) => ['notifications/progress', { 'mcp_client_pool.progress.done': done, 'mcp_client_pool.progress.total': 2 }]),
    )
    expect(params._meta).toEqual({ progressToken: 'mine' })
  })
})

describe('a call', () => {
  it('that is hedged says who won and who was given up', async () => {
    const recording = new Recording()
    const release = new Map<HttpServer, () => void>()
    const fleet = await Promise.all(['a', 'b'].map((id) => running(startModernServer({ id }))))
    for (const server of fleet) {
      const until = new Promise<void>((resolve) => release.set(server, resolve))
      server.faults.next({ kind: 'hold', until }, 1, 'tools/call')
    }
    const pool = await traced(
      recording,
      fleet.map(({ url }) => url),
      { hedge: { after: 20, maxExtra: 1 } },
    )
    const got = fleet.map(async (server) => ({ server, id: Number((await server.requests.next('tools/call')).message?.id) }))
    const answer = pool.request({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: echo }, { idempotent: true })
    // The hedge has the later id on the wire.
    const [loser, winner] = (await Promise.all(got)).sort((a, b) => a.id - b.id).map(({ server }) => server)
    release.get(winner!)?.()
    await answer
    release.get(loser!)?.()

    const { call, attempts } = only(recording)
    expect(call.attributes).toMatchObject({ 'mcp_client_pool.attempts': 2, 'mcp_client_pool.hedges': 1, 'mcp_client_pool.endpoint': winner?.url })
    expect(
      attempts.map(({ attributes }) => [
        attributes['mcp_client_pool.endpoint'],
        attributes['mcp_client_pool.attempt.reason'],
        attributes['mcp_client_pool.attempt.outcome'],
      ]),
    ).toEqual([
      [loser?.url, 'first', 'given_up'],
      [winner?.url, 'hedge', 'answered'],
    ])
    expect(attempts[0]?.attributes['mcp_client_pool.attempt.given_up.reason']).toBe('another attempt was answered first')
    expect(attempts[0]?.status).toEqual(UNSET)
  })

  it('that waits in the queue belongs to its caller, and says how long it waited', async () => {
    const recording = new Recording()
    const server = await running(startModernServer())
    let release = (): void => {}
    server.faults.next({ kind: 'hold', until: new Promise<void>((resolve) => (release = resolve)) }, 1, 'tools/call')
    const pool = await traced(recording, [server.url], { maxSize: 1, maxConcurrentRequestsPerClient: 1 })
    const call = (id: string) =>
      recording.within(id, async (span) => {
        await pool.request({ jsonrpc: '2.0', id, method: 'tools/call', params: echo })
        return span.spanContext().spanId
      })
    const arrived = server.requests.next('tools/call')
    const first = call('first')
    await arrived
    const second = call('second')
    release()
    const [one, two] = [await first, await second]
    const calls = recording.calls.map(({ call: span }) => span)
    expect(calls.map(({ attributes, parentSpanContext }) => [attributes['jsonrpc.request.id'], parentSpanContext?.spanId])).toEqual([
      ['first', one],
      ['second', two],
    ])
    expect(calls[0]?.attributes).not.toHaveProperty('mcp_client_pool.queue.duration')
    expect(calls[1]?.attributes['mcp_client_pool.queue.duration']).toBeGreaterThan(0)
  })

  it('that fails says with which code, and how far it got', async () => {
    const recording = new Recording()
    const server = await running(startModernServer())
    const pool = await traced(recording, [server.url], { retryAttempts: 0 })
    server.faults.next('500', 1, 'tools/call')
    const error: unknown = await pool.request({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: echo }).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(PoolError)
    const { call } = only(recording)
    expect(call.status).toEqual({ code: SpanStatusCode.ERROR, message: (error as PoolError).message })
    expect(call.attributes).toMatchObject({ 'error.type': 'HTTP_STATUS', 'mcp_client_pool.progress': 'sent', 'server.port': server.port })
  })

  it('that its caller gives up is over at once', async () => {
    const recording = new Recording()
    const server = await running(startModernServer())
    server.faults.next('silence', 1, 'tools/call')
    const pool = await traced(recording, [server.url])
    const abort = new AbortController()
    const arrived = server.requests.next('tools/call')
    const answer = pool.request({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: echo }, { signal: abort.signal })
    await arrived
    abort.abort()
    await expect(answer).rejects.toMatchObject({ code: 'CANCELLED' })
    const { call, attempts } = only(recording)
    expect(call.attributes['error.type']).toBe('CANCELLED')
    expect(attempts[0]?.attributes['mcp_client_pool.attempt.outcome']).toBe('given_up')
  })

  it('to a child process goes through a pipe', async () => {
    const recording = new Recording()
    const { command, args } = stdioServer()
    const pool = await poolOver([{ id: 'child', command, args: [...args] }], { observer: openTelemetry({ tracerProvider: recording.provider }), minSize: 1 })
    await pool.request({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: echo })
    const { call } = only(recording)
    expect(call.attributes).toMatchObject({ 'network.transport': 'pipe', 'mcp_client_pool.endpoint': 'child', 'mcp.protocol.version': '2026-07-28' })
    expect(call.attributes).not.toHaveProperty('server.address')
  })

  it('about a resource names it', async () => {
    const recording = new Recording()
    const server = await running(startModernServer())
    const pool = await traced(recording, [server.url])
    await pool.request({ jsonrpc: '2.0', id: 1, method: 'resources/read', params: { uri: 'https://me:secret@host/a?b' } })
    const { call } = only(recording)
    expect([call.name, call.attributes['mcp.resource.uri']]).toEqual(['resources/read', 'https://REDACTED@host/a?b'])
  })
})
