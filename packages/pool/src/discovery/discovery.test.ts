import { describe, expect, it } from 'vitest'
import type { PoolEvents } from '../events.js'
import { type EndpointOptions, resolveEndpoint } from '../config/index.js'
import type { Resolver, ResolverListener } from '../ports.js'
import { VirtualTime } from '../testing/index.js'
import { Discovery } from './discovery.js'

const CLIENT = { clientId: undefined, clientSecret: undefined, scope: undefined, endpointDefaults: undefined }
const endpoint = (name: string, more: Partial<EndpointOptions> = {}): EndpointOptions =>
  ({ id: name, url: `http://${name}.test/mcp`, ...more }) as EndpointOptions
const all = (count: number): EndpointOptions[] => Array.from({ length: count }, (_, at) => endpoint(`e${at}`))

class World implements Resolver {
  readonly time = new VirtualTime()
  readonly events: Array<[keyof PoolEvents, unknown]> = []
  /** What the fleet was told: when, and what. */
  readonly changes: Array<[at: number, found: string[], gone: string[]]> = []
  readonly discovery: Discovery
  listener!: ResolverListener
  closed = 0

  constructor(listed: readonly string[] = []) {
    this.discovery = new Discovery({
      resolver: this,
      source: 'test',
      listed: listed.map((name) => resolveEndpoint(endpoint(name), CLIENT)),
      client: CLIENT,
      timers: this.time,
      emit: (name, ...args) => void this.events.push([name, args[0]]),
      onChanges: ({ found, gone }) => void this.changes.push([this.time.now(), found.map(({ id }) => id), [...gone]]),
    })
  }

  watch(listener: ResolverListener): void {
    this.listener = listener
  }

  async close(): Promise<void> {
    this.closed++
    throw new Error('a resolver that rejects')
  }

  async started(...first: EndpointOptions[]): Promise<this> {
    const start = this.discovery.start(1_000)
    this.listener.onFound(first)
    await start
    return this
  }

  told(name: keyof PoolEvents): unknown[] {
    return this.events.filter(([known]) => known === name).map(([, payload]) => payload)
  }
}

describe('answers', () => {
  it('are told as differences, to the fleet first', async () => {
    const world = await new World(['listed']).started(endpoint('a'), endpoint('b'))
    world.time.advance(100)
    world.listener.onFound([endpoint('a', { weight: 2 }), endpoint('b'), endpoint('c')])
    expect(world.changes).toEqual([
      [0, ['a', 'b'], []],
      [100, ['a', 'c'], []],
    ])
    expect(world.told('discovery:changed')).toEqual([
      { source: 'test', added: 2, removed: 0, changed: 0, total: 3 },
      { source: 'test', added: 1, removed: 0, changed: 1, total: 4 },
    ])
    expect(world.told('endpoint:added')).toHaveLength(3)
    expect(world.discovery.statistics).toMatchObject({ source: 'test', endpoints: 3, changes: 2 })
  })

  it('that say the same, also in other words, are none of anybody', async () => {
    const world = await new World().started(endpoint('a'))
    world.time.advance(100)
    world.listener.onFound([endpoint('a', { weight: 1 })])
    world.time.advance(100)
    world.listener.onFound([endpoint('a', { weight: 1 })])
    expect(world.changes).toHaveLength(1)
  })

  it('reach the fleet at once, and within 50 ms where they come faster', async () => {
    const world = await new World().started(endpoint('a'))
    world.time.advance(100)
    const delays: number[] = []
    for (let count = 2; count < 60; count++) {
      const told = world.time.now()
      world.listener.onFound(all(count))
      for (let waited = 0; waited < 10; waited++) world.time.advance(1)
      const last = world.changes.at(-1)!
      if (last[1].includes(`e${count - 1}`)) delays.push(last[0] - told)
    }
    world.time.advance(50)
    expect(Math.max(...delays)).toBeLessThanOrEqual(50)
    expect(delays[0]).toBe(0)
    expect(world.changes.length).toBeLessThanOrEqual(2 + 600 / 50)
    expect(world.changes.flatMap(([, found]) => found)).toEqual(expect.arrayContaining(['e58']))
  })

  it('that flap a hundred times a second change nothing once all was seen', async () => {
    const world = await new World().started(...all(100))
    for (let step = 0; step < 1_000; step++) {
      world.listener.onFound(all(100).filter((_, at) => (at * 7 + step) % 10 !== 0))
      world.time.advance(10)
    }
    expect(world.changes).toHaveLength(1)
    expect(world.told('endpoint:removed')).toEqual([])
  })

  it('without an endpoint take it away after a second, with the statistics of it', async () => {
    const world = await new World().started(...all(4))
    world.time.advance(100)
    world.listener.onFound(all(3))
    expect(world.discovery.statistics).toMatchObject({ endpoints: 4, missing: 1 })
    world.time.advance(1_000)
    expect(world.changes.at(-1)).toEqual([1_100, [], ['e3']])
    expect(world.told('endpoint:removed')).toEqual([{ endpointId: 'e3', endpoint: 'http://e3.test/mcp' }])
    expect(world.discovery.statistics).toMatchObject({ endpoints: 3, missing: 0 })
  })

  it('that describe an endpoint otherwise which comes back in time are told', async () => {
    const world = await new World().started(...all(4))
    world.time.advance(100)
    world.listener.onFound(all(3))
    world.time.advance(100)
    world.listener.onFound([...all(3), endpoint('e3', { url: 'http://moved.test/' })])
    expect(world.changes.at(-1)).toEqual([200, ['e3'], []])
    world.time.advance(60_000)
    expect(world.changes).toHaveLength(2)
  })
})

describe('a source that fails', () => {
  it('is told of once, until it answers again; its age grows, and its reason stays', async () => {
    const world = await new World().started(endpoint('a'))
    world.time.advance(1_000)
    world.listener.onError(new Error('first'))
    world.time.advance(5_000)
    world.listener.onError(new Error('second'))
    expect(world.discovery.statistics).toMatchObject({ age: 6_000, failingFor: 5_000, lastError: 'second', endpoints: 1 })
    world.listener.onFound([endpoint('a')])
    world.time.advance(1_000)
    expect(world.discovery.statistics).toMatchObject({ age: 1_000, failingFor: undefined, lastError: 'second' })
    world.listener.onError(new Error('third'))
    expect(world.events.map(([name]) => name).filter((name) => name.startsWith('discovery:'))).toEqual([
      'discovery:changed',
      'discovery:failed',
      'discovery:recovered',
      'discovery:failed',
    ])
  })

  it('keeps everything for as long as that takes', async () => {
    const world = await new World().started(...all(10))
    world.time.advance(100)
    world.listener.onFound([])
    world.listener.onError(new Error('away'))
    world.time.advance(86_400_000)
    expect(world.changes).toHaveLength(1)
  })
})

it('leaves nothing behind when it is closed, also by a resolver that rejects', async () => {
  const world = await new World().started(...all(4))
  world.listener.onFound(all(3))
  world.listener.onFound(all(2))
  await Promise.all([world.discovery.close(), world.discovery.close()])
  expect([world.closed, world.time.pending]).toEqual([1, 0])
  world.listener.onFound([])
  world.listener.onError(new Error('late'))
  world.time.advance(600_000)
  expect(world.changes).toHaveLength(1)
})
