import { describe, expect, it } from 'vitest'
import { FleetWorld } from '../../test/fleet-world.js'
import { type EndpointOptions, type ResolvedEndpoint, resolveEndpoint } from '../config/index.js'
import type { ReplicaLoad } from '../balance/index.js'

const NOBODY = { clientId: undefined, clientSecret: undefined, scope: undefined, endpointDefaults: undefined }
const endpoint = (id: string, more: Partial<EndpointOptions> = {}): ResolvedEndpoint => resolveEndpoint({ id, url: `http://${id}.test/mcp`, ...more }, NOBODY)

async function running(names: readonly string[], options: ConstructorParameters<typeof FleetWorld>[1] = {}): Promise<FleetWorld> {
  const world = new FleetWorld(names, options)
  await world.started()
  world.events.length = 0
  return world
}

async function changed(world: FleetWorld, found: readonly ResolvedEndpoint[], gone: readonly string[] = []): Promise<void> {
  world.fleet.changeEndpoints({ found, gone })
  await world.time.run(10)
}

const fit = (world: FleetWorld): string[] => world.fleet.fit.map(({ endpoint: { id } }) => id).sort()

describe('an endpoint that is added', () => {
  it('has a client as soon as one can be connected, where the number follows the endpoints', async () => {
    const world = await running(['a', 'b', 'c'])
    world.fleet.changeEndpoints({ found: [endpoint('d')], gone: [] })
    await world.time.run(5)
    expect(fit(world)).toEqual(['a', 'b', 'c', 'd'])
    expect(world.fleet.minimum).toBe(4)
  })

  it.each([
    ['one of two at the only endpoint', ['a'], {}, ['b'], ['a', 'b']],
    ['one of four, and none is left above minSize', ['a', 'a2'], { minSize: 4 }, ['b'], ['a', 'a', 'a', 'b']],
    ['as many as the others have', ['a'], { minSize: 6 }, ['b', 'c'], ['a', 'a', 'b', 'b', 'c', 'c']],
    ['its share where there is no room for more', ['a'], { minSize: 4, maxSize: 4 }, ['b'], ['a', 'a', 'b', 'b']],
    ['none where there are more endpoints than clients', ['a', 'a2'], { minSize: 2 }, ['b'], ['a', 'a']],
  ])('gets its share of those that are there: %s', async (_, names, options, added, expected) => {
    const world = await running(names, options)
    const { maxSize = 10 } = options as { maxSize?: number }
    world.onEvent = () => expect(world.clients.length).toBeLessThanOrEqual(maxSize)
    await changed(
      world,
      added.map((id) => endpoint(id)),
    )
    await world.time.run(100)
    expect(fit(world).map((id) => id[0])).toEqual(expected)
    expect(world.totals.activeConnections).toBe(expected.length)
  })

  it('that cannot be connected costs nobody else a client, and is tried until it can', async () => {
    const world = await running(['a'], { minSize: 2 })
    world.server('b').state = 'down'
    await changed(world, [endpoint('b')])
    await world.time.run(5_000)
    expect(fit(world)).toEqual(['a', 'a'])
    world.server('b').state = 'up'
    await world.time.run(10_000)
    expect(fit(world)).toEqual(['a', 'b'])
  })

  it('does not make a client with calls lose them', async () => {
    const world = await running(['a'], { minSize: 2, maxSize: 2 })
    const calls = world.clients.map((client) => world.call(client))
    await changed(world, [endpoint('b')])
    await world.time.run(60_000)
    // One makes room, and has it only when its call is done.
    expect(fit(world)).toEqual(['a'])
    expect(world.server('a').connections).toHaveLength(2)
    for (const call of calls) call.end()
    await world.time.run(100)
    expect(fit(world)).toEqual(['a', 'b'])
  })

  it('and was named before is one of the set from then on', async () => {
    const world = await running(['a'], { minSize: 1 })
    await world.during(world.fleet.createClient(endpoint('b')))
    await changed(world, [endpoint('b')])
    expect(fit(world)).toEqual(['a', 'b'])
    await changed(world, [], ['b'])
    expect(fit(world)).toEqual(['a'])
    await expect(world.fleet.drain('b')).rejects.toThrow('there is no endpoint b: known are a')
  })
})

