import { startLegacyServer, startModernServer } from '@mcp-client-pool/testbed'
import {
  AggregationTemporality,
  type DataPoint,
  type Histogram,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { AlwaysOffSampler } from '@opentelemetry/sdk-trace-base'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { openTelemetry } from '../src/otel/index.js'
import { Recording } from './otel-world.js'
import { poolOver, running } from './pool-world.js'

const echo = { name: 'echo', arguments: { text: 'hello' } }

/** An SDK that keeps its metrics, collected when asked. */
class Metrics {
  readonly #exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  readonly provider = new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter: this.#exporter, exportIntervalMillis: 3_600_000 })] })

  constructor() {
    onTestFinished(() => this.provider.shutdown())
  }

  async points<Value>(name: string): Promise<Array<DataPoint<Value>>> {
    this.#exporter.reset()
    await this.provider.forceFlush()
    const metrics = this.#exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics))
    return metrics.filter(({ descriptor }) => descriptor.name === name).flatMap(({ dataPoints }) => dataPoints as Array<DataPoint<Value>>)
  }
}

describe.each([
  ['recorded', new Recording()],
  ['sampled out', new Recording(new AlwaysOffSampler())],
])('of calls that are %s', (_, recording) => {
  it('there are durations, by method, tool, error and revision, as the conventions have them', async () => {
    const metrics = new Metrics()
    const fleet = [await running(startModernServer()), await running(startLegacyServer())]
    const observer = openTelemetry({ tracerProvider: recording.provider, meterProvider: metrics.provider })
    const pool = await poolOver(
      fleet.map(({ url }) => ({ url })),
      { observer, minSize: 2, loadBalancingAlgorithm: 'round-robin', retryAttempts: 0 },
    )
    const call = (params: Record<string, unknown>, method = 'tools/call') => pool.request({ jsonrpc: '2.0', id: 1, method, params })
    for (let i = 0; i < 4; i++) await call(echo)
    for (let i = 0; i < 2; i++) await call({ name: 'fail', arguments: {} })
    fleet[0]!.faults.next({ kind: 'error', code: -32_602, message: 'no' }, 1, 'prompts/get')
    fleet[1]!.faults.next('500', 1, 'prompts/get')
    for (let i = 0; i < 2; i++) await call({ name: 'greeting' }, 'prompts/get').catch(() => {})

    const points = await metrics.points<Histogram>('mcp.client.operation.duration')
    const wire = { 'network.transport': 'tcp', 'network.protocol.name': 'http' }
    const [modern, legacy] = ['2026-07-28', '2025-11-25'].map((version) => ({ ...wire, 'mcp.protocol.version': version }))
    const tool = { 'mcp.method.name': 'tools/call', 'gen_ai.operation.name': 'execute_tool' }
    const prompt = { 'mcp.method.name': 'prompts/get', 'gen_ai.prompt.name': 'greeting' }
    expect(points.map(({ attributes, value }) => [attributes, value.count])).toEqual(
      expect.arrayContaining([
        [{ ...tool, 'gen_ai.tool.name': 'echo', ...modern }, 2],
        [{ ...tool, 'gen_ai.tool.name': 'echo', ...legacy }, 2],
        [{ ...tool, 'gen_ai.tool.name': 'fail', 'error.type': 'tool_error', ...modern }, 1],
        [{ ...tool, 'gen_ai.tool.name': 'fail', 'error.type': 'tool_error', ...legacy }, 1],
        [{ ...prompt, 'error.type': '-32602', 'rpc.response.status_code': '-32602', ...modern }, 1],
        [{ ...prompt, 'error.type': 'HTTP_STATUS', ...legacy }, 1],
      ]),
    )
    expect(points).toHaveLength(6)
    expect(points[0]?.value.buckets.boundaries).toEqual([0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300])
    expect(points[0]?.value.max).toBeLessThan(30)
  })
})

it('names that a caller makes up become few series', async () => {
  const metrics = new Metrics()
  const server = await running(startModernServer())
  const pool = await poolOver([{ url: server.url }], { observer: openTelemetry({ meterProvider: metrics.provider }), minSize: 1 })
  for (let i = 0; i < 210; i++) await pool.request({ jsonrpc: '2.0', id: i, method: 'prompts/get', params: { name: `made-up-${i}` } })
  const points = await metrics.points<Histogram>('mcp.client.operation.duration')
  expect(points).toHaveLength(201)
  expect(points.find(({ attributes }) => attributes['gen_ai.prompt.name'] === '_OTHER')?.value.count).toBe(10)
})

it('a pool shows how many clients, requests and waiting calls it has, until it is shut down', async () => {
  const metrics = new Metrics()
  const server = await running(startModernServer())
  let release = (): void => {}
  server.faults.next({ kind: 'hold', until: new Promise<void>((resolve) => (release = resolve)) }, 1, 'tools/call')
  const observer = openTelemetry({ meterProvider: metrics.provider, name: 'search' })
  const pool = await poolOver([{ url: server.url }], { observer, minSize: 1, maxSize: 1, maxConcurrentRequestsPerClient: 1 })
  const arrived = server.requests.next('tools/call')
  const calls = ['high', 'low'].map((priority) =>
    pool.request({ jsonrpc: '2.0', id: priority, method: 'tools/call', params: echo }, { priority: priority as 'high' | 'low' }),
  )
  await arrived
  const values = async (name: string) =>
    Object.fromEntries((await metrics.points<number>(`mcp_client_pool.${name}`)).map(({ attributes, value }) => [Object.values(attributes).join(' '), value]))
  expect(await values('clients')).toEqual({ 'search healthy': 1, 'search unhealthy': 0 })
  expect(await values('requests.outstanding')).toEqual({ search: 1 })
  expect(await values('calls.in_flight')).toEqual({ search: 2 })
  expect(await values('queue.size')).toEqual({ 'search high': 0, 'search normal': 0, 'search low': 1 })
  release()
  await Promise.all(calls)
  expect(await values('requests.outstanding')).toEqual({ search: 0 })
  const asked = vi.spyOn(pool, 'getStatistics')
  await values('clients')
  expect(asked).toHaveBeenCalledTimes(1)
  await pool.shutdown()
  await values('clients')
  expect(asked).toHaveBeenCalledTimes(1)
})
