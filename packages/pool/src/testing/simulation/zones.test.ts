import { describe, expect, it } from 'vitest'
import type { Scenario } from './scenario.js'
import { scenarioOf } from './scripted-scenario.js'
import { simulate } from './simulate.js'
import { type Summary, summarize } from './summary.js'

const SLOTS = { count: 3, slots: 4 }
const FAILS = { troubles: [{ fail: 1, after: 5, from: 30_000 }] }

const zones = (utilisation: number, workers: readonly string[], more: Readonly<Record<string, unknown>> = {}): Scenario =>
  scenarioOf({
    calls: 30_000,
    workers: 9,
    utilisation,
    zones: { workers, latency: 2 },
    service: { lognormal: { median: 100, sigma: 1, min: 5, max: 20_000 } },
    replicas: ['a', 'b', 'c'].map((zone) => ({ name: zone, zone, ...SLOTS })),
    pool: { requestTimeout: 3_600_000 },
    ...more,
  })

const run = (scenario: Scenario, policy: string, seed: number): Summary => summarize(simulate(scenario, policy, seed), scenario)

describe('a pool that knows its zone', () => {
  it.each([1, 2, 3])('keeps 95% of the calls there where that can bear them, and they take no longer (seed %i)', (seed) => {
    const spread = zones(0.5, ['a', 'b', 'c'])
    const [pool, blind] = [run(spread, 'pool', seed), run(spread, 'zone-blind', seed)]
    expect(pool.inZone).toBeGreaterThan(94)
    expect(blind.inZone).toBeLessThan(45)
    expect(pool.mean).toBeLessThan(blind.mean)
  })

  it.each([1, 2, 3])('sends elsewhere what its zone cannot bear, and calls take hardly longer than without zones (seed %i)', (seed) => {
    const crowded = zones(0.7, ['a', 'a', 'a', 'a', 'a', 'a', 'a', 'b', 'c'])
    const [pool, blind] = [run(crowded, 'pool', seed), run(crowded, 'zone-blind', seed)]
    expect(pool.inZone).toBeGreaterThan(blind.inZone! + 10)
    expect(pool.mean / blind.mean).toBeLessThan(1.1)
  })

  it.each(['pool', 'round-robin', 'random', 'weighted'])('loses no call where its zone fails (%s)', (policy) => {
    const failing = zones(0.4, ['a', 'b', 'c'], { replicas: ['a', 'b', 'c'].map((zone) => ({ name: zone, zone, ...SLOTS, ...(zone === 'a' && FAILS) })) })
    expect(run(failing, policy, 1).failed).toBe(0)
  })
})

describe('an answer from another zone', () => {
  it('takes longer by what the scenario says, and holds no slot meanwhile', () => {
    const far = scenarioOf({
      calls: 100,
      rate: 1,
      zones: { workers: ['here'], latency: 40 },
      service: 10,
      replicas: [{ slots: 1, zone: 'there' }],
    })
    for (const policy of ['pool', 'least-outstanding']) expect(run(far, policy, 1)).toMatchObject({ p50: 50, inZone: 0 })
    expect(run({ ...far, zones: { workers: ['there'], latency: 40 } }, 'pool', 1)).toMatchObject({ p50: 10, inZone: 100 })
    expect(run({ ...far, zones: undefined }, 'pool', 1)).toMatchObject({ p50: 10, inZone: undefined })
  })
})
