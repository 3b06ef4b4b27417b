import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { FleetWorld } from '../../test/fleet-world.js'
import type { FleetClient } from './fleet-client.js'
import type { Views } from './views.js'

async function running(options: ConstructorParameters<typeof FleetWorld>[1] = {}): Promise<{ world: FleetWorld; views: Views; client: FleetClient }> {
  const world = new FleetWorld(['a', 'b'], options)
  await world.started()
  world.events.length = 0
  return { world, views: world.fleet.views, client: world.at('a') }
}

describe('clients', () => {
  it('is a Map of those who are there', async () => {
    const { world, views, client } = await running()
    expect(views.clients).toBeInstanceOf(Map)
    expect([...views.clients.keys()]).toEqual(world.clients.map(({ id }) => id))
    expect([views.clients.size, views.clients.get(client.id), views.clients.has('client-nobody')]).toEqual([2, client, false])
    const seen: string[] = []
    views.clients.forEach((value, id, map) => seen.push(id === value.id && map === views.clients ? id : '?'))
    expect(seen).toEqual([...views.clients].map(([id]) => id))
    expect(inspect(new Map(views.failureCounts))).toBe(inspect(views.failureCounts))
  })

  it('lets a client go that is deleted: at once from the map, after its calls from the pool', async () => {
    const { world, views, client } = await running()
    const call = world.call(client)
    expect([views.clients.delete(client.id), views.clients.delete(client.id)]).toEqual([true, false])
    expect([views.clients.size, views.clients.has(client.id), world.fleet.isHealthy(client.id)]).toEqual([1, false, false])
    expect(world.fleet.fit).toEqual([world.at('b')])
    await world.time.run(1_000)
    expect([world.spread, world.names(client)]).toEqual([['a', 'b'], ['client:draining']])
    call.end()
    await world.time.run(100)
    expect(world.names(client)).toEqual(['client:draining', 'client:removed'])
    expect(world.totals.activeConnections).toBe(2)
  })

  it('can be deleted on the way through it', async () => {
    const { world, views } = await running()
    for (const id of views.clients.keys()) views.clients.delete(id)
    expect(views.clients.size).toBe(0)
    await world.time.run(1_000)
    expect(world.spread).toEqual(['a', 'b'])
    views.clients.clear()
    expect(views.clients.size).toBe(0)
  })

  it('takes no clients that the pool did not make', async () => {
    const { world, views, client } = await running()
    expect(views.clients.set(client.id, client)).toBe(views.clients)
    expect(() => views.clients.set('client-mine', client)).toThrow(expect.objectContaining({ code: 'CONFIG' }))
    expect(world.clients).toHaveLength(2)
  })
})

