import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type EtcdServer, reservePort, startEtcd, startEtcdCluster } from '@mcp-client-pool/testbed'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { EtcdDiscoveryOptions } from '../src/config/index.js'
import { etcdResolver } from '../src/discovery/etcd/etcd-registry.js'
import { running } from './pool-world.js'
import { parts, resolved, type Watching, watching } from './registry-world.js'

/** Longer than a test may take for whatever is to come at once. */
const NEVER = 600_000
const SLOW = { timeout: 15_000 }
const url = (name: string): string => `http://${name}/mcp`
const started = () => running(startEtcd())

function watch(options: Partial<EtcdDiscoveryOptions>, silence = NEVER): Watching {
  return watching(etcdResolver(resolved({ type: 'etcd', prefix: '/mcp/', ...options }), parts(), silence))
}

describe('keys of a real etcd', () => {
  it('are endpoints: those that are there, and each change at once', async () => {
    const etcd = await started()
    await etcd.put('/mcp/a', url('a'))
    await etcd.put('/mcp-other/x', url('x'))
    const seen = watch({ hosts: etcd.url })
    await expect.poll(() => seen.sets, SLOW).toEqual([[url('a')]])
    await etcd.put('/mcp/b', JSON.stringify({ url: url('b'), weight: 2 }))
    await expect
      .poll(() => seen.last(), SLOW)
      .toEqual([
        { id: 'a', url: url('a') },
        { id: 'b', url: url('b'), weight: 2 },
      ])
    await etcd.put('/mcp/b', url('b2'))
    await etcd.remove('/mcp/a')
    await expect.poll(() => seen.sets.at(-1), SLOW).toEqual([url('b2')])
    await etcd.remove('/mcp/', true)
    await expect.poll(() => seen.sets.at(-1), SLOW).toEqual([])
    expect(seen.errors).toEqual([])
  })

  it('go when their lease runs out, or is revoked', async () => {
    const etcd = await started()
    await etcd.put('/mcp/a', url('a'), await etcd.grant(1))
    const lease = await etcd.grant(600)
    await etcd.put('/mcp/b', url('b'), lease)
    const seen = watch({ hosts: etcd.url })
    await expect.poll(() => seen.sets[0], SLOW).toEqual([url('a'), url('b')])
    await expect.poll(() => seen.sets.at(-1), SLOW).toEqual([url('b')])
    await etcd.revoke(lease)
    await expect.poll(() => seen.sets.at(-1), SLOW).toEqual([])
  })

  it('are read page by page, all of one revision', async () => {
    const etcd = await started()
    const keys = Array.from({ length: 5_400 }, (_, n) => `/mcp/${n}`)
    for (let from = 0; from < keys.length; from += 120) {
      const success = keys.slice(from, from + 120).map((key) => ({ request_put: { key: base64(key), value: base64(url('a')) } }))
      await etcd.ask('kv/txn', { success })
    }
    const seen = watch({ hosts: etcd.url })
    await expect.poll(() => seen.last().length, SLOW).toBe(5_400)
    expect(new Set(seen.last().map((endpoint) => (endpoint as { id: string }).id)).size).toBe(5_400)
  })
})

describe('a watch of etcd', () => {
  it('goes on where it was when etcd is restarted: nothing is missed, and nothing read twice', async () => {
    const etcd = await started()
    await etcd.put('/mcp/a', url('a'))
    const seen = watch({ hosts: etcd.url })
    await expect.poll(() => seen.sets.length, SLOW).toBe(1)
    await etcd.restart()
    await etcd.put('/mcp/b', url('b'))
    await expect.poll(() => seen.sets, SLOW).toEqual([[url('a')], [url('a'), url('b')]])
    expect(seen.errors).toContainEqual(expect.objectContaining({ code: 'CONNECTION_LOST' }))
  })

  it('whose revision was compacted away begins anew', async () => {
    const etcd = await started()
    await etcd.put('/mcp/a', url('a'))
    const broken = await breakable(etcd)
    const seen = watch({ hosts: broken.url })
    await expect.poll(() => seen.sets.length, SLOW).toBe(1)
    broken.open = false
    await etcd.remove('/mcp/a')
    await etcd.compact(await etcd.put('/mcp/b', url('b')))
    broken.open = true
    await expect.poll(() => seen.sets.at(-1), SLOW).toEqual([url('b')])
    await etcd.put('/mcp/c', url('c'))
    await expect.poll(() => seen.sets.at(-1), SLOW).toEqual([url('b'), url('c')])
  })

  it('begins anew where the data was lost', async () => {
    const etcd = await started()
    for (const name of ['a', 'b', 'c']) await etcd.put(`/mcp/${name}`, url(name))
    const seen = watch({ hosts: etcd.url })
    await expect.poll(() => seen.sets[0], SLOW).toHaveLength(3)
    await etcd.restart({ lose: true })
    await etcd.put('/mcp/z', url('z'))
    await expect.poll(() => seen.sets.at(-1), SLOW).toEqual([url('z')])
  })

  it('that is silent is opened again, and misses nothing', async () => {
    const etcd = await started()
    await etcd.put('/mcp/a', url('a'))
    const seen = watch({ hosts: etcd.url }, 200)
    await expect.poll(seen.answers, SLOW).toBeGreaterThan(3)
    await etcd.put('/mcp/b', url('b'))
    await expect.poll(() => seen.sets.at(-1), SLOW).toEqual([url('a'), url('b')])
    expect(seen.errors).toEqual([])
  })

  it('is let go of when the resolver is closed', async () => {
    const etcd = await started()
    const resolver = etcdResolver(resolved({ type: 'etcd', prefix: '/mcp/', hosts: etcd.url }), parts())
    const seen = watching(resolver)
    await expect.poll(() => seen.sets.length, SLOW).toBe(1)
    await resolver.close()
    await etcd.put('/mcp/a', url('a'))
    expect([seen.sets, seen.errors]).toEqual([[[]], []])
  })
})

