import { expect, it } from 'vitest'
import { EraMemory } from './era-memory.js'

it('remembers an era until its time is over, and forgets it when told', () => {
  let now = 0
  const memory = new EraMemory({ now: () => now }, 1_000)
  memory.remember('a', 'legacy')
  memory.remember('b', 'modern')
  now = 999
  expect([memory.recall('a'), memory.recall('b'), memory.recall('c')]).toEqual(['legacy', 'modern', undefined])
  memory.forget('b')
  expect(memory.recall('b')).toBeUndefined()
  now = 1_000
  expect(memory.recall('a')).toBeUndefined()
})

it('remembers nothing where the time is 0', () => {
  const memory = new EraMemory({ now: () => 5 }, 0)
  memory.remember('a', 'legacy')
  expect(memory.recall('a')).toBeUndefined()
})
