import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FleetWorld } from '../../test/fleet-world.js'

const NAMES = ['a', 'b', 'c']

async function running(names: readonly string[], options: ConstructorParameters<typeof FleetWorld>[1] = {}): Promise<FleetWorld> {
  const world = new FleetWorld(names, { idleTimeout: 86_400_000, ...options })
  await world.started()
  return world
}

async function drained(world: FleetWorld, ...names: string[]): Promise<void> {
  for (const name of names) await world.during(world.fleet.drain(name))
  await world.time.run(1_000)
}

async function back(world: FleetWorld, name: string): Promise<void> {
  await world.during(world.fleet.createClient(world.endpoints.find(({ id }) => id === name)))
  await world.time.run(1_000)
}

describe('where minSize was not given, a drained endpoint', () => {
  it('is not replaced', async () => {
    const world = await running(NAMES)
    await drained(world, 'a')
    await world.time.run(600_000)
    expect(world.spread).toEqual(['b', 'c'])
    await back(world, 'a')
    expect(world.spread).toEqual(NAMES)
    expect(world.totals.totalConnections).toBe(4)
  })

  it('is replaced where there would be less than two clients', async () => {
    const world = await running(NAMES)
    await drained(world, 'a', 'b')
    expect(world.spread).toEqual(['c', 'c'])
    await back(world, 'b')
    expect(world.spread).toEqual(['b', 'c'])
  })

  it('counts again from when it is asked for, also if it cannot be connected then', async () => {
    const world = await running(NAMES)
    await drained(world, 'a')
    world.server('a').state = 'down'
    await expect(back(world, 'a')).rejects.toMatchObject({ code: 'CONNECT_FAILED' })
    expect(world.spread).toEqual(['b', 'c'])
    expect(world.fleet.recovering).toBe(true)
    world.server('a').state = 'up'
    await world.time.run(10_000)
    expect(world.spread).toEqual(NAMES)
  })

  it('leaves nothing to wait for', async () => {
    const world = await running(NAMES)
    await drained(world, 'a')
    expect(world.fleet.recovering).toBe(false)
  })

  it('takes none of those that idle in its stead', async () => {
    const world = await running(NAMES, { idleTimeout: 8_000 })
    await back(world, 'b')
    await drained(world, 'a')
    await world.time.run(20_000)
    expect(world.spread).toEqual(['b', 'c'])
  })

  it('may be drained before the start', async () => {
    const world = new FleetWorld(NAMES)
    await world.fleet.drain('a')
    await world.started()
    await world.time.run(1_000)
    expect(world.spread).toEqual(['b', 'c'])
  })
})