describe('healthStatus', () => {
  it('makes a client unfit and fit again', async () => {
    const { world, views, client } = await running()
    views.healthStatus.set(client.id, { status: 'unhealthy', consecutiveFailures: 3, lastError: 'says the operator' })
    expect(world.fleet.isHealthy(client.id)).toBe(false)
    expect(world.snapshots.at(-1)).toEqual([world.at('b')])
    expect(views.healthStatus.get(client.id)).toEqual({ status: 'unhealthy', consecutiveFailures: 3, lastError: 'says the operator', lastCheck: 0, latency: 0 })
    views.healthStatus.set(client.id, { status: 'healthy' })
    expect(world.fleet.isHealthy(client.id)).toBe(true)
    expect(views.healthStatus.get(client.id)?.consecutiveFailures).toBe(0)
    expect(world.fleet.fit).toHaveLength(2)
    expect(world.events).toEqual([])
  })

  it('holds what it is told until the next probe, and then believes the probes', async () => {
    const { world, views, client } = await running({ healthCheckInterval: 10_000 })
    await world.time.run(10_000)
    await world.fleet.performHealthCheck(client.id)
    views.healthStatus.set(client.id, { status: 'unhealthy' })
    await world.time.run(9_900)
    expect(world.status(client)).toBe('unhealthy')
    await world.time.run(1_000)
    expect(world.status(client)).toBe('healthy')
  })

  it('begins what a status asks for', async () => {
    const { world, views, client } = await running()
    views.healthStatus.set(client.id, { status: 'disconnected' })
    expect(world.names(client)).toEqual(['client:recovering'])
    await world.time.run(1_000)
    expect(world.status(client)).toBe('healthy')
    views.healthStatus.set(client.id, { status: 'ejected' })
    await world.time.run(60_000)
    expect(world.status(client)).toBe('ejected')
    views.healthStatus.set(client.id, { status: 'draining' })
    await world.time.run(10)
    expect(world.names(client).at(-1)).toBe('client:removed')
  })

  it('that is deleted has to be earned again', async () => {
    const { world, views, client } = await running()
    world.fleet.handleHealthCheckFailure(client.id, new Error('once'))
    expect(views.healthStatus.delete(client.id)).toBe(true)
    expect(views.healthStatus.get(client.id)).toEqual({ status: 'recovering', consecutiveFailures: 0, lastError: undefined, lastCheck: 0, latency: 0 })
    await world.time.run(1_000)
    expect(world.status(client)).toBe('healthy')
  })

  it('of nobody cannot be set', async () => {
    const { world, views } = await running()
    views.healthStatus.set('client-nobody', { status: 'healthy' })
    expect([views.healthStatus.size, views.healthStatus.delete('client-nobody'), world.fleet.fit.length]).toEqual([2, false, 2])
  })
})

describe('loadMetrics', () => {
  it('adds the calls of the pool to what it was told of others', async () => {
    const { world, views, client } = await running()
    views.loadMetrics.set(client.id, { activeRequests: 5, totalRequests: 100, cpuUsage: 50, queueDepth: 7 })
    const call = world.call(client)
    expect(views.loadMetrics.get(client.id)).toMatchObject({
      activeRequests: 6,
      totalRequests: 101,
      averageLatency: 0,
      cpuUsage: 50,
      memoryUsage: 0,
      queueDepth: 7,
    })
    call.end()
    views.loadMetrics.set(client.id, { activeRequests: 2 })
    expect(views.loadMetrics.get(client.id)).toEqual({
      activeRequests: 2,
      totalRequests: 1,
      averageLatency: 0,
      cpuUsage: 0,
      memoryUsage: 0,
      lastUpdate: 1_700_000_000_000 + world.time.now(),
    })
    expect(views.loadMetrics.delete(client.id)).toBe(true)
    expect(views.loadMetrics.get(client.id)).toMatchObject({ activeRequests: 0, lastUpdate: 0 })
  })

  it('is added to by updateLoadMetrics, which leaves the rest', async () => {
    const { world, views, client } = await running()
    world.fleet.updateLoadMetrics(client.id, { activeRequests: 5, averageLatency: 40, cpuUsage: 'much', disk: 3 })
    world.fleet.updateLoadMetrics(client.id, { memoryUsage: 60 })
    expect(views.loadMetrics.get(client.id)).toMatchObject({ activeRequests: 5, averageLatency: 40, cpuUsage: 0, memoryUsage: 60, disk: 3 })
    world.fleet.updateLoadMetrics('client-nobody', { cpuUsage: 1 })
  })
})

describe('failureCounts', () => {
  it('counts failures in a row, from where it is set', async () => {
    const { world, views, client } = await running()
    expect(views.failureCounts.get(client.id)).toBe(0)
    views.failureCounts.set(client.id, 2)
    world.fleet.handleClientError(client.id, new Error('third'))
    expect([views.failureCounts.get(client.id), world.status(client)]).toEqual([3, 'unhealthy'])
    views.failureCounts.delete(client.id)
    expect(views.failureCounts.get(client.id)).toBe(0)
    expect(views.failureCounts.get('client-nobody')).toBeUndefined()
  })
})
