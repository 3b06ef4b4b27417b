import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Interruption } from './interruption.js'

let exit: ReturnType<typeof vi.spyOn>

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] })
  exit = vi.spyOn(process, 'exit').mockImplementation(() => undefined as never)
})
afterEach(() => {
  exit.mockRestore()
  vi.useRealTimers()
})

it.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('%s asks to end with %d', (name, code) => {
  const interruption = new Interruption()
  expect(interruption.code).toBeUndefined()
  process.emit(name)
  expect(interruption.signal.aborted).toBe(true)
  expect(interruption.code).toBe(code)
  interruption.dispose()
  expect(process.listenerCount(name)).toBe(0)
})

it('takes signals within a second for one, and a later one for impatience', () => {
  const interruption = new Interruption()
  process.emit('SIGINT')
  vi.advanceTimersByTime(1_000)
  process.emit('SIGINT')
  expect(exit).not.toHaveBeenCalled()
  vi.advanceTimersByTime(1)
  process.emit('SIGTERM')
  expect(exit).toHaveBeenCalledExactlyOnceWith(143)
  expect(interruption.code).toBe(130)
  interruption.dispose()
})
