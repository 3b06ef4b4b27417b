import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ClientHealth, type HealthStatus } from './client-health.js'

const THRESHOLDS = { unhealthyThreshold: 3, healthyThreshold: 2 }

function healthy(thresholds = THRESHOLDS): ClientHealth {
  const health = new ClientHealth(thresholds)
  health.connected()
  return health
}

function times<T>(count: number, act: () => T): T[] {
  return Array.from({ length: count }, act)
}

describe('ClientHealth', () => {
  it('is fit as soon as it is connected', () => {
    const health = new ClientHealth(THRESHOLDS)
    expect([health.status, health.fit]).toEqual(['connecting', false])
    expect(health.connected()).toBe(true)
    expect([health.status, health.fit]).toEqual(['healthy', true])
    expect(health.connected()).toBe(false)
  })

  it('becomes unhealthy with the third failed probe in a row, and says so again only to be reconnected', () => {
    const health = healthy()
    expect(times(2, () => health.probeFailed())).toEqual(['unchanged', 'unchanged'])
    health.probeSucceeded()
    expect(times(4, () => health.probeFailed())).toEqual(['unchanged', 'unchanged', 'unhealthy', 'still-unhealthy'])
    expect([health.status, health.consecutiveFailures]).toEqual(['unhealthy', 4])
  })

  it('becomes unhealthy with one failed probe that leaves no doubt', () => {
    const health = healthy()
    expect(health.probeFailed(true)).toBe('unhealthy')
    expect(health.probeFailed()).toBe('still-unhealthy')
    expect(health.consecutiveFailures).toBe(4)
  })

  it('becomes unhealthy with the third failed call in a row, whatever probes say', () => {
    const health = healthy()
    expect(times(2, () => health.callFailed())).toEqual([false, false])
    health.probeSucceeded()
    expect(health.callFailed()).toBe(true)
    expect(health.callFailed()).toBe(false)
    expect([health.status, health.failedCalls]).toEqual(['unhealthy', 4])
  })

  it('counts failed calls that are not believed, and leaves it at that', () => {
    const health = healthy()
    expect(times(5, () => health.callFailed(false))).toEqual(Array(5).fill(false))
    expect([health.status, health.failedCalls]).toEqual(['healthy', 5])
    expect(health.callFailed()).toBe(true)
  })

  it('forgives failed calls with the first that succeeds', () => {
    const health = healthy()
    times(2, () => health.callFailed())
    health.callSucceeded()
    expect(times(2, () => health.callFailed())).toEqual([false, false])
  })

  it('comes back with two good probes in a row, with or without a new connection', () => {
    for (const reconnect of [true, false]) {
      const health = healthy()
      times(3, () => health.probeFailed())
      if (reconnect) expect(health.reconnected()).toBe(true)
      expect(health.probeSucceeded()).toBe(false)
      health.probeFailed()
      expect(times(2, () => health.probeSucceeded())).toEqual([false, true])
      expect([health.status, health.consecutiveFailures, health.failedCalls]).toEqual(['healthy', 0, 0])
    }
  })

  it('has to prove itself after a lost connection, and is given up again if it cannot', () => {
    const health = healthy()
    expect([health.lost(), health.lost()]).toEqual([true, false])
    expect(health.probeSucceeded()).toBe(false)
    expect([health.reconnected(), health.status]).toEqual([true, 'recovering'])
    expect(times(3, () => health.probeFailed())).toEqual(['unchanged', 'unchanged', 'still-unhealthy'])
    expect(health.status).toBe('unhealthy')
  })

  it('stays fit when a fit client is reconnected', () => {
    const health = healthy()
    expect([health.reconnected(), health.status]).toEqual([false, 'healthy'])
  })

  it('does not leave ejection because probes pass', () => {
    const health = healthy()
    expect(health.transition('healthy', 'ejected')).toBe(true)
    expect(times(10, () => health.probeSucceeded()).some(Boolean)).toBe(false)
    expect(health.status).toBe('ejected')
    expect(health.transition('ejected', 'healthy')).toBe(true)
  })

  it('refuses a transition from a status that is over', () => {
    const health = healthy()
    expect(health.transition('recovering', 'unhealthy')).toBe(false)
    expect(health.transition('healthy', 'connecting')).toBe(false)
    expect(health.status).toBe('healthy')
  })

  it('agrees with counting by hand, whatever happens to it', () => {
    const event = fc.constantFrom('good probe', 'bad probe', 'good call', 'bad call', 'lost', 'reconnected', 'drained')
    const thresholds = fc.record({ unhealthyThreshold: fc.integer({ min: 1, max: 4 }), healthyThreshold: fc.integer({ min: 1, max: 4 }) })
    fc.assert(
      fc.property(thresholds, fc.array(event, { maxLength: 100 }), (limits, events) => {
        const health = healthy(limits)
        let status = 'healthy' as HealthStatus
        let badProbes = 0
        let badCalls = 0
        let goodProbes = 0
        const become = (next: HealthStatus): void => {
          status = next
          goodProbes = 0
          if (next === 'healthy' || next === 'recovering') badProbes = badCalls = 0
        }
        for (const what of events) {
          if (what === 'good probe') {
            health.probeSucceeded()
            badProbes = 0
            goodProbes++
            if (goodProbes >= limits.healthyThreshold && (status === 'recovering' || status === 'unhealthy')) become('healthy')
          } else if (what === 'bad probe') {
            health.probeFailed()
            badProbes++
            goodProbes = 0
            if (badProbes >= limits.unhealthyThreshold && (status === 'healthy' || status === 'recovering')) become('unhealthy')
          } else if (what === 'good call') {
            health.callSucceeded()
            badCalls = 0
          } else if (what === 'bad call') {
            health.callFailed()
            badCalls++
            if (badCalls >= limits.unhealthyThreshold && status === 'healthy') become('unhealthy')
          } else if (what === 'lost') {
            health.lost()
            if (status !== 'draining' && status !== 'disconnected') become('disconnected')
          } else if (what === 'reconnected') {
            health.reconnected()
            if (status === 'unhealthy' || status === 'disconnected') become('recovering')
          } else {
            health.moveTo('draining')
            if (status !== 'draining') become('draining')
          }
          expect([health.status, health.consecutiveFailures, health.failedCalls]).toEqual([status, badProbes, badCalls])
          expect(health.fit).toBe(status === 'healthy')
        }
      }),
    )
  })
})
