import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ClientHealth } from './client-health.js'
import { apart, firstProbe, needsProbe, nextProbe } from './probe-schedule.js'

function recovering(healthyThreshold = 2): ClientHealth {
  const health = new ClientHealth({ unhealthyThreshold: 3, healthyThreshold })
  health.connected()
  health.lost()
  health.reconnected()
  return health
}

describe('nextProbe', () => {
  it('keeps the interval while all is well', () => {
    const health = new ClientHealth({ unhealthyThreshold: 3, healthyThreshold: 2 })
    expect(nextProbe(health, 30_000)).toBeUndefined()
    health.connected()
    expect(nextProbe(health, 30_000)).toBe(30_000)
    health.probeFailed()
    expect(nextProbe(health, 30_000)).toBe(30_000)
  })

  it('looks at once at a client whose calls fail, and then as long as probes fail every second', () => {
    const health = new ClientHealth({ unhealthyThreshold: 1, healthyThreshold: 2 })
    health.connected()
    health.callFailed()
    expect(nextProbe(health, 30_000)).toBe(0)
    health.probeFailed()
    expect(nextProbe(health, 30_000)).toBe(1_000)
  })

  it('leaves alone who has no connection or will not come back', () => {
    const health = recovering()
    health.lost()
    expect(nextProbe(health, 30_000)).toBeUndefined()
    health.moveTo('draining')
    expect(nextProbe(health, 30_000)).toBeUndefined()
  })

  it('has a replica that is well again back within a second, for any interval', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 31 - 1 }), fc.integer({ min: 1, max: 5 }), (interval, healthyThreshold) => {
        const health = recovering(healthyThreshold)
        let waited = 0
        while (!health.fit) {
          waited += nextProbe(health, interval)!
          health.probeSucceeded()
        }
        expect(waited).toBeLessThanOrEqual(1_000)
      }),
    )
  })

  it('never probes an unfit client more rarely than a fit one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), fc.array(fc.boolean(), { maxLength: 10 }), (interval, probes) => {
        const health = recovering(100)
        for (const good of probes) {
          if (good) health.probeSucceeded()
          else health.probeFailed()
          expect(nextProbe(health, interval)).toBeLessThanOrEqual(interval)
        }
      }),
    )
  })
})

it('spreads first probes over the whole interval', () => {
  expect(firstProbe(30_000, () => 0)).toBe(0)
  expect(firstProbe(30_000, () => 0.5)).toBe(15_000)
})

it('never has anybody wait longer than the delay, nor hurry much', () => {
  expect(apart(1_000, () => 0)).toBe(750)
  expect(apart(1_000, () => 0.999)).toBeLessThan(1_000)
  expect(apart(0, () => 0.5)).toBe(0)
})

describe('needsProbe', () => {
  it('spares a healthy client that answered calls, and nobody else', () => {
    const health = new ClientHealth({ unhealthyThreshold: 3, healthyThreshold: 2 })
    health.connected()
    expect([needsProbe(health, true), needsProbe(health, false)]).toEqual([false, true])
    health.transition('healthy', 'ejected')
    expect(needsProbe(health, true)).toBe(true)
    expect(needsProbe(recovering(), true)).toBe(true)
  })

  it('does not spare one whose last probe failed', () => {
    const health = new ClientHealth({ unhealthyThreshold: 3, healthyThreshold: 2 })
    health.connected()
    health.probeFailed()
    expect(needsProbe(health, true)).toBe(true)
    health.probeSucceeded()
    expect(needsProbe(health, true)).toBe(false)
  })
})
