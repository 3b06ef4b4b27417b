import { describe, expect, it } from 'vitest'
import { EPOCH, FleetWorld, OpenCall } from '../../test/fleet-world.js'
import { PoolError } from '../errors.js'

async function running(names: readonly string[] = ['a', 'b'], options: ConstructorParameters<typeof FleetWorld>[1] = {}): Promise<FleetWorld> {
  const world = new FleetWorld(names, options)
  await world.started()
  world.events.length = 0
  return world
}

describe('probes', () => {
  it('are spread over the first interval and come every interval after that', async () => {
    const world = await running(['a', 'b', 'c', 'd'], { healthCheckInterval: 10_000 })
    await world.time.run(9_999)
    const probes = [...world.servers.values()].map(({ connections }) => connections[0]!.probes)
    expect(probes).toEqual([1, 1, 1, 1])
    await world.time.run(90_000)
    for (const { connections } of world.servers.values()) expect(connections[0]!.probes).toBeGreaterThanOrEqual(9)
    expect(world.events).toEqual([])
  })

  it('are not needed while calls are answered: that is as good, and counts as a check', async () => {
    const world = await running(['a', 'b'], { healthCheckInterval: 10_000 })
    await world.time.run(10_000)
    const [used, idle] = [world.at('a'), world.at('b')]
    const probes = (): number[] => ['a', 'b'].map((name) => world.server(name).connections[0]!.probes)
    const [usedBefore, idleBefore] = probes()
    for (let i = 0; i < 12; i++) {
      new OpenCall(used, world.time).end()
      await world.time.run(5_000)
    }
    expect(probes()).toEqual([usedBefore, idleBefore! + 6])
    for (const { id } of [used, idle]) expect(EPOCH + world.time.now() - world.fleet.views.healthStatus.get(id)!.lastCheck).toBeLessThanOrEqual(10_000)
  })

  it.each([
    ['of a method of its own', { healthCheckMethod: 'health' }, undefined],
    ['whose answers say how the server is', {}, { cpuUsage: 12 }],
  ])('%s are made whatever calls say', async (_, options, metrics) => {
    const world = await running(['a', 'b'], { healthCheckInterval: 10_000, ...options })
    world.server('a').metrics = metrics
    await world.time.run(10_000)
    const { connections } = world.server('a')
    const before = connections[0]!.probes
    for (let i = 0; i < 12; i++) {
      new OpenCall(world.at('a'), world.time).end()
      await world.time.run(5_000)
    }
    expect(connections[0]!.probes - before).toBe(6)
  })

  it('say when they were, how long they took, and what the server said of itself', async () => {
    const world = await running()
    const client = world.at('a')
    world.server('a').metrics = { cpuUsage: 40, applicationUsage: 30, memoryUsage: 70, queueDepth: 3, activeRequests: 99 }
    await world.time.run(1_000)
    await world.fleet.performHealthCheck(client.id)
    expect(world.fleet.views.healthStatus.get(client.id)).toEqual({
      status: 'healthy',
      lastCheck: 1_700_000_000_000 + world.time.now(),
      latency: 0,
      consecutiveFailures: 0,
      lastError: undefined,
    })
    // Its own count of requests includes ours.
    expect(world.fleet.views.loadMetrics.get(client.id)).toMatchObject({
      cpuUsage: 40,
      applicationUsage: 30,
      memoryUsage: 70,
      queueDepth: 3,
      activeRequests: 0,
    })
    expect(client.load.report).toMatchObject({ cpuUsage: 40, applicationUsage: 30, memoryUsage: 70 })
  })

  it('make a client unhealthy when unhealthyThreshold of them failed in a row', async () => {
    const world = await running()
    const client = world.at('a')
    world.server('a').connections[0]!.probeResult = new Error('out of order')
    for (let i = 0; i < 2; i++) await world.fleet.performHealthCheck(client.id)
    expect([world.status(client), world.fleet.isHealthy(client.id)]).toEqual(['healthy', true])
    await world.fleet.performHealthCheck(client.id)
    expect([world.status(client), world.fleet.isHealthy(client.id)]).toEqual(['unhealthy', false])
    expect(world.fleet.getHealthyClients()).toEqual([world.at('b')])
    expect(world.snapshots.at(-1)).toEqual([world.at('b')])
    expect(world.events).toEqual([
      ['client:unhealthy', { ...client.ref, error: 'out of order' }],
      ['client:recovering', client.ref],
    ])
    expect(world.fleet.views.healthStatus.get(client.id)).toMatchObject({ consecutiveFailures: 3, lastError: 'out of order' })
  })

  describe('of a server that takes our token no more', () => {
    const unauthorized = (status?: number): PoolError =>
      new PoolError('AUTH_FAILED', 'the server does not accept the new token either', { progress: 'refused', ...(status !== undefined && { status }) })

    it('are made as soon as a call hears of it, and take it out at once', async () => {
      const world = await running()
      const client = world.at('a')
      world.server('a').connections[0]!.probeResult = unauthorized(401)
      world.fleet.report(client, 'ignored', unauthorized(401))
      await world.time.run(0)
      expect([world.status(client), world.status(world.at('b'))]).toEqual(['unhealthy', 'healthy'])
      expect(world.names(client)).toEqual(['client:unhealthy', 'client:recovering'])
    })

    it('are not made with each of a thousand calls', async () => {
      const world = await running()
      const before = world.server('a').connections[0]!.probes
      for (let i = 0; i < 1_000; i++) {
        world.fleet.report(world.at('a'), 'ignored', unauthorized(401))
        await world.time.run(1)
      }
      expect(world.server('a').connections[0]!.probes - before).toBe(1)
      expect(world.status(world.at('a'))).toBe('healthy')
    })

    it('leave the last one in use: where all refuse the token, calls should say so', async () => {
      const world = await running()
      for (const name of ['a', 'b']) world.server(name).connections[0]!.probeResult = unauthorized(401)
      for (const name of ['a', 'b']) await world.fleet.performHealthCheck(world.at(name).id)
      expect(['a', 'b'].map((name) => world.status(world.at(name)))).toEqual(['unhealthy', 'healthy'])
    })

    it('take nobody out where there was no token to be refused', async () => {
      const world = await running()
      world.server('a').connections[0]!.probeResult = unauthorized()
      await world.fleet.performHealthCheck(world.at('a').id)
      expect(world.status(world.at('a'))).toBe('healthy')
    })
  })

  it('fail when there is no answer within healthCheckTimeout', async () => {
    const world = await running(['a', 'b'], { healthCheckTimeout: 700 })
    const client = world.at('a')
    world.server('a').state = 'hung'
    const check = world.fleet.performHealthCheck(client.id)
    await world.time.run(699)
    expect(world.fleet.views.healthStatus.get(client.id)?.consecutiveFailures).toBe(0)
    await world.time.run(1)
    await check
    expect(world.fleet.views.healthStatus.get(client.id)).toMatchObject({ consecutiveFailures: 1, lastError: 'no answer to the health check within 700 ms' })
  })

  it('are one at a time for a client, whoever asks', async () => {
    const world = await running()
    world.fleet.startHealthMonitoring()
    await Promise.all([world.fleet.performHealthCheck(world.at('a').id), world.fleet.performHealthCheck(world.at('a').id)])
    expect(world.server('a').connections[0]!.probes).toBe(1)
  })

  it('are asked of the client, which may be replaced in tests', async () => {
    const world = await running()
    const client = world.at('a')
    client.healthCheck = () => {
      throw new Error('replaced')
    }
    await world.fleet.performHealthCheck(client.id)
    expect(world.fleet.views.healthStatus.get(client.id)).toMatchObject({ consecutiveFailures: 1, lastError: 'replaced' })
  })

  it('count against the connection that they were asked on', async () => {
    const world = await running()
    const client = world.at('a')
    world.server('a').state = 'hung'
    const check = world.fleet.performHealthCheck(client.id)
    world.server('a').state = 'up'
    await world.during(client.reconnect())
    await world.during(check)
    expect(world.fleet.views.healthStatus.get(client.id)?.consecutiveFailures).toBe(0)
  })
})

