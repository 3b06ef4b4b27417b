import { describe, expect, it } from 'vitest'
import { FleetWorld } from '../../test/fleet-world.js'
import { CircuitBreaker } from '../health/index.js'
import { type CircuitRecord, circuitView } from './circuit-view.js'
import type { LiveMap } from './live-map.js'

const OPTIONS = {
  breakerThreshold: 2,
  breakerTimeout: 10_000,
  breakerResetTimeout: 5_000,
  breakerFailureRate: 0.5,
  breakerMinimumVolume: 10,
  breakerTrials: 1,
}

interface Scene {
  readonly world: FleetWorld
  readonly view: LiveMap<CircuitRecord, Partial<CircuitRecord>>
  readonly breakers: ReadonlyMap<string, CircuitBreaker>
}

/** Two clients, the first of which has a breaker. */
async function scene(): Promise<Scene> {
  const world = new FleetWorld(['a', 'b'])
  await world.started()
  const breakers = new Map([[world.at('a').id, new CircuitBreaker(world.time, OPTIONS)]])
  const view = circuitView({
    clients: world.fleet.views.clients,
    clock: world.time,
    wallClock: () => 1_700_000_000_000 + world.time.now(),
    breakerOf: ({ id }) => breakers.get(id),
  })
  return { world, view, breakers }
}

describe('circuitBreakers', () => {
  it('shows the breakers that there are', async () => {
    const { world, view, breakers } = await scene()
    const [a, b] = [world.at('a'), world.at('b')]
    expect([...view]).toEqual([[a.id, { state: 'closed', failures: 0, openedAt: undefined }]])
    expect([view.size, view.has(b.id), view.get('client-nobody')]).toEqual([1, false, undefined])
    breakers.get(a.id)!.recordFailure()
    expect(view.get(a.id)).toEqual({ state: 'closed', failures: 1, openedAt: undefined })
    const openedAt = 1_700_000_000_000 + world.time.now()
    breakers.get(a.id)!.recordFailure()
    await world.time.run(1_000)
    expect(view.get(a.id)).toMatchObject({ state: 'open', openedAt })
  })

  it('puts a breaker into a state, from which it goes on by itself', async () => {
    const { world, view, breakers } = await scene()
    const { id } = world.at('a')
    const breaker = breakers.get(id)!
    view.set(id, { state: 'open' })
    expect(breaker.admits(world.time.now())).toBe(false)
    await world.time.run(5_000)
    expect(breaker.admits(world.time.now())).toBe(true)
    expect(view.get(id)?.state).toBe('half-open')
    // A state that is left out stays.
    view.set(id, { failures: 7 })
    expect(view.get(id)).toMatchObject({ state: 'half-open', failures: 0 })
  })

  it('closes one that is deleted', async () => {
    const { world, view } = await scene()
    const { id } = world.at('a')
    view.set(id, { state: 'open' })
    expect([view.delete(id), view.get(id)]).toEqual([true, { state: 'closed', failures: 0, openedAt: undefined }])
    expect([view.delete(world.at('b').id), view.delete('client-nobody')]).toEqual([false, false])
    view.set(world.at('b').id, { state: 'open' })
    expect(view.size).toBe(1)
  })

  it('forgets the breaker of a client that is gone', async () => {
    const { world, view } = await scene()
    const { id } = world.at('a')
    await world.during(world.fleet.removeClient(id))
    expect([view.size, view.get(id)]).toEqual([0, undefined])
  })
})
