import { describe, expect, it } from 'vitest'
import { FleetWorld } from '../../test/fleet-world.js'

async function running(options: ConstructorParameters<typeof FleetWorld>[1] = {}): Promise<FleetWorld> {
  const world = new FleetWorld(['a', 'b'], { healthCheckInterval: 10_000, slowStartTime: 4_000, ...options })
  await world.started()
  world.events.length = 0
  return world
}

describe('a client that is ejected', () => {
  it('is not healthy, and can still be given a trial', async () => {
    const world = await running()
    const [a, b] = [world.at('a'), world.at('b')]
    const snapshots = world.snapshots.length
    world.fleet.eject(a, 'slow', 15_000)
    expect([world.status(a), world.fleet.isHealthy(a.id)]).toEqual(['ejected', false])
    expect(world.fleet.getHealthyClients()).toEqual([b])
    expect(world.fleet.views.healthStatus.get(a.id)?.ejection).toEqual({ reason: 'slow', until: 1_700_000_015_000 + world.time.now() })
    expect(world.fleet.available).toEqual([a, b])
    // Who is available did not change.
    expect(world.snapshots).toHaveLength(snapshots)
    expect(world.events).toEqual([['client:ejected', { ...a.ref, reason: 'slow', duration: 15_000 }]])
  })

  it('is healthy again as soon as it is reinstated', async () => {
    const world = await running()
    const a = world.at('a')
    world.fleet.eject(a, 'failing', 15_000)
    await world.time.run(500)
    world.fleet.reinstate(a)
    expect(world.events.at(-1)).toEqual(['client:returned', a.ref])
    expect([world.status(a), world.fleet.fit.length]).toEqual(['healthy', 2])
    expect(world.fleet.views.healthStatus.get(a.id)?.ejection).toBeUndefined()
    world.fleet.reinstate(a)
    expect(world.names(a)).toEqual(['client:ejected', 'client:returned'])
  })

  it('is the state that listeners see when they are told', async () => {
    const world = await running()
    const a = world.at('a')
    const seen: unknown[] = []
    world.onEvent = ([name]) => void seen.push([name, world.status(a), world.fleet.fit.length])
    world.fleet.eject(a, 'unresponsive', 1_000)
    world.fleet.reinstate(a)
    expect(seen).toEqual([
      ['client:ejected', 'ejected', 1],
      ['client:returned', 'healthy', 2],
    ])
  })

  it('keeps its connection and its probes, and does not come back because they pass', async () => {
    const world = await running()
    const a = world.at('a')
    const [connection] = world.server('a').connections
    const before = connection!.probes
    world.fleet.eject(a, 'failing', 15_000)
    await world.time.run(60_000)
    expect(world.status(a)).toBe('ejected')
    expect(connection!.probes - before).toBeGreaterThanOrEqual(5)
    expect([connection!.closed, world.server('a').attempts.length]).toEqual([false, 1])
    expect(world.names(a)).toEqual(['client:ejected'])
  })

  it('may be ejected for longer', async () => {
    const world = await running()
    const a = world.at('a')
    world.fleet.eject(a, 'failing', 1_000)
    world.fleet.eject(a, 'unresponsive', 2_000)
    expect(world.fleet.views.healthStatus.get(a.id)?.ejection).toEqual({ reason: 'unresponsive', until: 1_700_000_002_000 + world.time.now() })
    world.fleet.reinstate(a)
    expect(world.status(a)).toBe('healthy')
  })

  it('that loses its connection is disconnected, and when it is back it is another', async () => {
    const world = await running()
    const a = world.at('a')
    world.fleet.eject(a, 'failing', 15_000)
    world.server('a').connections[0]!.lose()
    expect([world.status(a), world.fleet.available]).toEqual(['disconnected', [world.at('b')]])
    expect(world.fleet.views.healthStatus.get(a.id)?.ejection).toBeUndefined()
    // Nobody may think that it is back.
    world.fleet.reinstate(a)
    expect(world.status(a)).toBe('disconnected')
    await world.time.run(1_000)
    expect([world.status(a), world.fleet.fit.length]).toEqual(['healthy', 2])
    expect(world.names(a)).toEqual(['client:ejected', 'client:error', 'client:disconnected', 'client:recovering', 'client:recovered', 'client:healthy'])
  })

  it('keeps what it has when another connection is wanted and cannot be had', async () => {
    const world = await running({ minSize: 1, idleTimeout: 3_600_000 })
    const b = await world.during(world.fleet.createClient())
    const { connection } = b
    world.fleet.eject(b, 'failing', 15_000)
    world.server(b.endpoint.id).state = 'down'
    await world.during(world.fleet.attemptClientRecovery(b.id))
    await world.time.run(1_000)
    expect(world.names(b)).toEqual(['client:connected', 'client:ejected', 'client:recovering', 'client:recovery-failed'])
    expect([world.status(b), b.connection === connection]).toEqual(['ejected', true])
  })

  it('while it is unhealthy stays that, which is worse', async () => {
    const world = await running()
    const a = world.at('a')
    for (let i = 0; i < 3; i++) world.fleet.handleClientError(a.id, new Error('reported'))
    world.fleet.eject(a, 'failing', 15_000)
    expect([world.status(a), world.names(a).at(-1)]).toEqual(['unhealthy', 'client:unhealthy'])
    await world.time.run(1_000)
    expect(world.status(a)).toBe('healthy')
  })

  it('and fails its probes is unhealthy', async () => {
    const world = await running()
    const a = world.at('a')
    world.fleet.eject(a, 'failing', 15_000)
    for (let i = 0; i < 2; i++) world.fleet.handleHealthCheckFailure(a.id, new Error('no answer'))
    expect(world.status(a)).toBe('ejected')
    world.fleet.handleHealthCheckFailure(a.id, new Error('no answer'))
    expect(world.fleet.views.healthStatus.get(a.id)).toMatchObject({ consecutiveFailures: 3, lastError: 'no answer' })
    expect([world.status(a), world.fleet.available]).toEqual(['unhealthy', [world.at('b')]])
    expect(world.names(a)).toEqual(['client:ejected', 'client:unhealthy', 'client:recovering'])
    await world.time.run(1_000)
    expect(world.status(a)).toBe('healthy')
  })

  it('counts as there: nobody is connected in its place', async () => {
    const world = await running()
    world.fleet.eject(world.at('a'), 'failing', 15_000)
    await world.time.run(20_000)
    expect(world.spread).toEqual(['a', 'b'])
  })
})