describe('handleHealthCheckFailure', () => {
  it('has its effect at once, as the probes that it stands for', async () => {
    const world = await running()
    const client = world.at('a')
    for (let i = 0; i < 3; i++) world.fleet.handleHealthCheckFailure(client.id, new Error('Test failure'))
    expect(world.status(client)).toBe('unhealthy')
    expect(world.names()).toEqual(['client:unhealthy', 'client:recovering'])
    await world.time.run(1_000)
    expect(world.names(client)).toEqual(['client:unhealthy', 'client:recovering', 'client:recovered', 'client:healthy'])
    expect(world.status(client)).toBe('healthy')
  })

  it('ignores clients that are gone', async () => {
    const world = await running()
    for (let i = 0; i < 3; i++) world.fleet.handleHealthCheckFailure('client-gone', new Error('late'))
    await world.fleet.performHealthCheck('client-gone')
    await world.fleet.attemptClientRecovery('client-gone')
    await world.fleet.handleClientDisconnection('client-gone')
    expect(world.events).toEqual([])
  })
})

describe('a lost connection', () => {
  it('takes the client out at once, and brings it back when it has proved itself', async () => {
    const world = await running()
    const client = world.at('a')
    const [lost] = world.server('a').connections
    lost!.lose(new Error('socket hang up'))
    expect(world.status(client)).toBe('disconnected')
    expect(world.fleet.fit).toEqual([world.at('b')])
    expect(world.events).toEqual([
      ['client:error', { ...client.ref, error: expect.objectContaining({ message: 'socket hang up' }) }],
      ['client:disconnected', client.ref],
      ['client:recovering', client.ref],
    ])
    await world.time.run(6)
    expect([world.names().at(-1), world.status(client)]).toEqual(['client:recovered', 'recovering'])
    expect(world.fleet.fit).toEqual([world.at('b')])
    await world.time.run(300)
    expect([world.names().at(-1), world.status(client)]).toEqual(['client:healthy', 'healthy'])
    expect(world.fleet.fit).toHaveLength(2)
    expect(client.connection).toBe(world.server('a').connections.at(-1))
    expect(world.servesChanged).toEqual([client.id])
  })

  it('is recovered for ever, with backoff, and without giving a place of minSize up', async () => {
    const world = await running()
    const client = world.at('a')
    world.server('a').crash()
    await world.time.run(10 * 60_000)
    expect(world.clients).toContain(client)
    const attempts = world.server('a').attempts.slice(1)
    // Full jitter up to 5 s: 2.5 s in the mean.
    expect(attempts.length).toBeGreaterThan(120)
    expect(attempts.length).toBeLessThan(480)
    expect(world.names(client).filter((name) => name === 'client:recovery-failed')).toHaveLength(attempts.length)
    expect(world.payloads('client:recovery-failed')[0]).toEqual({ ...client.ref, error: 'a refused' })
    world.server('a').state = 'up'
    await world.time.run(5_500)
    expect(world.status(client)).toBe('healthy')
  })

  it('is recovered with a wait where calls are repeated without one', async () => {
    const world = new FleetWorld(['a', 'b', 'never'], { retryDelay: 0, minSize: 3 })
    world.server('never').state = 'down'
    await world.started()
    world.server('a').crash()
    await world.time.run(60_000)
    for (const name of ['a', 'never']) {
      expect(world.server(name).attempts.length).toBeGreaterThan(5)
      expect(world.server(name).attempts.length).toBeLessThan(50)
    }
  })

  it('is not reconnected at once again and again where the server accepts and drops', async () => {
    const world = await running()
    const client = world.at('a')
    for (let i = 0; i < 600; i++) {
      for (const connection of [...world.server('a').connections]) connection.lose()
      await world.time.run(100)
    }
    expect(world.server('a').attempts.length).toBeLessThan(60)
    await world.time.run(6_000)
    expect(world.status(client)).toBe('healthy')
    await world.time.run(6_000)
    // It held for longer than the longest backoff: the next loss is one like the first.
    const before = world.server('a').attempts.length
    world.server('a').connections[0]!.lose()
    await world.time.run(0)
    expect(world.server('a').attempts).toHaveLength(before + 1)
  })

  it('costs a client above minSize its place, which it gets back when its endpoint answers', async () => {
    const world = await running(['a', 'b', 'c'], { minSize: 2, idleTimeout: 3_600_000 })
    const third = await world.during(world.fleet.createClient())
    world.server('c').crash()
    await world.time.run(100)
    expect(world.names(third)).toEqual([
      'client:connected',
      'client:error',
      'client:disconnected',
      'client:recovering',
      'client:recovery-failed',
      'client:draining',
      'client:removed',
    ])
    expect(world.spread).toEqual(['a', 'b'])
    await world.time.run(60_000)
    expect(world.payloads('client:creation-failed').length).toBeGreaterThan(5)
    world.server('c').state = 'up'
    await world.time.run(5_100)
    expect(world.spread).toEqual(['a', 'b', 'c'])
    expect(world.at('c').place).toBe(third.place)
    await world.time.run(60_000)
    expect(world.clients).toHaveLength(3)
  })

  it('gets the others of its endpoint back as well, as soon as one is', async () => {
    for (let seed = 1; seed <= 5; seed++) {
      const world = new FleetWorld(['a', 'c'], { idleTimeout: 3_600_000 }, seed)
      await world.started()
      await world.during(world.fleet.createClient(world.endpoints[1]))
      world.server('c').crash()
      await world.time.run(20_000)
      expect(world.spread).toEqual(['a', 'c'])
      world.server('c').state = 'up'
      while (!world.names().includes('client:recovered')) await world.time.run(5)
      await world.time.run(10)
      expect(world.spread).toEqual(['a', 'c', 'c'])
    }
  })

  it('does not let a new connection replace one that became well meanwhile', async () => {
    const world = await running()
    const client = world.at('a')
    const old = client.connection
    for (let i = 0; i < 3; i++) world.fleet.handleHealthCheckFailure(client.id, new Error('busy'))
    world.server('a').state = 'hung'
    await world.time.run(10)
    world.server('a').state = 'up'
    for (let i = 0; i < 2; i++) await world.fleet.performHealthCheck(client.id)
    expect(world.status(client)).toBe('healthy')
    await world.time.run(20_000)
    expect(client.connection).toBe(old)
    expect(world.names(client)).toEqual(['client:unhealthy', 'client:recovering', 'client:healthy'])
  })

  it('closes the connection that it replaces when its calls are done', async () => {
    const world = await running()
    const client = world.at('a')
    const [old] = world.server('a').connections
    const call = world.call(client)
    await world.during(client.reconnect())
    await world.time.run(1_000)
    expect([old!.closed, client.connection === old]).toEqual([false, false])
    call.end()
    await world.time.run(30)
    expect(old!.closed).toBe(true)
    expect(world.status(client)).toBe('healthy')
  })

  it('closes a connection that came too late', async () => {
    const world = await running(['a', 'b'], { connectionTimeout: 1_000 })
    const client = world.at('a')
    world.server('a').latency = 1_500
    // A connector that does not listen to its signal.
    world.server('a').connections[0]!.lose()
    await world.time.run(1_000)
    expect(world.payloads('client:recovery-failed')[0]?.error).toContain('no connection within 1000 ms')
    await world.time.run(10_000)
    expect(world.server('a').connections.filter(({ closed }) => !closed).length).toBeLessThanOrEqual(1)
    expect(world.status(client)).toBe('disconnected')
  })
})

