import { expect, it } from 'vitest'
import { snapshotOf } from '../../test/snapshot-of.js'
import { changesBetween } from './changes.js'
import type { Snapshot } from './snapshot.js'

const words = (before: Snapshot, after: Snapshot): string[] =>
  changesBetween(before, after).map(({ endpoint, what }) => `${endpoint === undefined ? 'pool' : new URL(endpoint).port} ${what}`)

it('sees who came and went, and what became of whom', () => {
  const before = snapshotOf([{}, { health: 'unhealthy', breaker: 'closed' }, {}])
  const after = snapshotOf([{ health: 'recovering' }, { health: 'healthy', breaker: 'open' }, {}, {}])
  expect(words(before, after)).toEqual(['8001 reconnecting', '8002 healthy again', '8002 breaker open', '8004 connected'])
  expect(words(snapshotOf([{}, {}]), { ...snapshotOf([{ era: 'legacy' }]), metrics: snapshotOf([{}, {}]).metrics })).toEqual([
    '8002 removed',
    '8001 speaks the legacy era',
  ])
})

it('sees what befalls the pool', () => {
  const calm = snapshotOf([{}], { queue: { waiting: 0, shed: 1, timedOut: 1 } })
  const bad = { ...calm, pool: { ...calm.pool, panicking: true }, queue: { waiting: 9, shed: 5, timedOut: 2 } }
  expect(words(calm, bad)).toEqual(['pool panic: most clients are ejected, and all are used', 'pool 5 calls were sent away from the queue'])
  expect(words(bad, { ...bad, pool: calm.pool })).toEqual(['pool the panic is over'])
})

it('compares no two pools', () => {
  const [one] = words(snapshotOf([{}, {}]), snapshotOf([{ id: 'client-b-1' }, { id: 'client-b-2' }]))
  expect(one).toContain('another pool answers')
  expect(words(snapshotOf([{ calls: 5 }]), snapshotOf([{ calls: 1 }]))).toHaveLength(1)
})

it('sees nothing where nothing changed', () => {
  expect(words(snapshotOf([{ calls: 1 }, {}]), snapshotOf([{ calls: 9 }, {}]))).toEqual([])
})