describe('what a user says', () => {
  it('puts a client back that is ejected, and lets whoever ejected it see that it is another', async () => {
    const world = await running()
    const [a, b] = [world.at('a'), world.at('b')]
    world.fleet.eject(a, 'failing', 15_000)
    const before = world.snapshots.length
    world.fleet.views.healthStatus.set(a.id, { status: 'healthy' })
    expect([world.status(a), world.fleet.fit]).toEqual(['healthy', [a, b]])
    expect(world.snapshots.slice(before)).toEqual([[b], [a, b]])
  })

  it('keeps a client out for good: without trials, and in a panic too', async () => {
    const world = await running()
    const a = world.at('a')
    world.fleet.eject(a, 'failing', 15_000)
    world.fleet.views.healthStatus.set(a.id, { status: 'ejected' })
    expect([world.status(a), world.fleet.available]).toEqual(['ejected', [world.at('b')]])
    expect(world.snapshots.at(-1)).toEqual([world.at('b')])
    world.fleet.reinstate(a)
    world.fleet.eject(a, 'failing', 1_000)
    for (let i = 0; i < 3; i++) world.fleet.handleHealthCheckFailure(a.id, new Error('no answer'))
    expect([world.status(a), world.fleet.available]).toEqual(['ejected', [world.at('b')]])
    world.fleet.views.healthStatus.set(a.id, { status: 'healthy' })
    expect(world.fleet.available).toHaveLength(2)
  })
})

it('ids of clients that are gone, or going, are those of nobody', async () => {
  const world = await running()
  const a = world.at('a')
  const call = world.call(a)
  const gone = world.fleet.removeClient(a.id)
  world.events.length = 0
  world.fleet.eject(a, 'failing', 1_000)
  world.fleet.reinstate(a)
  expect([world.events, world.status(a)]).toEqual([[], 'draining'])
  call.end()
  await world.during(gone)
  world.fleet.eject(a, 'failing', 1_000)
  expect(world.names(a)).toEqual(['client:removed'])
})