describe('reports of calls', () => {
  const failure = new PoolError('HTTP_STATUS', 'answered 500', { progress: 'sent', status: 500 })

  const fail = (world: FleetWorld, times: number, name = 'a'): void => {
    for (let i = 0; i < times; i++) world.fleet.report(world.at(name), 'failed', failure)
  }

  it('are counted and told, and take nobody out by themselves: that is for whoever compares the clients', async () => {
    const world = await running()
    const client = world.at('a')
    fail(world, 2)
    world.fleet.report(client, 'ignored', undefined)
    expect(world.fleet.views.failureCounts.get(client.id)).toBe(2)
    world.fleet.report(client, 'ok', undefined)
    expect(world.fleet.views.failureCounts.get(client.id)).toBe(0)
    fail(world, 5)
    expect([world.fleet.views.failureCounts.get(client.id), world.status(client)]).toEqual([5, 'healthy'])
    expect(world.names(client)).toEqual(Array(7).fill('client:error'))
    // An error that is reported counts, also from a listener that heard of it.
    world.onEvent = ([name]) => {
      if (name !== 'client:error') return
      world.onEvent = () => {}
      world.fleet.handleClientError(client.id, failure)
    }
    fail(world, 1)
    expect(world.status(client)).toBe('unhealthy')
  })

  it('make a client unhealthy after unhealthyThreshold failures in a row where nobody compares, and probes bring it back', async () => {
    const world = await running(['a', 'b'], { maxEjectionPercent: 0 })
    const client = world.at('a')
    fail(world, 2)
    world.fleet.report(client, 'ok', undefined)
    fail(world, 3)
    expect(world.status(client)).toBe('unhealthy')
    expect(world.fleet.fit).toEqual([world.at('b')])
    expect(world.names(client)).toEqual([...Array(5).fill('client:error'), 'client:unhealthy'])
    await world.time.run(1_000)
    expect(world.names(client).at(-1)).toBe('client:healthy')
    // The connection was not at fault.
    expect(world.server('a').attempts).toHaveLength(1)
  })

  it('are forgotten by the load of a client that is fit again, which starts slowly, as one that is new', async () => {
    const world = await running(['a', 'b'], { slowStartTime: 4_000 })
    const client = world.at('a')
    const returned: unknown[] = []
    client.load.returned = (now, slowStart) => void returned.push([now === world.time.now(), slowStart])
    for (let i = 0; i < 3; i++) world.fleet.handleClientError(client.id, failure)
    expect(returned).toEqual([])
    await world.time.run(250)
    expect(returned).toEqual([[true, 4_000]])
  })

  it('take a client out with the first request that nobody was there to take', async () => {
    for (const code of ['CONNECT_FAILED', 'CONNECT_TIMEOUT'] as const) {
      const world = await running()
      const client = world.at('a')
      world.server('a').state = 'down'
      world.fleet.report(client, 'failed', new PoolError(code, 'connect ECONNREFUSED', { progress: 'not-sent' }))
      expect(world.status(client)).toBe('disconnected')
      expect(world.names(client)).toEqual(['client:error', 'client:disconnected', 'client:recovering'])
      world.fleet.report(client, 'failed', new PoolError(code, 'connect ECONNREFUSED', { progress: 'not-sent' }))
      expect(world.names(client).filter((name) => name === 'client:disconnected')).toHaveLength(1)
    }
  })
})

