import { describe, expect, it } from 'vitest'
import { FleetWorld } from '../../test/fleet-world.js'

describe('start', () => {
  it('connects one client for each place of minSize, all at once, spread over the endpoints', async () => {
    const world = new FleetWorld(['a', 'b', 'c'], { minSize: 7 })
    await world.started()
    expect(world.spread).toEqual(['a', 'a', 'a', 'b', 'b', 'c', 'c'])
    expect(world.time.now()).toBe(5)
    expect(world.fleet.fit).toHaveLength(7)
    expect(world.clients.map(({ place }) => place).sort()).toEqual(['a#1', 'a#2', 'a#3', 'b#1', 'b#2', 'c#1', 'c#2'])
    expect(new Set(world.clients.map(({ id }) => id)).size).toBe(7)
    expect(world.totals).toEqual({ totalConnections: 7, activeConnections: 7, failedConnections: 0 })
  })

  it('says what it does, in the order in which it happens', async () => {
    const world = new FleetWorld(['a', 'b'])
    world.onEvent = ([name]) => {
      if (name === 'client:connected') expect(world.fleet.fit).not.toHaveLength(0)
    }
    await world.started()
    expect(world.names()).toEqual(['starting', 'client:connected', 'client:connected', 'started'])
    const [connected] = world.payloads('client:connected')
    expect(connected).toEqual({ clientId: world.at('a').id, endpoint: 'http://a.test/mcp', era: 'modern', protocolVersion: '2026-07-28' })
    expect(world.payloads('started')).toEqual([{ successful: 2, failed: 0, total: 2 }])
  })

  it('is one start, however often it is asked for', async () => {
    const world = new FleetWorld(['a', 'b'])
    const first = world.fleet.start()
    expect(world.fleet.start()).toBe(first)
    await world.during(first)
    expect(world.fleet.start()).toBe(first)
    expect(world.names().filter((name) => name === 'starting')).toHaveLength(1)
  })

  it('starts with those who can be reached, and connects the others when they can', async () => {
    const world = new FleetWorld(['a', 'b'])
    world.server('b').state = 'down'
    await world.started()
    expect(world.payloads('started')).toEqual([{ successful: 1, failed: 1, total: 1 }])
    expect(world.payloads('client:creation-failed').map(({ error }) => error.message)).toEqual(['b refused'])
    expect(world.payloads('client:error')[0]?.error.message).toBe('b refused')
    expect(world.totals).toEqual({ totalConnections: 1, activeConnections: 1, failedConnections: 1 })
    expect(world.fleet.recovering).toBe(true)
    await world.time.run(60_000)
    expect(world.spread).toEqual(['a'])
    const tries = world.server('b').attempts.length
    expect(tries).toBeGreaterThan(10)
    world.server('b').state = 'up'
    await world.time.run(5_100)
    expect(world.spread).toEqual(['a', 'b'])
    expect(world.fleet.recovering).toBe(false)
    expect(world.totals.activeConnections).toBe(2)
  })

  it('tries endpoints that were not its first choice before it gives up', async () => {
    const world = new FleetWorld(['a', 'b', 'c'], { minSize: 1 })
    for (const id of ['a', 'b']) world.server(id).state = 'down'
    await world.started()
    expect(world.spread).toEqual(['c'])
    expect(world.payloads('started')).toEqual([{ successful: 1, failed: 2, total: 1 }])
  })

  it('rejects with every cause when nobody can be reached, leaves nothing behind, and may be called again', async () => {
    const world = new FleetWorld(['a', 'b', 'c'], { minSize: 2 })
    for (const server of world.servers.values()) server.state = 'down'
    await expect(world.started()).rejects.toMatchObject({
      code: 'NO_HEALTHY_CLIENTS',
      attempts: 4,
      message: expect.stringContaining('a refused'),
      cause: { errors: [{ message: 'a refused' }, { message: 'b refused' }, { message: 'c refused' }, { message: 'c refused' }] },
    })
    expect(world.time.pending).toBe(0)
    await expect(world.fleet.createClient()).rejects.toMatchObject({ code: 'NOT_STARTED' })
    for (const server of world.servers.values()) server.state = 'up'
    await world.started()
    expect(world.clients).toHaveLength(2)
  })

  it('gives an endpoint that says nothing connectionTimeout', async () => {
    const world = new FleetWorld(['a', 'b'], { connectionTimeout: 3_000 })
    world.server('b').state = 'hung'
    await world.started()
    expect(world.time.now()).toBeGreaterThanOrEqual(3_000)
    expect(world.payloads('client:creation-failed')).toMatchObject([{ error: { code: 'CONNECT_TIMEOUT', endpoint: 'http://b.test/mcp' } }])
  })

  it('ends with SHUTTING_DOWN when the pool is shut down meanwhile', async () => {
    const world = new FleetWorld(['a', 'b'])
    const start = world.fleet.start()
    await Promise.all([expect(start).rejects.toMatchObject({ code: 'SHUTTING_DOWN' }), world.fleet.shutdown()])
    await world.time.run(100)
    expect(world.names()).toEqual(['starting', 'shutting-down', 'shutdown'])
    expect(world.servers.get('a')?.connections).toEqual([])
    expect(world.time.pending).toBe(0)
  })
})

