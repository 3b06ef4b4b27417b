import { Client as ModernClient } from '@modelcontextprotocol/client'
import type { Transport as TransportV2 } from '@modelcontextprotocol/client'
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js'
import type { Transport as TransportV1 } from '@modelcontextprotocol/sdk/shared/transport.js'
import { describe, expect, it } from 'vitest'
import { PoolError } from '../src/errors.js'
import { withCallOptions } from '../src/mcp/call-options.js'
import { SdkTransport } from '../src/mcp/sdk-transport.js'
import { type ScriptedCall, ScriptedEngine } from './scripted-engine.js'

const INFO = { name: 'app', version: '1.0.0' }

/** A fleet with one tool, in the shape of the caller. */
function echo(call: ScriptedCall): void {
  const stamp = call.call.era === 'modern' ? { resultType: 'complete', ttlMs: 0, cacheScope: 'private' } : {}
  call.accept()
  const { method, params } = call.request
  if (method === 'tools/list') return call.answer({ ...stamp, tools: [{ name: 'echo', inputSchema: { type: 'object' } }] })
  const token = (params?.['_meta'] as { progressToken?: number } | undefined)?.progressToken
  if (token !== undefined) call.notify('notifications/progress', { progressToken: token, progress: 1, total: 2 })
  if (method === 'tools/call') call.answer({ ...stamp, content: [{ type: 'text', text: JSON.stringify(params?.['arguments']) }] })
  else call.answer(stamp)
}

/** No casts here: the transport is a `Transport` of both versions of the SDK. */
const clients = {
  'SDK v2, legacy': async (transport: SdkTransport) => {
    const asTransport: TransportV2 = transport
    const client = new ModernClient(INFO)
    await client.connect(asTransport)
    return client
  },
  'SDK v2, modern': async (transport: SdkTransport) => {
    const client = new ModernClient(INFO, { versionNegotiation: { mode: 'auto' } })
    await client.connect(transport)
    return client
  },
  'SDK v2, pinned': async (transport: SdkTransport) => {
    const client = new ModernClient(INFO, { versionNegotiation: { mode: { pin: '2026-07-28' } } })
    await client.connect(transport)
    return client
  },
  'SDK v1': async (transport: SdkTransport) => {
    const asTransport: TransportV1 = transport
    const client = new LegacyClient(INFO)
    await client.connect(asTransport)
    return client
  },
}

