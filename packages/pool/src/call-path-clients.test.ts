import { describe, expect, it } from 'vitest'
import { type PathReplica, PathWorld } from '../test/path-world.js'
import type { ReplicaLoad } from './balance/index.js'
import type { PoolError } from './errors.js'
import type { GetClientOptions } from './client-wait.js'

/** So many calls on each, as the policy gives them out; those on r0 fail. */
function rounds(world: PathWorld, count: number, failing: boolean): void {
  for (let n = 0; n < count; n++) {
    for (const { id } of world.present) {
      world.path.affinity.set('key', id, world.time.now())
      world.call({ affinity: 'key' })
      for (const attempt of world.open) {
        if (failing && world.replicas[0]!.open.has(attempt)) attempt.fail('sent')
        else attempt.answer()
      }
    }
    world.time.advance(10)
  }
}

describe('what is known of a client', () => {
  it('stays when others come and go', () => {
    const world = new PathWorld(5, { maxEjectionPercent: 0, retryAttempts: 0 })
    world.update(world.replicas.slice(0, 4))
    rounds(world, 30, true)
    const costs = (): number[] => world.replicas.slice(0, 3).map(({ id }) => costOf(world, id))
    const before = costs()
    expect(before[0]).toBeGreaterThan(before[1]! + 5)
    world.update([...world.replicas.slice(0, 3), world.replicas[4]!])
    expect(costs()).toEqual(before)
    const already = world.replicas[0]!.given.length
    for (let n = 0; n < 15; n++) world.call()
    expect(world.replicas[0]!.given).toHaveLength(already)
  })

  it.each([
    [10_000, 0, 6],
    [0, 8, 12],
  ])('one that returns from ejection gets, with a slowStartTime of %d ms, %d … %d of the next 30 calls', (slowStartTime, least, most) => {
    const world = new PathWorld(3, { slowStartTime, baseEjectionTime: 1_000, retryAttempts: 0 })
    rounds(world, 100, false)
    while (!world.changes.some(({ what }) => what === 'ejected')) rounds(world, 1, true)
    while (!world.changes.some(({ what }) => what === 'returned')) rounds(world, 1, false)
    const already = world.replicas[0]!.given.length
    for (let n = 0; n < 30; n++) world.call()
    const got = world.replicas[0]!.given.length - already
    expect(got).toBeGreaterThanOrEqual(least)
    expect(got).toBeLessThanOrEqual(most)
  })
})

function costOf(world: PathWorld, id: string): number {
  const { load } = world.replicas.find((replica) => replica.id === id)!
  return (load as ReplicaLoad).cost(world.time.now())
}

describe('who was not heard of', () => {
  /** Calls one after the other, each answered after so many ms, until that client has had one. */
  function callsUntil(world: PathWorld, id: string): number {
    const { given } = world.replicas.find((replica) => replica.id === id)!
    const already = given.length
    for (let n = 1; ; n++) {
      world.call()
      world.time.advance(20)
      for (const attempt of world.open) attempt.answer()
      if (given.length > already || n > 10_000) return n
    }
  }

  it.each([1, 2, 3])('is tried soon: one that is new, and one that failed all its calls three minutes ago (seed %i)', (seed) => {
    const world = new PathWorld(5, { maxEjectionPercent: 0, retryAttempts: 0 }, seed)
    world.update(world.replicas.slice(0, 4))
    rounds(world, 30, true)
    world.update(world.replicas)
    expect(callsUntil(world, 'r4')).toBeLessThan(50)
    world.time.advance(180_000)
    expect(callsUntil(world, 'r0')).toBeLessThan(50)
  })
})

describe('who waits for a client', () => {
  /** A queue before one replica with one place, which is taken; `answer` frees it. */
  function begin(maxQueueSize = 10) {
    const world = new PathWorld(1, { enablePriorityQueues: true, maxConcurrentRequestsPerClient: 1, maxQueueSize, queueTimeout: 1_000 })
    world.call()
    const [held] = world.open
    const ends: string[] = []
    const wait = (name: string, wishes: GetClientOptions = {}): void => {
      world.path.whenNext(wishes).then(
        ({ id }) => ends.push(`${name} ${id}`),
        ({ code }: PoolError) => ends.push(`${name} ${code} at ${world.time.now()}`),
      )
    }
    return { world, ends, wait, answer: () => held!.answer() }
  }

  it('gets it by priority, as soon as there is one', async () => {
    const { world, ends, wait, answer } = begin()
    for (const priority of ['low', 'normal', 'high'] as const) wait(priority, { priority })
    await world.time.run(100)
    expect([ends, world.path.statistics.queue]).toEqual([[], { waiting: 3, high: 1, normal: 1, low: 1, shed: 0, timedOut: 0 }])
    answer()
    await world.time.run(0)
    expect(ends).toEqual(['high r0', 'normal r0', 'low r0'])
  })

  it('is told after its own queueTimeout, else that of the pool, that there was none', async () => {
    const { world, ends, wait } = begin()
    wait('patient')
    wait('own', { queueTimeout: 300 })
    await world.time.run(2_000)
    expect(ends).toEqual(['own QUEUE_TIMEOUT at 300', 'patient QUEUE_TIMEOUT at 1000'])
    expect(world.path.statistics.queue).toMatchObject({ waiting: 0, timedOut: 2 })
  })

  it('is sent away where the queue is full, the lowest first', async () => {
    const { world, ends, wait } = begin(1)
    wait('low', { priority: 'low' })
    wait('high', { priority: 'high' })
    wait('late', { priority: 'normal' })
    await world.time.run(0)
    expect(ends).toEqual(['low QUEUE_FULL at 0', 'late QUEUE_FULL at 0'])
  })

  it('does not wait where there is no queue', async () => {
    const world = new PathWorld(2, { breakerThreshold: 1, retryAttempts: 0 })
    for (let n = 0; n < 2; n++) {
      world.call()
      world.open[0]!.fail('sent')
    }
    await expect(world.path.whenNext({})).rejects.toMatchObject({ code: 'CIRCUIT_OPEN' })
    world.update([])
    await expect(world.path.whenNext({ priority: 'high', queueTimeout: 5 })).rejects.toMatchObject({ code: 'NO_HEALTHY_CLIENTS' })
  })
})

