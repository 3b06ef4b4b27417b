import { describe, expect, it } from 'vitest'
import { FleetWorld, type OpenCall } from '../../test/fleet-world.js'

async function running(names: readonly string[], options: ConstructorParameters<typeof FleetWorld>[1] = {}): Promise<FleetWorld> {
  const world = new FleetWorld(names, options)
  await world.started()
  world.events.length = 0
  return world
}

/** Calls until a client has so many under way. */
function load(world: FleetWorld, count: number): OpenCall[] {
  return world.fleet.fit.flatMap((client) => Array.from({ length: count - client.load.outstanding }, () => world.call(client)))
}

describe('removeClient', () => {
  it('removes the client and replaces it', async () => {
    const world = await running(['a', 'b'])
    const client = world.at('a')
    const [connection] = world.server('a').connections
    await world.fleet.removeClient(client.id)
    expect(connection!.closed).toBe(true)
    expect(world.fleet.views.clients.has(client.id)).toBe(false)
    expect(world.names(client)).toEqual(['client:draining', 'client:removed'])
    await world.time.run(10)
    expect(world.spread).toEqual(['a', 'b'])
    expect(world.at('a').place).toBe(client.place)
    expect(world.totals).toEqual({ totalConnections: 3, activeConnections: 2, failedConnections: 0 })
  })

  it('gives the client no new calls, lets it finish those it has, and replaces it meanwhile', async () => {
    const world = await running(['a', 'b'])
    const client = world.at('a')
    const call = world.call(client)
    const removed = world.fleet.removeClient(client.id)
    expect(world.fleet.fit).toEqual([world.at('b')])
    expect(world.status(client)).toBe('draining')
    await world.time.run(60_000)
    expect(world.events[0]).toEqual(['client:draining', { ...client.ref, outstanding: 1 }])
    expect(world.names(client)).toEqual(['client:draining'])
    expect(world.fleet.fit).toHaveLength(2)
    expect(world.fleet.fit).not.toContain(client)
    call.end()
    await world.during(removed)
    expect(world.names(client)).toEqual(['client:draining', 'client:removed'])
    expect(world.clients).toHaveLength(2)
  })

  it('says why a connection did not close, and is done all the same', async () => {
    const world = await running(['a', 'b'])
    const client = world.at('a')
    world.server('a').connections[0]!.closeError = new Error('cannot let go')
    await world.fleet.removeClient(client.id)
    expect(world.events.slice(1, 3)).toEqual([
      ['client:disconnect-error', { ...client.ref, error: expect.objectContaining({ message: 'cannot let go' }) }],
      ['client:removed', client.ref],
    ])
  })

  it('does not wait for ever for a connection to close', async () => {
    const world = await running(['a', 'b'], { connectionTimeout: 2_000 })
    const client = world.at('a')
    client.disconnect = () => new Promise(() => {})
    await world.during(world.fleet.removeClient(client.id))
    expect(world.payloads('client:disconnect-error')[0]?.error.message).toContain('did not close within 2000 ms')
    expect(world.names(client)).toContain('client:removed')
  })

  it('is one removal, however often it is asked for, and none for who is gone', async () => {
    const world = await running(['a', 'b'])
    const client = world.at('a')
    await Promise.all([world.fleet.removeClient(client.id), world.fleet.removeClient(client.id)])
    await world.fleet.removeClient(client.id)
    await world.fleet.removeClient('client-nobody')
    expect(world.names(client)).toEqual(['client:draining', 'client:removed'])
    expect(world.totals.activeConnections).toBe(1)
  })

  it('tells of a replacement that fails, and goes on trying', async () => {
    const world = await running(['a', 'b'])
    world.server('a').state = 'down'
    await world.fleet.removeClient(world.at('a').id)
    await world.time.run(10)
    expect(world.payloads('client:creation-failed')).toMatchObject([{ error: { message: 'a refused' } }])
    world.server('a').state = 'up'
    await world.time.run(5_000)
    expect(world.spread).toEqual(['a', 'b'])
  })
})

describe('a disconnection below minSize', () => {
  it('makes the pool try at once what it would have tried later', async () => {
    const world = new FleetWorld(['a', 'b', 'c'], { minSize: 3, retryDelay: 60_000 })
    world.server('c').state = 'down'
    await world.started()
    const client = world.at('a')
    const attempts = world.server('c').attempts.length
    world.server('a').connections[0]!.lose()
    await world.time.run(10)
    // c is known to be down: whoever is not, and has fewest.
    expect(world.server('c').attempts).toHaveLength(attempts)
    expect(world.clients).toHaveLength(3)
    world.server('a').state = 'down'
    world.server('b').state = 'down'
    await world.time.run(60_000)
    expect(world.names(client)).not.toContain('client:removed')
  })

  it('tells which client it was that could not be replaced', async () => {
    const world = new FleetWorld(['a', 'b'], { minSize: 2, retryDelay: 3_600_000, maxRetryDelay: 3_600_000 })
    world.server('b').state = 'down'
    await world.started()
    const client = world.at('a')
    world.server('a').crash()
    await world.time.run(10)
    expect(world.payloads('client:replacement-failed')).toMatchObject([{ ...client.ref, error: { message: 'a refused' } }])
  })
})