describe('a client that is elsewhere because an endpoint is drained', () => {
  it('goes when it is back, and its calls are done', async () => {
    const world = await running(NAMES, { minSize: 3 })
    const own = world.at('b')
    await drained(world, 'a')
    expect(world.spread).toEqual(['b', 'b', 'c'])
    const standIn = world.clients.find((client) => client !== own && client.endpoint.id === 'b')!
    const call = world.call(standIn)
    await back(world, 'a')
    expect(world.status(standIn)).toBe('draining')
    expect(world.fleet.fit).toHaveLength(3)
    await world.time.run(600_000)
    expect(world.clients).toContain(standIn)
    call.end()
    await world.time.run(100)
    expect(world.spread).toEqual(NAMES)
    expect(world.clients).toContain(own)
  })

  it('stays while it is needed: until as many as minSize are fit without it', async () => {
    const world = await running(NAMES, { minSize: 3, retryDelay: 100 })
    await drained(world, 'a')
    world.server('c').crash()
    await back(world, 'a')
    expect(world.fleet.fit.map(({ endpoint }) => endpoint.id).sort()).toEqual(['a', 'b', 'b'])
    world.server('c').state = 'up'
    await world.time.run(120_000)
    expect(world.spread).toEqual(NAMES)
  })

  it('stays while its endpoint is away, however many there are', async () => {
    const world = await running(NAMES, { minSize: 3 })
    await drained(world, 'a')
    await back(world, 'b')
    await back(world, 'b')
    expect(world.spread).toEqual(['b', 'b', 'b', 'b', 'c'])
  })

  it('is told from those that were asked for, and from those that load called for', async () => {
    const world = await running(NAMES, { minSize: 3 })
    await drained(world, 'a')
    await back(world, 'b')
    world.fleet.pressure(true)
    await world.time.run(10)
    const before = world.spread
    expect(before).toHaveLength(5)
    await back(world, 'a')
    expect(world.spread).toHaveLength(5)
    expect(world.spread).toContain('a')
  })

  it('belongs there where others have left', async () => {
    const world = await running(NAMES, { minSize: 3 })
    const own = world.at('b')
    await drained(world, 'a')
    const call = world.call(own)
    const removed = world.fleet.removeClient(own.id)
    await back(world, 'a')
    call.end()
    await world.during(removed)
    await world.time.run(1_000)
    expect(world.spread).toEqual(NAMES)
  })

  it('does not come back when it is lost', async () => {
    const world = await running(NAMES, { minSize: 3, retryDelay: 100 })
    await drained(world, 'a')
    world.server('b').crash()
    await back(world, 'a')
    world.server('b').state = 'up'
    await world.time.run(120_000)
    expect(world.spread).toEqual(NAMES)
  })

  it('gives its place up in a pool that is full', async () => {
    const world = await running(NAMES, { minSize: 3, maxSize: 3 })
    await drained(world, 'a')
    const call = world.call(world.clients.filter(({ endpoint }) => endpoint.id === 'b')[1]!)
    const client = world.fleet.createClient(world.endpoints[0])
    await world.time.run(60_000)
    expect(world.totals.activeConnections).toBe(3)
    expect(world.fleet.fit).toHaveLength(2)
    call.end()
    await world.during(client)
    expect(world.spread).toEqual(NAMES)
    await expect(world.fleet.createClient(world.endpoints[0])).rejects.toMatchObject({ code: 'POOL_FULL' })
  })

  it('gives it up to its endpoint alone', async () => {
    const world = await running(NAMES, { minSize: 3, maxSize: 3 })
    await drained(world, 'a')
    for (const endpoint of [undefined, world.endpoints[1], world.endpoints[2]])
      await expect(world.fleet.createClient(endpoint)).rejects.toMatchObject({ code: 'POOL_FULL' })
    expect(world.spread).toEqual(['b', 'b', 'c'])
  })

  it('gives it up to nobody where the endpoint is drained again meanwhile, or the pool shut down', async () => {
    for (const end of ['drain', 'shutdown'] as const) {
      const world = await running(NAMES, { minSize: 3, maxSize: 3 })
      await drained(world, 'a')
      const call = world.call(world.clients.filter(({ endpoint }) => endpoint.id === 'b')[1]!)
      const client = world.fleet.createClient(world.endpoints[0])
      const over = end === 'drain' ? world.fleet.drain('a') : world.fleet.shutdown()
      call.end()
      const refused = client.catch((error: unknown) => error)
      await world.time.run(1_000)
      await over
      expect(await refused).toMatchObject({ code: 'CANCELLED' })
      expect(world.spread).toHaveLength(end === 'drain' ? 3 : 0)
      expect(world.server('a').connections).toEqual([])
    }
  })
})

it('a restart of each endpoint in turn leaves as many clients at each as there were, whatever the sizes and the calls', async () => {
  const restart = fc.record({
    endpoints: fc.integer({ min: 2, max: 5 }),
    each: fc.constantFrom(undefined, 1, 2),
    room: fc.integer({ min: 0, max: 4 }),
    busy: fc.boolean(),
    seed: fc.nat(),
  })
  await fc.assert(
    fc.asyncProperty(restart, async ({ endpoints, each, room, busy, seed }) => {
      const names = Array.from({ length: endpoints }, (_, n) => `e${n}`)
      const size = endpoints * (each ?? 1)
      const world = new FleetWorld(names, { ...(each && { minSize: size }), maxSize: size + room, idleTimeout: 86_400_000 }, seed)
      await world.started()
      await world.time.run(1_000)
      const before = world.spread
      for (const name of names) {
        const calls = busy ? world.fleet.fit.map((client) => world.call(client)) : []
        const gone = world.fleet.drain(name)
        await world.time.run(100)
        for (const call of calls) call.end()
        await world.during(gone)
        await world.time.run(5_000)
        for (let i = 0; i < (each ?? 1); i++) await back(world, name)
        expect(world.spread).toEqual(before)
      }
      await world.fleet.shutdown()
      expect(world.time.pending).toBe(0)
    }),
    { numRuns: 100 },
  )
})
