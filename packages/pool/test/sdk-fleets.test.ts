import {
  COUNTER_URI,
  type HttpServer,
  type LegacyServer,
  MemoryLedger,
  type ModernServer,
  startLegacyServer,
  startModernServer,
} from '@mcp-client-pool/testbed'
import { Client as ClientV2 } from '@modelcontextprotocol/client'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { ResourceUpdatedNotificationSchema, ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js'
import { afterEach, describe, expect, it } from 'vitest'
import { MCPClientPool } from '../src/index.js'

/** A client of either era and SDK over replicas of either era: it lists, calls, reads, follows progress, cancels and hears of changes. */
const stops: Array<() => Promise<unknown>> = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

type Replica = ModernServer | LegacyServer
interface Fleet {
  readonly replicas: Replica[]
  readonly ledger: MemoryLedger
  readonly pool: MCPClientPool
}

const fleets = { modern: ['modern', 'modern'], legacy: ['legacy', 'legacy'], mixed: ['modern', 'legacy'] } as const

async function startFleet(eras: ReadonlyArray<'modern' | 'legacy'>): Promise<Fleet> {
  const ledger = new MemoryLedger()
  const start = (era: 'modern' | 'legacy', n: number): Promise<Replica> =>
    era === 'modern' ? startModernServer({ id: `m${n}`, ledger }) : startLegacyServer({ id: `l${n}`, ledger })
  const replicas = await Promise.all(eras.map(start))
  stops.push(...replicas.map((replica: HttpServer) => () => replica.close()))
  const pool = new MCPClientPool({ endpoints: replicas.map(({ url }) => ({ url })) })
  stops.push(() => pool.shutdown({ timeout: 0 }))
  await pool.start()
  return { replicas, ledger, pool }
}

/** What both SDKs' clients have in common here. */
interface AnyClient {
  listTools(): Promise<{ tools: Array<{ name: string }> }>
  callTool(
    name: string,
    args: Record<string, unknown>,
    options?: { onprogress?: (progress: { progress: number }) => void; signal?: AbortSignal },
  ): Promise<unknown>
  readResource(uri: string): Promise<{ contents: unknown[] }>
  listPrompts(): Promise<{ prompts: unknown[] }>
  getPrompt(name: string): Promise<unknown>
  /** The next list change, or update of that resource. */
  hears(what: 'tools' | 'resource'): Promise<void>
  follow(uri: string): Promise<unknown>
}

async function connectV2(pool: MCPClientPool, mode: 'auto' | 'legacy'): Promise<AnyClient> {
  const waiting: Record<'tools' | 'resource', Array<() => void>> = { tools: [], resource: [] }
  const heard = (what: 'tools' | 'resource') => () => waiting[what].splice(0).forEach((resolve) => resolve())
  const client = new ClientV2(
    { name: 'test', version: '1.0.0' },
    { versionNegotiation: { mode }, listChanged: { tools: { onChanged: heard('tools'), autoRefresh: false, debounceMs: 0 } } },
  )
  client.setNotificationHandler('notifications/resources/updated', heard('resource'))
  await client.connect(pool.transport())
  stops.push(() => client.close())
  return {
    listTools: () => client.listTools(),
    callTool: (name, args, options) => client.callTool({ name, arguments: args }, options),
    readResource: (uri) => client.readResource({ uri }),
    listPrompts: () => client.listPrompts(),
    getPrompt: (name) => client.getPrompt({ name, arguments: { subject: 'x', name: 'x' } }),
    hears: (what) => new Promise((resolve) => waiting[what].push(resolve)),
    follow: (uri) => (mode === 'auto' ? client.listen({ resourceSubscriptions: [uri] }) : client.subscribeResource({ uri })),
  }
}

async function connectV1(pool: MCPClientPool): Promise<AnyClient> {
  const client = new ClientV1({ name: 'test', version: '1.0.0' })
  await client.connect(pool.transport())
  stops.push(() => client.close())
  return {
    listTools: () => client.listTools(),
    callTool: (name, args, options) => client.callTool({ name, arguments: args }, undefined, options),
    readResource: (uri) => client.readResource({ uri }),
    listPrompts: () => client.listPrompts(),
    getPrompt: (name) => client.getPrompt({ name, arguments: { subject: 'x', name: 'x' } }),
    hears: (what) =>
      new Promise((resolve) => {
        if (what === 'tools') client.setNotificationHandler(ToolListChangedNotificationSchema, () => resolve())
        else client.setNotificationHandler(ResourceUpdatedNotificationSchema, () => resolve())
      }),
    follow: (uri) => client.subscribeResource({ uri }),
  }
}

const clients = {
  'SDK v2, modern': (pool: MCPClientPool) => connectV2(pool, 'auto'),
  'SDK v2, legacy': (pool: MCPClientPool) => connectV2(pool, 'legacy'),
  'SDK v1': connectV1,
}

describe.each(Object.entries(fleets))('over a %s fleet', (_fleet, eras) => {
  describe.each(Object.entries(clients))('a client of %s', (_client, connect) => {
    it('lists, calls, reads and gets prompts', async () => {
      const { pool } = await startFleet(eras)
      const client = await connect(pool)
      const { tools } = await client.listTools()
      expect(tools.map(({ name }) => name)).toEqual(expect.arrayContaining(['echo', 'append', 'slow']))
      for (let n = 0; n < 4; n++) {
        expect(await client.callTool('echo', { text: `hello ${n}` })).toMatchObject({ structuredContent: { text: `hello ${n}` } })
        expect((await client.readResource(COUNTER_URI)).contents).toHaveLength(1)
        const { prompts } = await client.listPrompts()
        expect(prompts.length).toBeGreaterThan(0)
      }
    })

    it('follows progress', async () => {
      const { pool } = await startFleet(eras)
      const client = await connect(pool)
      for (let n = 0; n < 3; n++) {
        const progress: number[] = []
        await client.callTool('slow', { ms: 30, steps: 3 }, { onprogress: (at) => void progress.push(at.progress) })
        expect(progress.length).toBeGreaterThanOrEqual(2)
        expect(progress).toEqual([...progress].sort((a, b) => a - b))
      }
    })

    it('cancels', async () => {
      const { pool, ledger } = await startFleet(eras)
      const client = await connect(pool)
      const abort = new AbortController()
      const call = client.callTool('slow-append', { key: 'k', ms: 60_000, steps: 600 }, { signal: abort.signal })
      await ledger.reached('slow-append', 'k')
      abort.abort(new Error('enough'))
      await expect(call).rejects.toThrow('enough')
      await ledger.reached('slow-append:cancelled', 'k')
      expect(ledger.count('slow-append', 'k')).toBe(1)
    })

    it('hears of changes at every replica', async () => {
      const { pool, replicas } = await startFleet(eras)
      const client = await connect(pool)
      await client.listTools()
      await client.callTool('echo', { text: 'opens a session where there are sessions' })
      for (const [n, replica] of replicas.entries()) {
        const heard = client.hears('tools')
        replica.catalogue.mutate('tool', 'add', `extra-${n}`)
        await expect(heard).resolves.toBeUndefined()
      }
    })

    it('follows a resource', async () => {
      const { pool, replicas } = await startFleet(eras)
      const client = await connect(pool)
      await client.callTool('echo', { text: 'opens a session where there are sessions' })
      await client.follow(COUNTER_URI)
      const heard = client.hears('resource')
      for (const replica of replicas) replica.catalogue.touch()
      await expect(heard).resolves.toBeUndefined()
    })
  })
})