describe('pressure', () => {
  it('adds a client when every fit one has all its sockets busy, first where there is none', async () => {
    const world = await running(['a', 'b', 'c'], { minSize: 2, connectionsPerClient: 4 })
    load(world, 3)
    world.fleet.pressure()
    await world.time.run(10)
    expect(world.clients).toHaveLength(2)
    const calls = load(world, 4)
    expect(calls).toHaveLength(2)
    world.fleet.pressure()
    world.fleet.pressure()
    await world.time.run(10)
    expect(world.spread).toEqual(['a', 'b', 'c'])
    world.fleet.pressure()
    await world.time.run(10)
    expect(world.clients).toHaveLength(3)
  })

  it('of calls that wait in a queue adds one whatever the sockets, for it is limits that they wait for', async () => {
    const world = await running(['a', 'b', 'c'], { minSize: 2, maxSize: 4 })
    for (const size of [3, 4, 4]) {
      world.fleet.pressure(true)
      world.fleet.pressure(true)
      await world.time.run(10)
      expect(world.clients).toHaveLength(size)
    }
    expect(world.spread).toEqual(expect.arrayContaining(['a', 'b', 'c']))
  })

  it('stops at maxSize', async () => {
    const world = await running(['a', 'b'], { maxSize: 4, connectionsPerClient: 1 })
    for (let i = 0; i < 10; i++) {
      load(world, 1)
      world.fleet.pressure()
      await world.time.run(10)
    }
    expect(world.spread).toEqual(['a', 'a', 'b', 'b'])
  })

  it('goes on elsewhere, and not again at once, where an endpoint is down', async () => {
    const world = await running(['a', 'b', 'c'], { minSize: 2, connectionsPerClient: 1, retryDelay: 1_000 })
    world.server('c').state = 'down'
    load(world, 1)
    for (let i = 0; i < 3; i++) {
      world.fleet.pressure()
      await world.time.run(6)
    }
    expect(world.server('c').attempts).toHaveLength(1)
    expect(world.payloads('client:creation-failed')).toHaveLength(1)
    expect(world.clients).toHaveLength(3)
  })

  it('finds somebody when nobody is fit', async () => {
    const world = await running(['a', 'b', 'c'], { minSize: 2 })
    world.server('a').crash()
    world.server('b').crash()
    expect(world.fleet.fit).toEqual([])
    world.fleet.pressure()
    await world.time.run(10)
    expect(world.fleet.fit).toEqual([world.at('c')])
  })
})