describe('events of a client', () => {
  it('have the effect of the real thing when they are emitted by hand', async () => {
    const world = await running()
    const client = world.at('a')
    client.emit('metrics', { cpuUsage: 12 })
    expect(world.fleet.views.loadMetrics.get(client.id)?.cpuUsage).toBe(12)
    client.emit('notification', { jsonrpc: '2.0', method: 'notifications/message' })
    expect(world.payloads('notification')).toEqual([{ ...client.ref, notification: { jsonrpc: '2.0', method: 'notifications/message' } }])
    expect(world.log).toEqual([`${client.id} notifications/message`])
    const error = new Error('Simulated')
    for (let i = 0; i < 3; i++) client.emit('error', error)
    expect(world.payloads('client:error')).toEqual(Array(3).fill({ ...client.ref, error }))
    expect(world.status(client)).toBe('unhealthy')
    client.emit('disconnected')
    expect(world.status(client)).toBe('disconnected')
  })

  it('reach its own listeners, once each', async () => {
    const world = await running()
    const client = world.at('a')
    const heard: string[] = []
    client.on('error', (error) => heard.push(error.message))
    client.on('disconnected', () => heard.push('disconnected'))
    client.once('notification', ({ method }) => heard.push(method))
    world.server('a').connections[0]!.lose(new Error('gone'))
    expect(heard).toEqual(['gone', 'disconnected'])
  })

  it('tell what went wrong on the side of a connection that goes on, and hold it against nobody', async () => {
    const world = await running(['a', 'b'], { maxEjectionPercent: 0 })
    const client = world.at('a')
    const error = new PoolError('PROTOCOL', 'did not list its tools', { progress: 'answered' })
    for (let i = 0; i < 10; i++) world.server('a').connections[0]!.complain(error)
    expect(world.payloads('client:error')).toEqual(Array(10).fill({ ...client.ref, error }))
    expect([world.status(client), world.fleet.views.failureCounts.get(client.id), world.errorsReported]).toEqual(['healthy', 0, []])
    // From a user the same error counts.
    for (let i = 0; i < 3; i++) world.fleet.handleClientError(client.id, error)
    expect([world.status(client), world.errorsReported]).toEqual(['unhealthy', Array(3).fill(client.id)])
  })

  it('say what a connection says outside of calls, as long as it is the one in use', async () => {
    const world = await running()
    const client = world.at('a')
    const [first] = world.server('a').connections
    first!.change({ lacks: ['prompts/get'] })
    expect(world.servesChanged).toEqual([client.id])
    await world.during(client.reconnect())
    world.servesChanged.length = 0
    first!.change({ lacks: [] })
    first!.lose()
    expect(world.servesChanged).toEqual([])
    expect(world.status(client)).toBe('healthy')
  })
})

