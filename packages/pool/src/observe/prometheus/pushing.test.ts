import { describe, expect, it } from 'vitest'
import { VirtualTime } from '../../testing/index.js'
import { Pushing } from './pushing.js'

function pushing() {
  const time = new VirtualTime()
  const log: string[] = []
  let settle: Array<(error?: Error) => void> = []
  const subject = new Pushing({
    timers: time,
    interval: 1_000,
    push: () =>
      new Promise((resolve, reject) => {
        log.push(`push at ${time.now()}`)
        settle.push((error) => (error === undefined ? resolve() : reject(error)))
      }),
    onFailed: ({ message }) => void log.push(message),
    onRestored: (failures, duration) => void log.push(`restored after ${failures} in ${duration}`),
  })
  const settleAll = async (error?: Error): Promise<void> => {
    const all = settle
    settle = []
    for (const each of all) each(error)
    for (let i = 0; i < 10; i++) await Promise.resolve()
  }
  return { time, log, subject, settleAll }
}

describe('pushing', () => {
  it('happens at the interval, and never twice at once', async () => {
    const { time, log, settleAll } = pushing()
    time.advance(5_000)
    expect(log).toEqual(['push at 1000'])
    await settleAll()
    time.advance(1_000)
    expect(log).toEqual(['push at 1000', 'push at 6000'])
  })

  it('that fails is told once, goes on, and is told again when it is well', async () => {
    const { time, log, settleAll } = pushing()
    for (const error of [new Error('no gateway'), new Error('no gateway still'), undefined, new Error('gone again')]) {
      time.advance(1_000)
      await settleAll(error)
    }
    expect(log.filter((line) => !line.startsWith('push'))).toEqual(['no gateway', 'restored after 2 in 2000', 'gone again'])
    expect(log.filter((line) => line.startsWith('push'))).toHaveLength(4)
  })

  it('ends with a last push, after the one that is under way', async () => {
    const { time, log, subject, settleAll } = pushing()
    time.advance(1_000)
    const stopped = subject.stop()
    expect(log).toEqual(['push at 1000'])
    await settleAll()
    expect(log).toEqual(['push at 1000', 'push at 1000'])
    await settleAll(new Error('no gateway'))
    await stopped
    time.advance(10_000)
    expect(log).toEqual(['push at 1000', 'push at 1000', 'no gateway'])
    expect(time.pending).toBe(0)
  })
})
