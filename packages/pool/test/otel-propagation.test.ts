import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { type HttpServer, startLegacyServer, startModernServer, startSseServer } from '@mcp-client-pool/testbed'
import { context as contexts, propagation, trace } from '@opentelemetry/api'
import { AlwaysOffSampler } from '@opentelemetry/sdk-trace-base'
import { describe, expect, it } from 'vitest'
import { openTelemetry, type OpenTelemetryOptions } from '../src/otel/index.js'
import type { EndpointOptions, MCPClientPool, PoolOptions } from '../src/index.js'
import { metaOf, Recording, traceparentOf } from './otel-world.js'
import { poolOver, running } from './pool-world.js'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const GIVEN = { traceparent: `00-${TRACE}-00f067aa0ba902b7-01`, tracestate: 'rojo=00f067aa0ba902b7', baggage: 'tenant=7,route=a%20b' }
const echo = { name: 'echo', arguments: { text: 'hello' } }

const sent = (server: HttpServer): Record<string, unknown>[] => server.requests.all('tools/call').map(metaOf)

function traced(recording: Recording, endpoint: EndpointOptions, options: OpenTelemetryOptions = {}, more: Partial<PoolOptions> = {}): Promise<MCPClientPool> {
  return poolOver([endpoint], { observer: openTelemetry({ tracerProvider: recording.provider, ...options }), minSize: 1, ...more })
}

const servers = {
  modern: () => startModernServer(),
  legacy: () => startLegacyServer(),
  'legacy HTTP+SSE': () => startSseServer(),
}

describe.each(['modern', 'legacy', 'legacy HTTP+SSE'] as const)('to a server (%s)', (kind) => {
  const start = async (): Promise<{ server: HttpServer; endpoint: EndpointOptions }> => {
    const server = await running<HttpServer>(servers[kind]())
    return { server, endpoint: { url: server.url, ...(kind === 'legacy HTTP+SSE' && { transport: 'sse' as const }) } }
  }

  it('goes the context of the attempt, with the baggage of the caller', async () => {
    const recording = new Recording()
    const { server, endpoint } = await start()
    const pool = await traced(recording, endpoint)
    const baggage = propagation.createBaggage({ tenant: { value: 'seven & more' } })
    const params = { ...echo, _meta: { 'com.example/mine': 1, progressToken: 0 } }
    const before = structuredClone(params)
    await contexts.with(propagation.setBaggage(contexts.active(), baggage), () => pool.request({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }))
    const [meta] = sent(server)
    expect(meta).toMatchObject({ traceparent: traceparentOf(recording.calls[0]!.attempts[0]!), baggage: 'tenant=seven%20%26%20more', 'com.example/mine': 1 })
    expect(meta).not.toHaveProperty('tracestate')
    expect(params).toEqual(before)
  })

  it('goes the context that the caller has put into the request, with this attempt as its child', async () => {
    const recording = new Recording()
    const { server, endpoint } = await start()
    const pool = await traced(recording, endpoint)
    const params = { ...echo, _meta: { ...GIVEN } }
    const ambient = await recording.within('the application', async (span) => {
      await pool.request({ jsonrpc: '2.0', id: 1, method: 'tools/call', params })
      return span.spanContext()
    })
    const [{ call, attempts }] = recording.calls as [Recording['calls'][number]]
    expect(call.parentSpanContext).toMatchObject({ traceId: TRACE, spanId: '00f067aa0ba902b7', isRemote: true })
    expect(call.links.map(({ context }) => context)).toEqual([ambient])
    expect(sent(server)).toMatchObject([{ ...GIVEN, traceparent: traceparentOf(attempts[0]!) }])
    expect(sent(server)[0]?.['traceparent']).toContain(TRACE)
    expect(params._meta).toEqual(GIVEN)
  })

  it('that the sampler left a call out is said, at every attempt, and nothing is recorded', async () => {
    const recording = new Recording(new AlwaysOffSampler())
    const { server, endpoint } = await start()
    const pool = await traced(recording, endpoint)
    if (kind !== 'legacy HTTP+SSE') server.faults.next('reset-after', 1, 'tools/call')
    await pool.request({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: echo }, { idempotent: true })
    const told = sent(server).map(({ traceparent }) => traceparent)
    expect(told).toHaveLength(kind === 'legacy HTTP+SSE' ? 1 : 2)
    for (const each of told) expect(each).toMatch(/^00-[\da-f]{32}-[\da-f]{16}-00$/)
    expect(new Set(told).size).toBe(1)
    expect(recording.exporter.getFinishedSpans()).toEqual([])
  })
})