describe('a pooled client', () => {
  it('sends on itself', async () => {
    const world = await running()
    const client = world.at('b')
    expect(await client.send({ jsonrpc: '2.0', id: 7, method: 'ping' })).toEqual({ jsonrpc: '2.0', id: 7, result: { sentOn: client.id } })
  })

  it('that is disconnected by hand connects again, for its place is not given up', async () => {
    const world = await running()
    const client = world.at('a')
    const [old] = world.server('a').connections
    await client.disconnect()
    expect([old!.closed, world.status(client)]).toEqual([true, 'disconnected'])
    await world.time.run(1_000)
    expect(world.status(client)).toBe('healthy')
    expect(world.server('a').connections).toHaveLength(1)
  })

  it('says how its probe went', async () => {
    const world = await running()
    world.server('a').metrics = { cpuUsage: 5 }
    expect(await world.at('a').healthCheck()).toEqual({ latency: 0, metrics: { cpuUsage: 5 } })
  })

  it('is recovered on demand, and its new connection made known', async () => {
    const world = await running()
    const client = world.at('a')
    const published = world.snapshots.length
    await world.during(world.fleet.attemptClientRecovery(client.id))
    expect(world.names(client)).toEqual(['client:recovering', 'client:recovered'])
    expect(world.status(client)).toBe('healthy')
    expect(world.snapshots.slice(published)).toEqual([world.clients])
  })

  it('that is fit keeps what it has when recovery on demand fails', async () => {
    const world = await running(['a', 'b'], { idleTimeout: 3_600_000 })
    const third = await world.during(world.fleet.createClient(world.endpoints[0]))
    const { connection } = third
    world.server('a').state = 'down'
    await world.during(world.fleet.attemptClientRecovery(third.id))
    await world.time.run(1_000)
    expect(world.names(third)).toEqual(['client:connected', 'client:recovering', 'client:recovery-failed'])
    expect([world.status(third), third.connection === connection]).toEqual(['healthy', true])
  })
})

describe('an endpoint that speaks another revision', () => {
  it('is told of once, when the first of its clients is connected again', async () => {
    const world = await running(['a'], { minSize: 2 })
    const server = world.server('a')
    server.era = 'legacy'
    for (const connection of [...server.connections]) connection.lose()
    await world.time.run(100)
    expect(world.names().filter((name) => name === 'client:recovered')).toHaveLength(2)
    expect(world.payloads('endpoint:era-changed')).toEqual([
      {
        endpoint: 'http://a.test/mcp',
        ...{ era: 'legacy', protocolVersion: '2025-11-25', previousEra: 'modern', previousProtocolVersion: '2026-07-28' },
      },
    ])
  })
})
