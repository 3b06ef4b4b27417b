import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { Cancellations } from './cancellations.js'

/** `times` messages that the test has the server take or not. */
function telling(times: number) {
  const subject = new Cancellations()
  const sent: Array<{ readonly number: number; resolve(): void; reject(error: Error): void }> = []
  for (let number = 0; number < times; number++) {
    subject.tell(() => new Promise<void>((resolve, reject) => sent.push({ number, resolve, reject })))
  }
  return { subject, sent }
}

describe('cancellations', () => {
  it('are told a few at a time, and all of them to a server that takes them', async () => {
    const { sent } = telling(100)
    expect(sent).toHaveLength(8)
    for (let i = 0; i < 100; i++) {
      sent[i]!.resolve()
      await setImmediate()
      expect(sent).toHaveLength(Math.min(100, i + 9))
    }
    expect(sent.map(({ number }) => number)).toEqual(Array.from({ length: 100 }, (_, i) => i))
  })

  it('are told no more to a server that does not take one, until there are new ones', async () => {
    const { subject, sent } = telling(100)
    for (const { reject } of sent) reject(new Error('not in time'))
    await setImmediate()
    expect(sent).toHaveLength(8)
    let told = false
    subject.tell(async () => (told = true))
    expect(told).toBe(true)
  })

  it('do not pile up without bound', async () => {
    const { sent } = telling(2_000)
    for (let i = 0; i < sent.length; i++) {
      sent[i]!.resolve()
      await setImmediate()
    }
    expect(sent).toHaveLength(1_008)
  })
})
