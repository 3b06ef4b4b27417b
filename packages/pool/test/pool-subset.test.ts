import { type HttpServer, startModernServer } from '@mcp-client-pool/testbed'
import { expect, it } from 'vitest'
import { thisWorker } from '../src/discovery/index.js'
import { subsetOf } from '../src/discovery/public.js'
import type { MCPClientPool, Resolver, ResolverListener } from '../src/index.js'
import { eventually } from './attempts.js'
import { poolOver, running } from './pool-world.js'

/** Finds what the test says. */
class Registry implements Resolver {
  #listener: ResolverListener | undefined
  #found: readonly { readonly url: string }[]

  constructor(found: readonly { readonly url: string }[]) {
    this.#found = found
  }

  watch(listener: ResolverListener): void {
    this.#listener = listener
    setImmediate(() => listener.onFound(this.#found))
  }

  find(found: readonly { readonly url: string }[]): void {
    this.#found = found
    this.#listener!.onFound(found)
  }

  async close(): Promise<void> {
    this.#listener = undefined
  }
}

const servers = (count: number): Promise<HttpServer[]> => Promise.all(Array.from({ length: count }, () => running<HttpServer>(startModernServer())))
const used = (pool: MCPClientPool): string[] => [...pool.clients.values()].map(({ endpoint }) => endpoint.id).sort()
const expected = (urls: readonly string[], size: number, worker: number): string[] =>
  subsetOf(
    urls.map((url) => ({ id: url })),
    size,
    worker,
  )
    .map(({ id }) => id)
    .sort()

it('uses the subset of its worker, of endpoints that are listed', async () => {
  const urls = (await servers(6)).map(({ url }) => url)
  for (const workerIndex of [0, 1, 2, 3]) {
    const pool = await poolOver(
      urls.map((url) => ({ url })),
      { subsetSize: 3, workerIndex },
    )
    await eventually(() => pool.clients.size === 3)
    expect(used(pool)).toEqual(expected(urls, 3, workerIndex))
    expect(pool.getStatistics().pool).toMatchObject({ size: 3, minSize: 3 })
  }
})

it('follows its subset of what is found: who goes is replaced by one, and nobody else moves', async () => {
  const urls = (await servers(6)).map(({ url }) => url)
  const registry = new Registry(urls.map((url) => ({ url })))
  const pool = await poolOver([], { serviceDiscovery: registry, subsetSize: 3, workerIndex: 1 })
  const before = expected(urls, 3, 1)
  await eventually(() => used(pool).join(' ') === before.join(' '))
  const clients = new Map([...pool.clients.values()].map(({ id, endpoint }) => [endpoint.id, id]))
  const rest = urls.filter((url) => url !== before[0])
  registry.find(rest.map((url) => ({ url })))
  const after = expected(rest, 3, 1)
  await eventually(() => used(pool).join(' ') === after.join(' '))
  const stayed = [...pool.clients.values()].filter(({ id, endpoint }) => clients.get(endpoint.id) === id)
  expect(stayed).toHaveLength(2)
})

it('uses others than its like where there are more endpoints than clients, and no subset', async () => {
  const urls = (await servers(5)).map(({ url }) => url)
  const pool = await poolOver(
    urls.map((url) => ({ url })),
    { maxSize: 2 },
  )
  await eventually(() => pool.clients.size === 2)
  expect(used(pool)).toEqual(expected(urls, 2, thisWorker(undefined)))
})