describe('an endpoint that is gone', () => {
  it('gets no new calls, finishes those it has, and is closed', async () => {
    const world = await running(['a', 'b', 'c'])
    const client = world.at('a')
    const call = world.call(client)
    world.fleet.changeEndpoints({ found: [], gone: ['a'] })
    expect(fit(world)).toEqual(['b', 'c'])
    expect(world.status(client)).toBe('draining')
    await world.time.run(600_000)
    expect(world.server('a').connections).toHaveLength(1)
    call.end()
    await world.time.run(100)
    expect(world.names(client)).toEqual(['client:draining', 'client:removed'])
    expect(world.server('a').connections).toEqual([])
    expect(fit(world)).toEqual(['b', 'c'])
  })

  it('is replaced elsewhere where minSize was given', async () => {
    const world = await running(['a', 'b', 'c'], { minSize: 3 })
    await changed(world, [], ['a'])
    expect(world.spread).toHaveLength(3)
    expect(world.spread).not.toContain('a')
  })

  it('while it is being connected is given up without a failure', async () => {
    const world = await running(['a', 'b'])
    world.server('c').latency = 500
    await changed(world, [endpoint('c')])
    await changed(world, [], ['c'])
    await world.time.run(1_000)
    expect(fit(world)).toEqual(['a', 'b'])
    expect(world.names()).toEqual([])
    expect(world.server('c').connections).toEqual([])
  })

  it('leaves nobody where it was the last, and is used again when it is back, in the same place', async () => {
    const world = await running(['a', 'b'])
    const { place } = world.at('a')
    const call = world.call(world.at('a'))
    await changed(world, [], ['a', 'b'])
    expect(fit(world)).toEqual([])
    await expect(world.fleet.discoverEndpoint()).rejects.toThrow('there is no endpoint to connect to: none is known')
    await changed(world, [endpoint('a'), endpoint('b')])
    expect(fit(world)).toEqual(['a', 'b'])
    expect(world.fleet.fit.map((client) => client.place)).toContain(place)
    // The one that was draining still is.
    expect(world.server('a').connections).toHaveLength(2)
    call.end()
    await world.time.run(100)
    expect(world.server('a').connections).toHaveLength(1)
  })
})

describe('an endpoint that is described otherwise', () => {
  it('has its new weight, tags and zone with the same clients', async () => {
    const world = await running(['a', 'b'])
    const client = world.at('a')
    const [connection] = world.server('a').connections
    const published = world.snapshots.length
    await changed(world, [endpoint('a', { weight: 3, tags: ['new'], zone: 'z' })])
    expect(world.at('a')).toBe(client)
    expect(world.server('a').connections).toEqual([connection])
    expect(client).toMatchObject({ weight: 3, endpoint: { tags: ['new'], zone: 'z', weight: 3 }, load: { zone: 'z', weight: 3 } })
    expect((client.load as ReplicaLoad).weight).toBe(3)
    expect(world.snapshots.length).toBe(published + 1)
    expect(world.names()).toEqual([])
  })

  it.each<[string, Partial<EndpointOptions>]>([
    ['another URL', { url: 'http://moved.test/mcp' }],
    ['other headers', { headers: { 'x-key': 'k' } }],
    ['another revision', { protocolVersion: '2025-11-25' }],
    ['less trust', { trustAnnotations: false }],
  ])('with %s is connected anew before the old client goes, which finishes its calls', async (_, more) => {
    const world = await running(['a', 'b'])
    const old = world.at('a')
    const call = world.call(old)
    world.onEvent = () => expect(fit(world)).toContain('a')
    await changed(world, [endpoint('a', more)])
    const [next] = world.fleet.fit.filter(({ endpoint: { id } }) => id === 'a')
    expect(next).not.toBe(old)
    expect(next).toMatchObject({ place: old.place, endpoint: more })
    expect(world.status(old)).toBe('draining')
    expect(world.log).toEqual(['a gone'])
    call.end()
    await world.time.run(100)
    expect(world.spread).toEqual(['a', 'b'])
    expect(world.fleet.minimum).toBe(2)
  })

  it('moves a quarter of the clients at a time where there is no room for more', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
    const world = await running(names, { minSize: 8, maxSize: 8 })
    let fewest = 8
    world.onEvent = () => {
      fewest = Math.min(fewest, world.fleet.fit.length)
      expect(world.clients.length).toBeLessThanOrEqual(8)
    }
    await changed(
      world,
      names.map((id) => endpoint(id, { headers: { v: '2' } })),
    )
    await world.time.run(200)
    expect(fit(world)).toEqual(names)
    for (const client of world.fleet.fit) expect(client.endpoint).toMatchObject({ headers: { v: '2' } })
    expect(fewest).toBe(6)
  })

  it('stays drained where it was drained', async () => {
    const world = await running(['a', 'b', 'c'])
    await world.during(world.fleet.drain('a'))
    await changed(world, [endpoint('a', { headers: { v: '2' } })])
    expect(fit(world)).toEqual(['b', 'c'])
    await world.during(world.fleet.createClient(endpoint('a')))
    expect(world.at('a').endpoint).toMatchObject({ headers: { v: '2' } })
  })

  it('while it is being connected is connected as it is described now', async () => {
    const world = await running(['a', 'b'])
    world.server('c').latency = 500
    await changed(world, [endpoint('c')])
    world.server('c').latency = 5
    await changed(world, [endpoint('c', { headers: { v: '2' } })])
    expect(fit(world)).toEqual(['a', 'b', 'c'])
    expect(world.names().filter((name) => name.includes('failed'))).toEqual([])
  })
})

it('a set of many is changed without a client that is not needed, and a set that changes after shutdown is nobody’s', async () => {
  const many = Array.from({ length: 2_000 }, (_, at) => endpoint(`e${at}`))
  const world = await running(['a', 'b'], { maxSize: 5 })
  await changed(world, many)
  await world.time.run(1_000)
  expect(world.fleet.fit).toHaveLength(5)
  expect(world.totals.totalConnections).toBe(5)
  await world.during(world.fleet.shutdown())
  world.fleet.changeEndpoints({ found: [], gone: ['a'] })
  await world.time.run(1_000)
  expect(world.time.pending).toBe(0)
})