it('time in the queue counts against its own bound, and against no other', () => {
  const world = new PathWorld(1, { maxConcurrentRequestsPerClient: 1, requestTimeout: 1_000, callTimeout: 1_500, queueTimeout: 10_000, retryAttempts: 0 })
  const held = world.call({ timeout: 5_000, callerTimes: true, idempotent: false })
  const [first, short] = [world.call(), world.call({ timeout: 300 })]
  world.time.advance(4_000)
  expect([held, first, short].map(({ errors }) => errors)).toEqual([[], [], []])
  world.open[0]!.answer()
  // Admitted: from here on each has what it would have had without a queue.
  world.time.advance(999)
  expect([first.errors, world.open[0]!.call]).toEqual([[], first.id])
  world.time.advance(1)
  expect(first.errors).toMatchObject([{ code: 'REQUEST_TIMEOUT' }])
  expect(world.open[0]!.call).toBe(short.id)
  world.time.advance(299)
  expect(short.errors).toEqual([])
  world.time.advance(1)
  expect(short.errors).toMatchObject([{ code: 'REQUEST_TIMEOUT' }])
})

describe('Retry-After', () => {
  it('leaves the client alone for as long as it asked, and uses it all the same where nobody else is', () => {
    const world = new PathWorld(2, { maxEjectionPercent: 0, retryAttempts: 0 })
    world.path.affinity.set('key', 'r0', 0)
    world.call({ affinity: 'key' })
    world.open[0]!.fail('refused', 700)
    const asked = (): string => {
      const already = world.replicas.map(({ given }) => given.length)
      world.call({ affinity: 'key' })
      world.open[0]!.answer()
      return world.replicas.find(({ given }, i) => given.length > already[i]!)!.id
    }
    world.time.advance(699)
    expect(asked()).toBe('r1')
    // The key stays with it.
    world.time.advance(1)
    expect(asked()).toBe('r0')
    world.call({ affinity: 'key' })
    world.open[0]!.fail('refused', 700)
    world.update([world.replicas[0]!])
    expect(asked()).toBe('r0')
  })

  it('is not honoured at the price of another attempt where the call has failed already, for a client that rests says no at once', () => {
    const world = new PathWorld(2, { maxEjectionPercent: 0, retryDelay: 0, maxRetryDelay: 0, hedge: { after: 50, maxExtra: 1 } })
    const [rests, hangs] = world.replicas as [PathReplica, PathReplica]
    world.call({ only: rests })
    world.open[0]!.fail('refused', 20_000)
    const call = world.call()
    expect(hangs.open.size).toBe(1)
    // It is slow, and could be hedged: that is no reason to disturb who rests.
    world.time.advance(1_000)
    expect(rests.open.size).toBe(0)
    hangs.open.values().next().value!.fail('sent')
    expect(rests.open.size).toBe(1)
    rests.open.values().next().value!.answer()
    expect(call.answers).toHaveLength(1)
  })

  it('of an hour means another quota than ours, or the wrong unit: it is believed for 30 s', () => {
    const world = new PathWorld(2, { maxEjectionPercent: 0, retryAttempts: 0 })
    const { guard } = world.replicas[0]!
    world.path.affinity.set('key', 'r0', 0)
    world.call({ affinity: 'key' })
    world.open[0]!.fail('refused', 3_600_000)
    // It does not take that back by asking for less of a call that it had as well.
    world.call({ only: world.replicas[0]! })
    world.open[0]!.fail('refused', 100)
    const kind = { method: 'ping', tool: undefined, key: 'ping' }
    expect([guard.refuses(kind, 29_999), guard.refuses(kind, 30_000)]).toEqual(['resting', undefined])
  })
})
