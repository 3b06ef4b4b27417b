import { describe, expect, it } from 'vitest'
import { PathWorld } from '../test/path-world.js'
import { guardOf } from './call-path.js'

const codes = (call: { errors: readonly { readonly code: string }[] }): string[] => call.errors.map(({ code }) => code)

describe('who waits in the queue', () => {
  it('fails at once when the breakers of all who could serve it open', () => {
    const world = new PathWorld(1, { maxConcurrentRequestsPerClient: 1, breakerThreshold: 1 })
    world.call({ idempotent: false })
    const waiting = [world.call(), world.call()]
    world.open[0]!.fail('sent')
    expect(waiting.map(codes)).toEqual([['CIRCUIT_OPEN'], ['CIRCUIT_OPEN']])
    expect(codes(world.call())).toEqual(['CIRCUIT_OPEN'])
    expect(world.replicas[0]!.given).toEqual([0])
  })

  it('is sent away without a word for each: an overload begins, and is over five seconds after the last', () => {
    const world = new PathWorld(1, { maxConcurrentRequestsPerClient: 1, maxQueueSize: 2, queueTimeout: 1_000 })
    const calls = Array.from({ length: 10 }, () => world.call())
    expect(calls.filter(({ errors }) => errors.length > 0)).toHaveLength(7)
    expect(world.badTimes).toEqual([['overload:entered', { code: 'QUEUE_FULL', waiting: 2 }]])
    world.time.advance(1_000)
    expect(calls.filter(({ errors }) => errors.length > 0)).toHaveLength(9)
    world.time.advance(4_999)
    expect(world.badTimes).toHaveLength(1)
    world.time.advance(1)
    expect(world.badTimes.slice(1)).toEqual([['overload:left', { shed: 7, timedOut: 2, duration: 1_000 }]])
  })

  it('for one client fails when that is removed, and the others go on waiting', () => {
    const world = new PathWorld(2, { maxConcurrentRequestsPerClient: 1 })
    const [a, b] = world.replicas
    for (const only of [a, b]) world.call({ only: only! })
    const [forA, forB, forAny] = [world.call({ only: a! }), world.call({ only: b! }), world.call()]
    world.update([b!])
    expect([forA, forB, forAny].map(codes)).toEqual([['NO_HEALTHY_CLIENTS'], [], []])
    world.update([])
    expect([forB, forAny].map(codes)).toEqual([['NO_HEALTHY_CLIENTS'], ['NO_HEALTHY_CLIENTS']])
  })

  it('goes on waiting for those who may return', () => {
    const world = new PathWorld(1, { maxConcurrentRequestsPerClient: 1 })
    world.call()
    const waiting = world.call()
    world.recovering = true
    world.update([])
    expect(waiting.errors).toEqual([])
    world.open[0]!.answer()
    world.update(world.replicas)
    world.open[0]!.answer()
    expect(waiting.answers).toHaveLength(1)
  })

  it('with a session on a client whose breaker is open waits for the others, where it can be opened again', () => {
    const world = new PathWorld(2, { maxConcurrentRequestsPerClient: 1, breakerThreshold: 1, retryAttempts: 0 })
    const [a, b] = world.replicas
    for (const replica of world.replicas) Object.assign(replica, { era: 'legacy' })
    world.update([...world.replicas])
    world.call({ only: a! })
    world.open[0]!.fail('sent')
    world.call({ only: b! })
    const inSession = world.call({ session: { client: a!.id } })
    expect(inSession.errors).toEqual([])
    world.open[0]!.answer()
    expect(b!.given).toEqual([1, 2])
  })

  it('for a repeat until its deadline counts as a timeout of the call, and not of the queue', () => {
    const world = new PathWorld(1, { maxConcurrentRequestsPerClient: 1, callTimeout: 1_000, requestTimeout: 500, retryDelay: 100, maxRetryDelay: 100 })
    const repeated = world.call()
    const other = world.call({ timeout: 3_000 })
    world.time.advance(500)
    expect(world.replicas[0]!.given).toEqual([0, 1])
    world.open[0]!.ask()
    world.time.advance(500)
    expect([codes(repeated), other.errors]).toEqual([['REQUEST_TIMEOUT'], []])
    expect(world.path.statistics.queue).toMatchObject({ waiting: 0, timedOut: 0 })
  })
})

describe('a call that finds nobody', () => {
  it('is told that they are out for what their calls came to', () => {
    const world = new PathWorld(2, { maxEjectionPercent: 100, panicThreshold: 100, retryAttempts: 0, baseEjectionTime: 60_000 })
    for (const replica of world.replicas) guardOf(replica).seat.ejection.eject('failing', 0)
    expect(world.call().errors).toMatchObject([{ code: 'NO_HEALTHY_CLIENTS', message: expect.stringContaining('out for what their calls came to') }])
  })
})

describe('a listen stream', () => {
  it('takes no place, and needs none', () => {
    const world = new PathWorld(1, { maxConcurrentRequestsPerClient: 1 })
    world.call()
    const stream = world.call({ stream: true })
    expect(stream.errors).toEqual([])
    expect(world.open).toHaveLength(2)
  })
})

describe('when the pool shuts down', () => {
  it('whoever waits for a client hears so at once, and nothing is timed for it', async () => {
    const world = new PathWorld(1, { enablePriorityQueues: true })
    world.update([])
    const waiting = world.path.whenNext({})
    world.path.shutDown()
    await expect(waiting).rejects.toMatchObject({ code: 'SHUTTING_DOWN' })
    await expect(world.path.whenNext({})).rejects.toMatchObject({ code: 'SHUTTING_DOWN' })
    expect([world.time.pending, world.path.statistics.queue?.waiting]).toEqual([0, 0])
  })

  it('nobody in the queue is sent to a server in the place of one that is ended', () => {
    const world = new PathWorld(1, { maxConcurrentRequestsPerClient: 1 })
    world.call()
    const waiting = world.call({ priority: 'low' })
    world.call({ priority: 'high' })
    world.open[0]!.answer()
    world.path.calls.abandonAll()
    expect(world.replicas[0]!.given).toEqual([0, 2])
    expect(waiting.errors).toMatchObject([{ code: 'SHUTTING_DOWN', progress: 'not-sent' }])
    expect([world.path.calls.underWay, world.open]).toEqual([0, []])
  })
})

describe('a client that comes', () => {
  it('while it was being looked for elsewhere is found without another to announce it', async () => {
    const world = new PathWorld(1, { enablePriorityQueues: true })
    await expect(world.path.whenNext({})).resolves.toBe(world.replicas[0])
  })
})

describe('names of tools that somebody made up', () => {
  it('lift no limit of a tool, and take no hint away', () => {
    const world = new PathWorld(2, { maxConcurrentRequestsPerTool: { scan: 1 } })
    for (const replica of world.replicas) Object.assign(replica, { tool: (name: string) => (name === 'read' ? replica.toolFacts : undefined) })
    for (let n = 0; n < 1_000; n++) world.call({}, `made-up-${n}`)
    for (const attempt of world.open) attempt.answer()
    const scans = Array.from({ length: 4 }, () => world.call({}, 'scan'))
    expect(world.open).toHaveLength(2)
    while (world.open.length > 0) world.open[0]!.answer()
    expect(scans.map(({ answers }) => answers.length)).toEqual([1, 1, 1, 1])
    const read = world.call({}, 'read')
    world.open[0]!.fail('sent')
    world.open[0]!.answer()
    expect(read.answers).toHaveLength(1)
  })
})
