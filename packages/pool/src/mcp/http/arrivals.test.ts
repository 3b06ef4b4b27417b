import { setImmediate } from 'node:timers/promises'
import { afterEach, expect, it, vi } from 'vitest'
import { type Arrival, readSoon } from './arrivals.js'

const unexpected = (error: Error): never => {
  throw error
}

afterEach(() => {
  vi.useRealTimers()
})

it('reads what came in one turn together, in the order in which it came', async () => {
  const read: string[] = []
  const arrival = (name: string): Arrival => ({ read: () => void read.push(name), onError: unexpected })
  readSoon(arrival('first'))
  await Promise.resolve()
  readSoon(arrival('second'))
  expect(read).toEqual([])
  await setImmediate()
  expect(read).toEqual(['first', 'second'])
})

it('leaves what comes while it reads to the next turn', async () => {
  const read: string[] = []
  readSoon({
    read: () => {
      read.push('first')
      readSoon({ read: () => void read.push('second'), onError: unexpected })
    },
    onError: unexpected,
  })
  await setImmediate()
  expect(read).toEqual(['first'])
  await setImmediate()
  expect(read).toEqual(['first', 'second'])
})

it('tells the one whose reading throws, and reads the others', async () => {
  const heard: unknown[] = []
  readSoon({
    read: () => {
      throw new Error('not to be read')
    },
    onError: (error) => void heard.push(error.message),
  })
  readSoon({ read: () => void heard.push('read'), onError: unexpected })
  await setImmediate()
  expect(heard).toEqual(['not to be read', 'read'])
})

it('does not stop where timers are faked', async () => {
  vi.useFakeTimers()
  const read = new Promise<void>((resolve) => readSoon({ read: resolve, onError: unexpected }))
  await expect(read).resolves.toBeUndefined()
})
