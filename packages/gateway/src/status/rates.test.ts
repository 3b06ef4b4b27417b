import { describe, expect, it } from 'vitest'
import { snapshotOf } from '../../test/snapshot-of.js'
import { ratesBetween } from './rates.js'

describe('ratesBetween', () => {
  it('is what was added, a second, in all and for each client, a new one from nothing', () => {
    const before = { at: 1_000, snapshot: snapshotOf([{ calls: 10 }, { calls: 20 }]) }
    const after = { at: 3_000, snapshot: snapshotOf([{ calls: 16 }, { calls: 20 }, { calls: 4 }], { retries: 3 }) }
    expect(ratesBetween(before, after)).toEqual({
      ...{ calls: 5, failed: 0, retries: 1.5, hedges: 0 },
      clients: new Map([
        ['client-a-1', 3],
        ['client-a-2', 0],
        ['client-a-3', 2],
      ]),
    })
  })

  it('is not known at first, nor when another pool answers, and never negative', () => {
    const none = { calls: undefined, failed: undefined, retries: undefined, hedges: undefined, clients: new Map() }
    const first = { at: 1_000, snapshot: snapshotOf([{ calls: 10 }]) }
    expect(ratesBetween(undefined, first)).toEqual(none)
    expect(ratesBetween(first, first)).toEqual(none)
    // Restarted: its sums began anew, or its clients have other names.
    expect(ratesBetween(first, { at: 2_000, snapshot: snapshotOf([{ calls: 3 }]) })).toEqual(none)
    expect(ratesBetween(first, { at: 2_000, snapshot: snapshotOf([{ id: 'client-b-1', calls: 30 }]) })).toEqual(none)
    const fewer = { at: 2_000, snapshot: snapshotOf([{ calls: 4 }], { metrics: { totalRequests: 12, failedRequests: 0, totalConnections: 1 } }) }
    expect(ratesBetween(first, fewer)).toMatchObject({ calls: 2, clients: new Map() })
  })
})
