import { expect, it } from 'vitest'
import { PoolError } from '../errors.js'
import type { JsonObject, JsonRpcResponse } from '../ports.js'
import { VirtualTime } from '../testing/index.js'
import { CatalogFeed } from './catalog-feed.js'
import { ToolCatalog } from './tool-catalog.js'

/** One endpoint whose server answers `tools/list` as it is told. */
class World {
  readonly time = new VirtualTime()
  readonly catalog = new ToolCatalog({ trustAnnotations: true })
  /** Times at which the list was asked for. */
  readonly asked: number[] = []
  readonly errors: Error[] = []
  open = true
  answer: (params: JsonObject) => JsonObject | Error = () => ({ tools: [{ name: 'x' }] })

  feed(): CatalogFeed {
    const feed = new CatalogFeed(this.catalog, () => {})
    feed.start({
      timers: this.time,
      random: () => 0,
      label: 'the server',
      isOpen: this.open,
      list: async (params) => this.#list(params),
      report: (error) => void this.errors.push(error),
    })
    return feed
  }

  #list(params: JsonObject): JsonRpcResponse {
    this.asked.push(this.time.now())
    const answer = this.answer(params)
    if (answer instanceof PoolError) throw answer
    if (answer instanceof Error) return { jsonrpc: '2.0', id: 1, error: { code: -32_603, message: answer.message } }
    return { jsonrpc: '2.0', id: 1, result: answer }
  }
}

it('fetches once for all connections to an endpoint, and again by another where that failed', async () => {
  const world = new World()
  world.answer = () => (world.asked.length === 1 ? new Error('busy') : { tools: [{ name: 'x' }] })
  for (let n = 0; n < 3; n++) world.feed()
  await world.time.run(100)
  expect([world.asked, world.catalog.serves('x')]).toEqual([[0, 0], 'yes'])
})

it('asks again, ever later, until the server lists its tools', async () => {
  const world = new World()
  world.answer = () => new Error('still starting')
  world.feed()
  await world.time.run(6_999)
  expect(world.asked).toEqual([0, 1_000, 3_000])
  expect(world.errors.map(({ message }) => message)).toEqual(Array(3).fill('the server did not list its tools: still starting'))
  world.answer = () => ({ tools: [{ name: 'x' }] })
  await world.time.run(1_000_000)
  expect([world.asked, world.catalog.serves('x'), world.time.pending]).toEqual([[0, 1_000, 3_000, 7_000], 'yes', 0])
})

it('asks at once when the tools have changed, and ever later where they always have', async () => {
  const world = new World()
  const feeds = [world.feed(), world.feed(), world.feed()]
  await world.time.run(100)
  // All connections are told whenever anybody asks.
  world.answer = () => {
    for (const feed of feeds) feed.changed()
    return { tools: [] }
  }
  feeds[0]!.changed()
  await world.time.run(7_100)
  expect(world.asked).toEqual([0, 100, 1_100, 3_100, 7_100])
  world.answer = () => ({ tools: [{ name: 'late' }] })
  await world.time.run(100_000)
  expect([world.asked.slice(5), world.catalog.serves('late'), world.time.pending]).toEqual([[15_100], 'yes', 0])
})

it('follows a list that has no end for a minute, and takes it as it is', async () => {
  const world = new World()
  const feed = world.feed()
  await world.time.run(10)
  world.answer = () => {
    world.time.advance(999)
    return { tools: [{ name: `tool-${world.asked.length}` }], nextCursor: `${world.asked.length}` }
  }
  await feed.refresh()
  expect([world.asked.length, world.catalog.serves('tool-2'), world.catalog.serves('x'), world.catalog.stale]).toEqual([62, 'yes', 'unknown', false])
})

it('does not report a session that was lost, nor anything of a connection that was closed', async () => {
  const world = new World()
  world.answer = () => new PoolError('SESSION_LOST', 'gone')
  const feed = world.feed()
  await world.time.run(10)
  expect([world.errors, world.time.pending]).toEqual([[], 1])
  feed.stop()
  expect(world.time.pending).toBe(0)
  world.open = false
  world.answer = () => new Error('closed')
  world.feed()
  await world.time.run(10)
  expect([world.errors, world.time.pending]).toEqual([[], 0])
})

it('refreshes on demand without a pause, for a call waits for it', async () => {
  const world = new World()
  const feed = world.feed()
  await world.time.run(1)
  for (let n = 0; n < 3; n++) await feed.refresh()
  expect(world.asked).toEqual([0, 1, 1, 1])
  feed.stop()
  await expect(feed.refresh()).rejects.toMatchObject({ code: 'CONNECTION_LOST' })
})
