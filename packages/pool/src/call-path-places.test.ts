import { describe, expect, it } from 'vitest'
import { PathWorld } from '../test/path-world.js'

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