describe('idle clients', () => {
  it('above minSize are closed after idleTimeout, where most are', async () => {
    const world = await running(['a', 'b'], { idleTimeout: 10_000 })
    for (let i = 0; i < 3; i++) await world.during(world.fleet.createClient(world.endpoints[0]))
    await world.time.run(9_900)
    expect(world.clients).toHaveLength(5)
    await world.time.run(3_000)
    expect(world.spread).toEqual(['a', 'b'])
    expect(world.names().filter((name) => name === 'client:removed')).toHaveLength(3)
    await world.time.run(3_600_000)
    expect(world.spread).toEqual(['a', 'b'])
  })

  it('are not those that work, nor those that somebody keeps something open on', async () => {
    const world = await running(['a', 'b'], { idleTimeout: 10_000 })
    const [busy, used, held, spare] = [
      await world.during(world.fleet.createClient()),
      await world.during(world.fleet.createClient()),
      await world.during(world.fleet.createClient()),
      await world.during(world.fleet.createClient()),
    ]
    const call = world.call(busy)
    ;(held.connection as { held?: number }).held = 1
    for (const client of world.clients) if (![busy, used, held, spare].includes(client)) world.call(client)
    for (let i = 0; i < 20; i++) {
      world.call(used).end()
      await world.time.run(2_000)
    }
    expect(world.clients).toHaveLength(5)
    expect(world.clients).not.toContain(spare)
    call.end()
    await world.time.run(13_000)
    expect(world.clients).not.toContain(used)
    expect(world.clients).not.toContain(busy)
    expect(world.clients).toContain(held)
  })

  it('are closed where fewest are too, when nobody else is about to idle as long', async () => {
    const world = await running(['a', 'b'], { idleTimeout: 8_000 })
    await world.during(world.fleet.createClient(world.endpoints[0]))
    const calls = world.clients.filter(({ endpoint }) => endpoint.id === 'a').map((client) => world.call(client))
    await world.time.run(10_100)
    expect(world.spread).toEqual(['a', 'a'])
    expect(calls).toHaveLength(2)
  })

  it('are spared for as long again where others idle, and no longer', async () => {
    const world = await running(['a', 'b'], { idleTimeout: 8_000 })
    await world.during(world.fleet.createClient(world.endpoints[0]))
    const used = world.clients.filter(({ endpoint }) => endpoint.id === 'a')
    for (let i = 0; i < 10; i++) {
      world.call(used[i % 2]!).end()
      await world.time.run(2_000)
      if (i < 7) expect(world.clients).toHaveLength(3)
    }
    expect(world.spread).toEqual(['a', 'a'])
  })

  it('are those that could have worked: one that is out of use stays', async () => {
    const world = await running(['a', 'b'], { idleTimeout: 8_000 })
    const ejected = world.at('a')
    world.fleet.views.healthStatus.set(ejected.id, { status: 'ejected' })
    for (const endpoint of world.endpoints) await world.during(world.fleet.createClient(endpoint))
    await world.time.run(11_000)
    expect(world.clients).toContain(ejected)
    expect(world.fleet.fit).toHaveLength(2)
  })

  it('stay while those of minSize are away', async () => {
    const world = await running(['a', 'b', 'c'], { minSize: 2, idleTimeout: 1_000 })
    const third = await world.during(world.fleet.createClient())
    world.server('a').crash()
    world.server('b').state = 'down'
    await world.time.run(100)
    // With the first gone there are as many as minSize again.
    expect(world.spread).toEqual(['b', 'c'])
    await world.time.run(60_000)
    expect(world.clients).toContain(third)
  })
})

describe('drain', () => {
  it('removes all clients of an endpoint when their calls are done, and gets minSize elsewhere', async () => {
    const world = await running(['a', 'b'], { minSize: 4 })
    const leaving = world.clients.filter(({ endpoint }) => endpoint.id === 'a')
    const call = world.call(leaving[0]!)
    const drained = world.fleet.drain('a')
    expect(world.fleet.fit.every(({ endpoint }) => endpoint.id === 'b')).toBe(true)
    await world.time.run(1_000)
    expect(world.fleet.fit).toHaveLength(4)
    expect(world.clients).toContain(leaving[0])
    call.end()
    await world.during(drained)
    expect(world.spread).toEqual(['b', 'b', 'b', 'b'])
  })

  it('lasts until a client is asked for there by name', async () => {
    const world = await running(['a', 'b'])
    await world.during(world.fleet.drain('a'))
    await world.during(world.fleet.removeClient(world.at('b').id))
    await world.time.run(600_000)
    expect(world.spread).toEqual(['b', 'b'])
    await world.during(world.fleet.createClient(world.endpoints[0]))
    expect(world.spread).toEqual(['a', 'b'])
    await world.during(world.fleet.removeClient(world.at('a').id))
    await world.time.run(10)
    expect(world.spread).toEqual(['a', 'b'])
  })

  it('gives up a client that is just being connected there', async () => {
    const world = await running(['a', 'b'])
    const coming = world.fleet.createClient(world.endpoints[0])
    await Promise.all([expect(coming).rejects.toMatchObject({ code: 'CANCELLED' }), world.during(world.fleet.drain('a'))])
    await world.time.run(1_000)
    expect(world.spread).toEqual(['b', 'b'])
    expect(world.server('a').connections).toEqual([])
    expect(world.names()).not.toContain('client:creation-failed')
  })

  it('forgets those who were to come back there', async () => {
    const world = await running(['a', 'b', 'c'], { minSize: 2, idleTimeout: 3_600_000 })
    for (let i = 0; i < 2; i++) await world.during(world.fleet.createClient(world.endpoints[2]))
    world.server('c').crash()
    await world.time.run(100)
    expect(world.spread).toEqual(['a', 'b'])
    await world.fleet.drain('c')
    world.server('c').state = 'up'
    await world.during(world.fleet.createClient(world.endpoints[2]))
    await world.time.run(60_000)
    expect(world.spread).toEqual(['a', 'b', 'c'])
  })

  it('of the last endpoint leaves nobody, and says so', async () => {
    const world = await running(['a'])
    await world.during(world.fleet.drain('a'))
    expect(world.clients).toEqual([])
    await expect(world.fleet.createClient()).rejects.toMatchObject({ code: 'NO_HEALTHY_CLIENTS' })
    await expect(world.fleet.discoverEndpoint()).rejects.toThrow('all are drained')
    expect(world.time.pending).toBe(0)
  })

  it('refuses an endpoint that it does not know, by name', async () => {
    const world = await running(['a', 'b'])
    await expect(world.fleet.drain('z')).rejects.toMatchObject({ code: 'CONFIG', message: expect.stringContaining('known are a, b') })
  })
})

