import { startLegacyServer, startModernServer, startOtlpReceiver } from '@mcp-client-pool/testbed'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { expect, it } from 'vitest'
import { openTelemetry } from '../src/otel/index.js'
import { metaOf, Recording } from './otel-world.js'
import { poolOver, running } from './pool-world.js'

it('what a collector gets over OTLP is what servers of both eras were told', async () => {
  const collector = await running(startOtlpReceiver())
  const recording = new Recording(undefined, new OTLPTraceExporter({ url: collector.url }))
  const fleet = [await running(startModernServer({ id: 'modern' })), await running(startLegacyServer({ id: 'legacy' }))]
  const pool = await poolOver(
    fleet.map(({ url }) => ({ url })),
    { observer: openTelemetry({ tracerProvider: recording.provider }), minSize: 2, loadBalancingAlgorithm: 'round-robin' },
  )
  await recording.within('the application', async () => {
    for (let i = 0; i < 4; i++)
      await pool.request({ jsonrpc: '2.0', id: i, method: 'tools/call', params: { name: 'slow', arguments: { ms: 1 }, _meta: { progressToken: i } } })
  })
  await recording.provider.forceFlush()

  const application = collector.spans.find(({ name }) => name === 'the application')!
  const calls = collector.spans.filter(({ name, scope }) => scope === 'mcp-client-pool' && name === 'tools/call slow')
  expect(calls.map(({ parentSpanId, traceId, kind, status }) => [parentSpanId, traceId, kind, status])).toEqual(
    calls.map(() => [application.spanId, application.traceId, 3, 0]),
  )
  expect(calls.map(({ attributes }) => String(attributes['jsonrpc.request.id'])).sort()).toEqual(['0', '1', '2', '3'])
  const attempts = collector.spans.filter(({ name }) => name === 'attempt tools/call slow')
  expect(attempts.map(({ parentSpanId }) => parentSpanId).sort()).toEqual(calls.map(({ spanId }) => spanId).sort())
  for (const { events } of attempts)
    expect(events).toEqual([{ name: 'notifications/progress', attributes: { 'mcp_client_pool.progress.done': 1, 'mcp_client_pool.progress.total': 1 } }])

  const told = fleet.flatMap((server) => server.requests.all('tools/call').map((request) => String(metaOf(request)['traceparent'])))
  expect(told.sort()).toEqual(attempts.map(({ traceId, spanId }) => `00-${traceId}-${spanId}-01`).sort())
  for (const server of fleet) {
    const here = attempts.filter(({ attributes }) => attributes['server.port'] === server.port)
    expect(here).toHaveLength(2)
    for (const { attributes } of here) expect(attributes['mcp.protocol.version']).toBe(server === fleet[0] ? '2026-07-28' : '2025-11-25')
  }
})

it('a collector that is away harms no call', async () => {
  const collector = await startOtlpReceiver()
  await collector.close()
  const recording = new Recording(undefined, new OTLPTraceExporter({ url: collector.url, timeoutMillis: 200 }))
  const server = await running(startModernServer())
  const pool = await poolOver([{ url: server.url }], { observer: openTelemetry({ tracerProvider: recording.provider }), minSize: 1 })
  const answer = await pool.request({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'echo', arguments: { text: 'hello' } } })
  expect(answer).toMatchObject({ result: { structuredContent: { text: 'hello' } } })
})
