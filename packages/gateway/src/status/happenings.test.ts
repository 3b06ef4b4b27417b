import { expect, it } from 'vitest'
import { type Happening, Happenings } from './happenings.js'

it('counts what happens again and again, and forgets what is long past', () => {
  const told: Happening[] = []
  const happenings = new Happenings((happening) => told.push(happening))
  happenings.add('a', 'killed')
  for (let i = 0; i < 3; i++) happenings.add(undefined, 'call failed')
  happenings.add('b', 'killed')
  expect(told).toHaveLength(5)
  expect(happenings.last(2)).toMatchObject([
    { what: 'call failed', times: 3 },
    { endpoint: 'b', times: 1 },
  ])
  expect(happenings.lastOf('a')).toMatchObject({ what: 'killed', times: 1 })
  for (let i = 0; i < 50; i++) happenings.add('c', String(i))
  expect(happenings.lastOf('a')).toBeUndefined()
  expect([happenings.last(1_000).length, happenings.last(0)]).toEqual([50, []])
})
