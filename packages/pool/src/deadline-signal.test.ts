import { expect, it } from 'vitest'
import { DeadlineSignal } from './deadline-signal.js'
import { VirtualTime } from './testing/index.js'

it('aborts when time is up, counted from the last restart', () => {
  const time = new VirtualTime()
  const deadline = new DeadlineSignal(time, 100)
  time.advance(99)
  deadline.restart()
  time.advance(99)
  expect(deadline.signal.aborted).toBe(false)
  deadline.restart(10)
  time.advance(10)
  expect(deadline.signal.reason).toMatchObject({ message: 'no answer within 10 ms' })
})

it('aborts with its parent and for the same reason, also one that has aborted before', () => {
  const time = new VirtualTime()
  const parent = new AbortController()
  const early = new DeadlineSignal(time, 100, parent.signal)
  parent.abort('closing')
  const late = new DeadlineSignal(time, 100, parent.signal)
  expect([early.signal.reason, late.signal.reason]).toEqual(['closing', 'closing'])
})

it('leaves no alarm and no listener behind', () => {
  const time = new VirtualTime()
  const parent = new AbortController()
  const deadline = new DeadlineSignal(time, 100, parent.signal)
  deadline.clear()
  parent.abort()
  expect([time.pending, deadline.signal.aborted]).toEqual([0, false])
})
