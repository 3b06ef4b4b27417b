import { describe, expect, it } from 'vitest'
import { factoryOf, ScriptedTransport } from '../../../test/scripted-transport.js'
import type { Era, JsonObject, JsonRpcRequest } from '../../ports.js'
import { VirtualTime } from '../../testing/index.js'
import type { ChannelOwner } from './channel.js'
import { meet } from './meet.js'

const DISCOVERED = {
  resultType: 'complete',
  supportedVersions: ['2026-07-28'],
  capabilities: { tools: {} },
  _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'new' } },
}
const INITIALIZED = { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo: { name: 'old' }, instructions: 'Hello.' }

const NOBODY: ChannelOwner = { onNotification() {}, onRequest() {}, onError() {}, onEnd() {} }
const modern = () =>
  new ScriptedTransport((server, { id, method }) => (method === 'server/discover' ? server.answer(id, DISCOVERED) : server.error(id, -32601, 'unknown')))
/** Reacts to the probe in some way, and initializes unless `spoilt` by it. */
const legacy = (
  probed: (server: ScriptedTransport, request: JsonRpcRequest) => void = (server, { id }) => server.error(id, -32601, 'unknown'),
  initialized: JsonObject = INITIALIZED,
) =>
  new ScriptedTransport((server, request) => {
    if (request.method === 'server/discover') probed(server, request)
    else if (request.method === 'initialize') server.answer(request.id, initialized)
  })

function meeting(transports: ScriptedTransport[], more: { era?: Era; signal?: AbortSignal } = {}) {
  const time = new VirtualTime()
  const factory = factoryOf(...transports)
  let ids = 100
  const introduction = { clientInfo: { name: 'pool', version: '1' }, capabilities: { roots: {} }, legacyVersion: '2025-11-25' }
  const result = meet(factory, NOBODY, {
    ports: { timers: time, nextId: () => ++ids, label: 'the server' },
    introduction,
    era: more.era,
    timeout: 10_000,
    signal: more.signal,
  })
  result.catch(() => {})
  return { time, factory, result }
}
const methods = (transport: ScriptedTransport) => transport.sent.map((message) => ('method' in message ? message.method : 'answer'))

// 2026-07-28 basic/transports/stdio#backward-compatibility
describe('meet', () => {
  it('takes a server that discovers for modern, and tells it who asks', async () => {
    const server = modern()
    const { result } = meeting([server])
    expect(await result).toMatchObject({ era: 'modern', facts: { protocolVersion: '2026-07-28', serverInfo: { name: 'new' }, capabilities: { tools: {} } } })
    expect(server.requests[0]?.params?.['_meta']).toEqual({
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'pool', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': { roots: {} },
    })
  })

  it('initializes a server that answers with an error, in the same child', async () => {
    const server = legacy()
    const { result } = meeting([server])
    expect(await result).toMatchObject({ era: 'legacy', facts: { protocolVersion: '2025-06-18', serverInfo: { name: 'old' }, instructions: 'Hello.' } })
    expect(methods(server)).toEqual(['server/discover', 'initialize', 'notifications/initialized'])
    expect(server.version).toBe('2025-06-18')
  })

  it.each([
    ['died', (server: ScriptedTransport) => server.die()],
    [
      'refuses to initialize',
      (server: ScriptedTransport, { id }: JsonRpcRequest) => {
        server.script = (request) => server.error(request.id, -32600, 'not now')
        server.error(id, -32601, 'unknown')
      },
    ],
  ])('starts another child for one that %s', async (_what, probed) => {
    const [first, second] = [legacy(probed), legacy()]
    const { result } = meeting([first, second])
    expect(await result).toMatchObject({ era: 'legacy' })
    expect(first.closed).toBeGreaterThan(0)
    expect(methods(second)).toEqual(['initialize', 'notifications/initialized'])
  })

  it('starts another child for one that says nothing, well before the time is over', async () => {
    const [silent, second] = [legacy(() => {}), legacy()]
    const { time, result } = meeting([silent, second])
    await time.run(3_999)
    expect(second.sent).toEqual([])
    await time.run(1)
    expect(await result).toMatchObject({ era: 'legacy' })
    expect(silent.closed).toBeGreaterThan(0)
  })

  it('gives up in time, and leaves no child', async () => {
    const servers = [new ScriptedTransport(), new ScriptedTransport()]
    const { time, result } = meeting(servers)
    await time.run(10_000)
    await expect(result).rejects.toMatchObject({ code: 'REQUEST_TIMEOUT' })
    expect(servers.map(({ closed }) => closed > 0)).toEqual([true, true])
  })

  it('does not probe where the era is known, and does not fall back', async () => {
    const old = legacy()
    expect(await meeting([old], { era: 'legacy' }).result).toMatchObject({ era: 'legacy' })
    expect(methods(old)).toEqual(['initialize', 'notifications/initialized'])
    const wrong = legacy()
    await expect(meeting([wrong], { era: 'modern' }).result).rejects.toMatchObject({ code: 'CONNECT_FAILED' })
    expect(wrong.closed).toBeGreaterThan(0)
  })

  it('asks again with the version that the server names, and only once', async () => {
    const wanted = (server: ScriptedTransport, { id }: JsonRpcRequest): void => {
      server.onmessage?.({ jsonrpc: '2.0', id, error: { code: -32022, message: 'version', data: { supported: ['2026-07-28'] } } })
    }
    const stubborn = new ScriptedTransport(wanted)
    await expect(meeting([stubborn], { era: 'modern' }).result).rejects.toMatchObject({ code: 'PROTOCOL' })
    expect(stubborn.requests).toHaveLength(2)
  })

  it.each(['2026-07-28', '1999-01-01', undefined])('refuses a session in revision %s', async (protocolVersion) => {
    const server = legacy(undefined, { ...INITIALIZED, protocolVersion })
    await expect(meeting([server], { era: 'legacy' }).result).rejects.toMatchObject({ code: 'PROTOCOL' })
  })

  it('does not start another child where the program cannot be started', async () => {
    const server = modern()
    server.startError = new Error('spawn ENOENT')
    const { factory, result } = meeting([server])
    await expect(result).rejects.toMatchObject({ code: 'CONNECT_FAILED', progress: 'not-sent', message: expect.stringContaining('ENOENT') })
    expect(factory.made).toHaveLength(1)
  })

  it('ends the child when nobody waits any more', async () => {
    const abort = new AbortController()
    const silent = new ScriptedTransport()
    const { time, factory, result } = meeting([silent], { signal: abort.signal })
    await time.run(0)
    abort.abort()
    await expect(result).rejects.toMatchObject({ name: 'PoolError' })
    expect([factory.made.length, silent.closed > 0]).toEqual([1, true])
  })
})