describe.each(Object.entries(clients))('%s', (name, connect) => {
  async function connected() {
    const engine = new ScriptedEngine()
    engine.script = echo
    const transport = new SdkTransport(engine)
    const client = await connect(transport)
    return { engine, transport, client }
  }

  it('connects, and takes the fleet for one server', async () => {
    const { engine, transport, client } = await connected()
    expect(client.getServerVersion()).toMatchObject({ name: 'pool', version: '1.2.3' })
    expect(client.getServerCapabilities()).toMatchObject({ tools: { listChanged: true } })
    expect(transport.protocolVersion).toBe(name.includes('modern') || name.includes('pinned') ? '2026-07-28' : '2025-11-25')
    expect(engine.calls).toEqual([])
    await client.close()
  })

  it('lists, calls and follows progress', async () => {
    const { client } = await connected()
    expect((await client.listTools()).tools.map((tool) => tool.name)).toEqual(['echo'])
    const progress: unknown[] = []
    const params = { name: 'echo', arguments: { a: 1 } }
    const options = { onprogress: (step: unknown) => void progress.push(step) }
    const result = client instanceof ModernClient ? await client.callTool(params, options) : await client.callTool(params, undefined, options)
    expect(result.content).toEqual([{ type: 'text', text: '{"a":1}' }])
    expect(progress).toEqual([{ progress: 1, total: 2 }])
    await client.close()
  })

  it('takes the options of a call, and sends none of them', async () => {
    const { engine, client } = await connected()
    await client.callTool(withCallOptions({ name: 'echo', arguments: {} }, { affinity: 'customer-7', idempotent: true }))
    expect(engine.last.call).toMatchObject({ affinity: 'customer-7', idempotent: true })
    expect(JSON.stringify(engine.last.request)).not.toContain('customer-7')
    await client.close()
  })

  it('gives a call up', async () => {
    const { engine, client } = await connected()
    engine.script = (call) => void call.accept()
    const abort = new AbortController()
    const params = { name: 'echo' }
    const calling =
      client instanceof ModernClient ? client.callTool(params, { signal: abort.signal }) : client.callTool(params, undefined, { signal: abort.signal })
    // The clients send after a few microtasks.
    await new Promise((resolve) => setImmediate(resolve))
    abort.abort(new Error('enough'))
    await expect(calling).rejects.toThrow('enough')
    expect(engine.last.cancelled).toBeTypeOf('string')
    await client.close()
  })

  it('throws an error that carries the PoolError', async () => {
    const { engine, client } = await connected()
    const lost = new PoolError('CONNECTION_LOST', 'gone', { progress: 'sent' })
    engine.script = (call) => call.accept().fail(lost)
    await expect(client.callTool({ name: 'echo' })).rejects.toMatchObject({ code: -32000, data: lost })
    const nobody = new PoolError('NO_HEALTHY_CLIENTS', 'nobody')
    engine.script = (call) => call.fail(nobody)
    await expect(client.callTool({ name: 'echo' })).rejects.toBe(nobody)
    await client.close()
  })

  it('cannot connect where the pool is not started', async () => {
    const engine = new ScriptedEngine()
    engine.readiness = () => Promise.reject(new PoolError('NOT_STARTED', 'call start() first'))
    await expect(connect(new SdkTransport(engine))).rejects.toThrow('call start() first')
  })
})

describe('list changes', () => {
  const settled = () => new Promise((resolve) => setImmediate(resolve))

  it('reach a modern client through its listen stream, and a legacy one by themselves', async () => {
    for (const mode of ['auto', 'legacy'] as const) {
      const engine = new ScriptedEngine()
      engine.script = echo
      let changes = 0
      const listChanged = { tools: { autoRefresh: false, debounceMs: 0, onChanged: () => void changes++ } }
      const client = new ModernClient(INFO, { versionNegotiation: { mode }, listChanged })
      await client.connect(new SdkTransport(engine))
      engine.notify('notifications/tools/list_changed')
      await settled()
      expect(changes).toBe(1)
      await client.close()
    }
  })

  it('end with the subscription', async () => {
    const engine = new ScriptedEngine()
    const client = new ModernClient(INFO, { versionNegotiation: { mode: 'auto' } })
    await client.connect(new SdkTransport(engine))
    const subscription = await client.listen({ toolsListChanged: true })
    expect(subscription.honoredFilter).toEqual({ toolsListChanged: true })
    await subscription.close()
    expect(await subscription.closed).toBe('local')
    const other = await client.listen({ toolsListChanged: true })
    for (const listener of engine.listeners) listener.onShutdown()
    expect(await other.closed).toBe('graceful')
    await client.close()
  })
})

it('brings questions of a server to a client of SDK v1, and its answers back', async () => {
  const engine = new ScriptedEngine()
  const { ListRootsRequestSchema } = await import('@modelcontextprotocol/sdk/types.js')
  const client = new LegacyClient(INFO, { capabilities: { roots: {} } })
  client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [{ uri: 'file:///work' }] }))
  await client.connect(new SdkTransport(engine))
  const replies: unknown[] = []
  engine.script = (call) => {
    call.accept()
    call.call.onRequest({ jsonrpc: '2.0', id: 'srv', method: 'roots/list' }, (response) => {
      replies.push(response)
      call.answer({ content: [] })
    })
  }
  await client.callTool({ name: 'where' })
  expect(replies).toEqual([{ jsonrpc: '2.0', id: 'srv', result: { roots: [{ uri: 'file:///work' }] } }])
  await client.close()
})