describe('the context of a call', () => {
  it.each([
    ['outside of all spans the call’s own, for the HTTP client would begin another trace', false],
    ['within a span that is left out itself that one, for it says enough', true],
  ])('is there where a call that the sampler left out is sent: %s', async (_, within) => {
    const recording = new Recording(new AlwaysOffSampler())
    const server = await running(startModernServer())
    const pool = await traced(recording, { url: server.url })
    const seen: Array<string | undefined> = []
    const onCreated = (): void => void seen.push(trace.getSpanContext(contexts.active())?.spanId)
    const request = (): Promise<unknown> => pool.request({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: echo })
    subscribe('undici:request:create', onCreated)
    const around = await (within
      ? recording.within('the application', async (span) => request().then(() => span.spanContext().spanId))
      : request().then(() => undefined))
    unsubscribe('undici:request:create', onCreated)
    const [own] = sent(server).map(({ traceparent }) => String(traceparent).slice(36, 52))
    expect(own).toMatch(/^[\da-f]{16}$/)
    expect(own).not.toBe(around)
    expect(seen).toEqual([within ? around : own])
  })

  it('stays with a mixed fleet: the request is translated, and carries it', async () => {
    const recording = new Recording()
    const server = await running(startLegacyServer())
    const pool = await traced(recording, { url: server.url })
    await pool.callTool(echo)
    expect(sent(server)).toMatchObject([{ traceparent: traceparentOf(recording.calls.find(({ call }) => call.name === 'tools/call echo')!.attempts[0]!) }])
  })

  it('is left alone where it is no context', async () => {
    const recording = new Recording()
    const server = await running(startModernServer())
    const pool = await traced(recording, { url: server.url })
    await pool.request({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { ...echo, _meta: { traceparent: 'garbage', tracestate: 'a=1' } } })
    const [{ call, attempts }] = recording.calls as [Recording['calls'][number]]
    expect(call.parentSpanContext).toBeUndefined()
    expect(sent(server)).toMatchObject([{ traceparent: traceparentOf(attempts[0]!) }])
    // It would say something of another trace.
    expect(sent(server)[0]).not.toHaveProperty('tracestate')
  })

  it('is written as another propagator wants it', async () => {
    const recording = new Recording()
    const server = await running(startModernServer())
    const own = {
      inject: (context: Parameters<typeof trace.getSpan>[0], carrier: unknown, setter: { set: (carrier: unknown, key: string, value: string) => void }) =>
        setter.set(carrier, 'b3', trace.getSpanContext(context)?.traceId ?? ''),
      extract: <Context>(context: Context) => context,
      fields: () => ['b3'],
    }
    const pool = await traced(recording, { url: server.url }, { propagator: own })
    await pool.request({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: echo })
    expect(sent(server)).toMatchObject([{ b3: recording.calls[0]?.call.spanContext().traceId }])
    expect(sent(server)[0]).not.toHaveProperty('traceparent')
  })

  it('is nothing where no SDK is registered: what the caller put there goes on as it is', async () => {
    const server = await running(startModernServer())
    const pool = await poolOver([{ url: server.url }], { observer: openTelemetry(), minSize: 1 })
    await pool.request({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: echo })
    await pool.request({ jsonrpc: '2.0', id: 2, method: 'tools/call', params: { ...echo, _meta: GIVEN } })
    expect(sent(server)[0]).not.toHaveProperty('traceparent')
    expect(sent(server)[1]).toMatchObject(GIVEN)
  })
})