describe('members of etcd', () => {
  it('are asked one after the other when they are away, and one that answers is enough', async () => {
    const etcd = await started()
    await etcd.put('/mcp/a', url('a'))
    const seen = watch({ hosts: [`http://127.0.0.1:${await reservePort()}`, etcd.url] })
    await expect.poll(() => seen.sets, SLOW).toEqual([[url('a')]])
    expect(seen.errors).toEqual([])
  })

  it('without a leader are told of, and keep what there was until they have one', async () => {
    const cluster = await startEtcdCluster(3)
    for (const member of cluster) onTestFinished(() => member.close())
    const [first, second, third] = cluster as [EtcdServer, EtcdServer, EtcdServer]
    await expect.poll(() => first.put('/mcp/a', url('a')).catch(() => 0), SLOW).toBeGreaterThan(0)
    const seen = watch({ hosts: first.url })
    await expect.poll(() => seen.sets.at(-1), SLOW).toEqual([url('a')])
    await Promise.all([second.kill(), third.kill()])
    await expect.poll(() => seen.errors.map(String), SLOW).toContainEqual(expect.stringContaining('no leader'))
    expect(seen.sets).toEqual([[url('a')]])
    await second.restart()
    await expect.poll(() => second.put('/mcp/b', url('b')).catch(() => 0), SLOW).toBeGreaterThan(0)
    await expect.poll(() => seen.sets.at(-1), SLOW).toEqual([url('a'), url('b')])
  })
})

describe('users of etcd', () => {
  const user = { username: 'reader', password: 'sesame-open' }

  it('are asked for their password once, and again when their token has run out', async () => {
    const etcd = await started()
    await etcd.put('/mcp/a', url('a'))
    await etcd.requireUsers({ root: 'root', reader: user.password }, '/mcp/')
    const seen = watch({ hosts: etcd.url, ...user }, 200)
    await expect.poll(seen.answers, SLOW).toBeGreaterThan(3)
    // Simple tokens live in memory: a restart forgets them.
    await etcd.restart()
    await expect.poll(() => etcd.renew('root').then(() => etcd.put('/mcp/b', url('b'))), SLOW).toBeGreaterThan(0)
    await expect.poll(() => seen.sets.at(-1), SLOW).toEqual([url('a'), url('b')])
    expect(seen.errors.map(String).join()).not.toContain('token')
  })

  it.each([
    ['a wrong password', { password: 'sesame-wrong' }, 'invalid user ID or password'],
    ['no user', { username: undefined, password: undefined }, 'user name is empty'],
    ['no permission', { prefix: '/other/' }, 'permission denied'],
  ])('with %s are refused, without showing the password', async (_what, wrong, words) => {
    const etcd = await started()
    await etcd.requireUsers({ root: 'root', reader: user.password }, '/mcp/')
    const seen = watch({ hosts: etcd.url, ...user, ...wrong })
    await expect.poll(() => String(seen.errors[0]), SLOW).toContain(words)
    expect(seen.errors.map(String).join()).not.toContain('sesame')
    expect(seen.sets).toEqual([])
  })
})

it('a sign of life of etcd tells how far the watch has come: the next one begins there', async () => {
  const starts: unknown[] = []
  const header = (revision: number): string => `"header":{"cluster_id":"1","revision":"${revision}"}`
  const server = createServer((req, res) => {
    if (req.url === '/v3/kv/range') return void res.end(`{${header(5)}}`)
    void req.toArray().then((chunks) => {
      starts.push((JSON.parse(Buffer.concat(chunks).toString()) as { create_request: { start_revision: unknown } }).create_request.start_revision)
      res.end(`{"result":{${header(5)},"created":true}}\n{"result":{${header(50)}}}\n`)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  watch({ hosts: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
  await expect.poll(() => starts.slice(0, 2)).toEqual([6, 51])
})

describe('what is no etcd', () => {
  it.each([
    ['HTML', '<html>It works!</html>', 'no JSON'],
    ['an error in the stream', '{"error":{"message":"etcdserver: server stopped"}}', 'server stopped'],
    ['a watch that ends', '{"result":{"header":{"cluster_id":"1","revision":"5"},"created":true}}', 'ended the watch'],
  ])('answers %s, and is told of', async (_what, body, words) => {
    const server = createServer((req, res) => {
      res.end(req.url === '/v3/kv/range' && !body.startsWith('<') ? '{"header":{"cluster_id":"1","revision":"5"}}' : `${body}\n`)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const seen = watch({ hosts: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
    await expect.poll(() => seen.errors.map(String)).toContainEqual(expect.stringContaining(words))
  })
})

/** A way to etcd that can be cut: what is under way breaks off, and nobody gets through. */
async function breakable(etcd: EtcdServer): Promise<{ readonly url: string; open: boolean }> {
  const { connect, createServer: listen } = await import('node:net')
  const sockets = new Set<{ destroy(): void }>()
  let open = true
  const server = listen((near) => {
    const far = connect(etcd.port, '127.0.0.1')
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from)
      from.on('error', () => {})
      from.on('close', () => to.destroy())
      from.pipe(to)
    }
    if (!open) near.destroy()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get open() {
      return open
    },
    set open(wanted) {
      open = wanted
      if (!open) for (const socket of sockets) socket.destroy()
    },
  }
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}
