import { expect, it } from 'vitest'
import { isExhausted, mayRepeat } from './repeat.js'

const safe = () => true
const unsafe = () => false
const unasked = () => {
  throw new Error('safety does not decide here')
}

it.each(['not-sent', 'refused'] as const)('repeats after %s, without asking whether it is safe', (progress) => {
  expect(mayRepeat('CONNECT_FAILED', progress, unasked)).toBe(true)
})

it('repeats after sent only what is safe', () => {
  expect(mayRepeat('CONNECTION_LOST', 'sent', safe)).toBe(true)
  expect(mayRepeat('CONNECTION_LOST', 'sent', unsafe)).toBe(false)
})

it('takes an answer for an answer', () => {
  expect(mayRepeat('HTTP_STATUS', 'answered', unasked)).toBe(false)
})

it.each(['AUTH_FAILED', 'CANCELLED', 'SHUTTING_DOWN'] as const)('never repeats after %s', (code) => {
  expect(mayRepeat(code, 'refused', safe)).toBe(false)
})

it('counts repeats, but those after a session that was lost; none where retries are off', () => {
  const ended = (repeats: number, sessionsLost: number, retryAttempts: number): boolean => isExhausted(repeats, sessionsLost, { retryAttempts })
  expect([ended(2, 0, 3), ended(3, 0, 3), ended(4, 2, 3), ended(5, 2, 3), ended(0, 1, 0)]).toEqual([false, true, false, true, true])
})