describe('an endpoint that is none of the options', () => {
  it('has clients for as long as somebody makes them', async () => {
    const world = await running(['a', 'b'])
    const [template] = world.endpoints
    const other = { ...template!, id: 'guest', label: 'http://guest.test/mcp' }
    const client = await world.during(world.fleet.createClient(other))
    expect([client.endpoint.id, client.place]).toEqual(['guest', 'guest#1'])
    await world.during(world.fleet.removeClient(client.id))
    await expect(world.fleet.drain('guest')).rejects.toMatchObject({ code: 'CONFIG' })
    expect(world.spread).toEqual(['a', 'b'])
  })
})

describe('where every endpoint is drained', () => {
  it('nobody is waited for, however many clients there should be', async () => {
    const world = await running(['a', 'b'], { minSize: 2 })
    expect(world.fleet.recovering).toBe(false)
    for (const name of ['a', 'b']) await world.during(world.fleet.drain(name))
    expect([world.clients, world.fleet.recovering]).toEqual([[], false])
  })
})

describe('shutdown', () => {
  it('closes everybody, whatever ending a call comes to', async () => {
    const world = await running(['a', 'b'])
    world.abandoning = () => {
      throw new TypeError('a bug')
    }
    await expect(world.fleet.shutdown()).rejects.toThrow('a bug')
    expect(world.names()).toEqual(['shutting-down', 'shutdown'])
    expect([...world.servers.values()].flatMap(({ connections }) => connections)).toEqual([])
  })

  it('closes everybody, clears everything, and says when', async () => {
    const world = await running(['a', 'b'])
    await world.fleet.shutdown()
    expect(world.names()).toEqual(['shutting-down', 'shutdown'])
    expect(world.log).toEqual(['calls abandoned', 'released'])
    expect([...world.servers.values()].flatMap(({ connections }) => connections)).toEqual([])
    expect(world.snapshots.at(-1)).toEqual([])
    const { clients, healthStatus, loadMetrics, failureCounts } = world.fleet.views
    expect([clients.size, healthStatus.size, loadMetrics.size, failureCounts.size]).toEqual([0, 0, 0, 0])
    expect(world.totals.activeConnections).toBe(0)
    expect(world.time.pending).toBe(0)
  })

  it('waits for calls, up to its timeout, and keeps clients fit for them', async () => {
    const world = await running(['a', 'b'])
    const call = world.call(world.at('a'))
    const shutdown = world.fleet.shutdown({ timeout: 10_000 })
    await world.time.run(5_000)
    expect(world.fleet.fit).toHaveLength(2)
    expect(world.log).toEqual([])
    call.end()
    await world.during(shutdown)
    expect(world.time.now()).toBeLessThan(5_100)
  })

  it('waits for calls that are between two attempts', async () => {
    const world = await running(['a', 'b'])
    world.callsUnderWay = 1
    const shutdown = world.fleet.shutdown({ timeout: 10_000 })
    await world.time.run(1_000)
    expect(world.log).toEqual([])
    world.callsUnderWay = 0
    await world.during(shutdown, 100)
  })

  it('gives up waiting at its timeout', async () => {
    const world = await running(['a', 'b'])
    const removed = world.fleet.removeClient(world.at('b').id)
    for (const client of world.clients) world.call(client)
    world.fleet.removeClient(world.at('a').id).catch(() => {})
    const shutdown = world.fleet.shutdown({ timeout: 2_000 })
    await world.time.run(1_999)
    expect(world.log).toEqual([])
    await world.time.run(1)
    await Promise.all([shutdown, removed])
    expect(world.names().at(-1)).toBe('shutdown')
    expect(world.time.pending).toBe(0)
  })

  it('is one, however often it is asked for, and needs no start', async () => {
    const world = new FleetWorld(['a'])
    const shutdown = world.fleet.shutdown()
    expect(world.fleet.shutdown({ timeout: 1 })).toBe(shutdown)
    await shutdown
    expect(world.names()).toEqual(['shutting-down', 'shutdown'])
  })

  it('ends recoveries and probes that are under way', async () => {
    const world = await running(['a', 'b'], { healthCheckTimeout: 60_000 })
    world.server('a').crash()
    world.server('b').state = 'hung'
    const check = world.fleet.performHealthCheck(world.at('b').id)
    await world.time.run(100)
    await world.fleet.shutdown()
    await check
    expect(world.time.pending).toBe(0)
    const before = world.events.length
    await world.time.run(60_000)
    expect(world.events).toHaveLength(before)
  })
})