describe('createClient', () => {
  it('goes where fewest are, and to the endpoint that is asked for', async () => {
    const world = new FleetWorld(['a', 'b', 'c'], { minSize: 2 })
    await world.started()
    const third = await world.during(world.fleet.createClient())
    expect(third.endpoint.id).toBe('c')
    expect(world.fleet.fit).toContain(third)
    const fourth = await world.during(world.fleet.createClient(world.endpoints[1]))
    expect(fourth.place).toBe('b#2')
  })

  it('takes turns where all have as many, as discoverEndpoint does', async () => {
    const world = new FleetWorld(['a', 'b', 'c'])
    await world.started()
    const turns: string[] = []
    for (let i = 0; i < 6; i++) turns.push((await world.fleet.discoverEndpoint()).id)
    expect(turns.slice(0, 3).sort()).toEqual(['a', 'b', 'c'])
    expect(turns.slice(3)).toEqual(turns.slice(0, 3))
  })

  it('fills at most maxSize places, those being connected included', async () => {
    const world = new FleetWorld(['a', 'b'], { maxSize: 3 })
    await world.started()
    const third = world.fleet.createClient()
    await expect(world.fleet.createClient()).rejects.toMatchObject({ code: 'POOL_FULL' })
    await world.during(third)
    await expect(world.fleet.createClient()).rejects.toMatchObject({ code: 'POOL_FULL' })
    expect(world.clients).toHaveLength(3)
  })

  it('says what went wrong, and counts it', async () => {
    const world = new FleetWorld(['a', 'b'])
    await world.started()
    world.server('a').state = 'down'
    await expect(world.during(world.fleet.createClient(world.endpoints[0]))).rejects.toMatchObject({ code: 'CONNECT_FAILED' })
    expect(world.payloads('client:error')).toMatchObject([{ error: { message: 'a refused' } }])
    expect(world.names()).not.toContain('client:creation-failed')
    expect(world.totals.failedConnections).toBe(1)
  })

  it('prefers an endpoint that is not known to be down', async () => {
    const world = new FleetWorld(['a', 'b'])
    world.server('b').state = 'down'
    await world.started()
    const client = await world.during(world.fleet.createClient())
    expect(client.place).toBe('a#2')
  })

  it('is refused before start and after shutdown', async () => {
    const world = new FleetWorld(['a'])
    await expect(world.fleet.createClient()).rejects.toMatchObject({ code: 'NOT_STARTED' })
    await world.fleet.shutdown()
    await expect(world.fleet.createClient()).rejects.toMatchObject({ code: 'SHUTTING_DOWN' })
    await expect(world.fleet.start()).rejects.toMatchObject({ code: 'SHUTTING_DOWN' })
  })
})
