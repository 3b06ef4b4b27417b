import { expect, it } from 'vitest'
import { Announcements } from './announcements.js'

function setUp() {
  const told: string[] = []
  const announcements = new Announcements(([name]) => void told.push(name))
  const settle = (during: () => void, cause: () => void): void => {
    announcements.hold()
    during()
    const effects = announcements.release()
    cause()
    for (const effect of effects ?? []) announcements.tell(effect)
  }
  return { told, announcements, settle }
}

it('tells at once of what has no cause in a call', () => {
  const { told, announcements } = setUp()
  announcements.tell(['starting'])
  expect(told).toEqual(['starting'])
})

it('tells of an attempt before what it led to', () => {
  const { told, announcements, settle } = setUp()
  settle(
    () => announcements.tell(['retry-budget:exhausted']),
    () => announcements.tell(['starting']),
  )
  expect(told).toEqual(['starting', 'retry-budget:exhausted'])
})

it('keeps that order where an attempt ends in the middle of another, and tells of all in the end', () => {
  const { told, announcements, settle } = setUp()
  settle(
    () => {
      announcements.tell(['retry-budget:exhausted'])
      settle(
        () => announcements.tell(['shutting-down']),
        () => announcements.tell(['shutdown']),
      )
      expect(told).toEqual([])
    },
    () => announcements.tell(['starting']),
  )
  expect(told).toEqual(['starting', 'retry-budget:exhausted', 'shutdown', 'shutting-down'])
  announcements.tell(['starting'])
  expect(told).toHaveLength(5)
})
