import { expect, it } from 'vitest'
import { MemoryLedger } from './index.js'

it('counts by tool and key', () => {
  const ledger = new MemoryLedger()
  for (const key of ['a', 'b', 'a']) ledger.record('append', key)
  ledger.record('echo', 'a')
  expect([ledger.count('append'), ledger.count('append', 'a'), ledger.count('append', 'c'), ledger.count('none')]).toEqual([3, 2, 0, 0])
  expect(ledger.repeated('append')).toEqual(['a'])
  ledger.clear()
  expect(ledger.count('append')).toBe(0)
})

it('tells when enough executions have come', async () => {
  const ledger = new MemoryLedger()
  const reached: string[] = []
  const all = [
    ledger.reached('append', 'a').then(() => reached.push('a')),
    ledger.reached('append', undefined, 3).then(() => reached.push('three')),
    ledger.reached('append', 'b', 2).then(() => reached.push('b twice')),
  ]
  for (const key of ['b', 'a', 'b']) {
    ledger.record('append', key)
    await Promise.resolve()
    await Promise.resolve()
  }
  await Promise.all(all)
  await ledger.reached('append', 'a')
  expect(reached).toEqual(['a', 'three', 'b twice'])
})
