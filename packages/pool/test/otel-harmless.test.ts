import { startModernServer } from '@mcp-client-pool/testbed'
import { type SpanExporter } from '@opentelemetry/sdk-trace-base'
import { describe, expect, it, onTestFinished } from 'vitest'
import { MCPClientPool, type Observer } from '../src/index.js'
import { openTelemetry } from '../src/otel/index.js'
import { Recording } from './otel-world.js'
import { poolOver, running } from './pool-world.js'

const echo = { name: 'echo', arguments: { text: 'hello' } }
const broken = (): never => {
  throw new Error('broken as asked')
}

/** Warnings of this process while the test runs. */
function warnings(): Error[] {
  const heard: Error[] = []
  const listener = (warning: Error): void => void heard.push(warning)
  process.on('warning', listener)
  onTestFinished(() => void process.off('warning', listener))
  return heard
}

describe('tracing harms nobody', () => {
  it.each<[string, () => Observer]>([
    [
      'an exporter that throws',
      () => openTelemetry({ tracerProvider: new Recording(undefined, { export: broken, shutdown: broken } satisfies SpanExporter).provider }),
    ],
    ['a tracer that throws', () => openTelemetry({ tracerProvider: { getTracer: () => ({ startSpan: broken, startActiveSpan: broken }) } })],
    [
      'a propagator that throws',
      () => openTelemetry({ tracerProvider: new Recording().provider, propagator: { inject: broken, extract: broken, fields: broken } }),
    ],
    ['an observer that throws', () => ({ callStarted: broken })],
    ['an observer that throws later', () => ({ callStarted: () => ({ queued: broken, attemptStarted: broken, ended: broken }) })],
    [
      'an observer that throws at the end',
      () => ({
        callStarted: () => ({ attemptStarted: () => ({ meta: undefined, sending: broken, notified: broken, ended: broken, givenUp: broken }), ended() {} }),
      }),
    ],
    [
      'an observer that sends nothing',
      () => ({ callStarted: () => ({ attemptStarted: () => ({ meta: {}, sending() {}, ended() {}, givenUp() {} }), ended() {} }) }),
    ],
  ])('%s', async (_, observer) => {
    const heard = warnings()
    const server = await running(startModernServer())
    const pool = await poolOver([{ url: server.url }], { observer: observer(), minSize: 1 })
    for (let i = 0; i < 3; i++) {
      const answer = await pool.request({ jsonrpc: '2.0', id: i, method: 'tools/call', params: { ...echo, _meta: { progressToken: i } } })
      expect(answer).toMatchObject({ id: i, result: { structuredContent: { text: 'hello' } } })
    }
    expect(server.requests.all('tools/call')).toHaveLength(3)
    // One for all: there might be thousands a second.
    await new Promise((resolve) => setImmediate(resolve))
    expect(heard.filter(({ name }) => name === 'MCPClientPoolWarning').length).toBeLessThanOrEqual(1)
  })

  it('and a warning says so once', async () => {
    const heard = warnings()
    const server = await running(startModernServer())
    const pool = await poolOver([{ url: server.url }], { observer: { callStarted: broken }, minSize: 1 })
    for (let i = 0; i < 3; i++) await pool.request({ jsonrpc: '2.0', id: i, method: 'tools/call', params: echo })
    await new Promise((resolve) => setImmediate(resolve))
    expect(heard).toMatchObject([
      { name: 'MCPClientPoolWarning', message: 'The observer of calls failed; calls go on', detail: expect.stringContaining('broken as asked') },
    ])
  })
})

it('no secret and no argument of a tool stands in a span', async () => {
  const recording = new Recording()
  const server = await running(startModernServer())
  const SECRET = 'hush-5f2c'
  const url = `${server.url}?token=${SECRET}`
  const headers = { authorization: `Bearer ${SECRET}`, 'x-key': SECRET }
  const pool = await poolOver([{ url, headers }], { observer: openTelemetry({ tracerProvider: recording.provider }), minSize: 1, retryAttempts: 0 })
  const call = (params: object) =>
    pool.request({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: params as Record<string, unknown> }, { headers: { 'x-call': SECRET } })
  await call({ name: 'echo', arguments: { text: SECRET }, _meta: { 'com.example/key': SECRET } })
  await call({ name: 'fail', arguments: { why: SECRET } })
  await call({ name: 'slow', arguments: { ms: 1, key: SECRET }, _meta: { progressToken: SECRET } })
  server.faults.next('500', 1, 'tools/call')
  await call({ name: 'echo', arguments: { text: SECRET } }).catch(() => {})
  expect(recording.calls.filter(({ call: { name } }) => name.startsWith('tools/call')).length).toBe(4)
  for (const { name, attributes, events, status, links } of recording.spans)
    expect(JSON.stringify({ name, attributes, events, status, links })).not.toContain(SECRET)
})

it.each([
  [{ tracerProvider: {} }, /tracerProvider must be an OpenTelemetry TracerProvider, got an object/],
  [{ propagator: 5 }, /propagator must be an OpenTelemetry TextMapPropagator, got 5/],
  [{ provider: {} }, /unknown option "provider"/],
  [null, /must be an object/],
  [{ meterProvider: 'x' }, /meterProvider must be an OpenTelemetry MeterProvider, got "x"/],
  [{ name: '' }, /name must be a string that is not empty/],
])('%j is refused by name', (options, message) => {
  expect(() => openTelemetry(options as never)).toThrow(expect.objectContaining({ code: 'CONFIG', message: expect.stringMatching(message) }))
})

it('what is no observer is refused by name', () => {
  const options = { endpoints: [{ url: 'http://127.0.0.1/mcp' }], observer: {} } as never
  expect(() => new MCPClientPool(options)).toThrow(/observer must be an Observer, got an object/)
})
