import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { JsonRpcNotification } from '../ports.js'
import { VirtualTime } from '../testing/index.js'
import { Coalescer } from './coalescer.js'

const WINDOW = 100
const changed = (method: string, uri?: string): JsonRpcNotification => ({ jsonrpc: '2.0', method, ...(uri !== undefined && { params: { uri } }) })

function coalescer() {
  const time = new VirtualTime()
  const out: Array<{ at: number; key: string }> = []
  const subject = new Coalescer(time, WINDOW, ({ method, params }) => out.push({ at: time.now(), key: `${method} ${String(params?.['uri'])}` }))
  return { time, out, subject }
}

it('lets the first through at once, and makes one of the rest of the window', () => {
  const { time, out, subject } = coalescer()
  for (let i = 0; i < 50; i++) subject.add(changed('tools'))
  expect(out).toHaveLength(1)
  time.advance(1_000)
  expect(out.map(({ at }) => at)).toEqual([0, WINDOW])
})

it('keeps kinds and resources apart', () => {
  const { out, subject } = coalescer()
  for (const notification of [changed('tools'), changed('prompts'), changed('updated', 'a:1'), changed('updated', 'a:2')]) subject.add(notification)
  expect(out).toHaveLength(4)
})

it('is silent and idle once it is closed', () => {
  const { time, out, subject } = coalescer()
  subject.add(changed('tools'))
  subject.add(changed('tools'))
  subject.close()
  expect(time.pending).toBe(0)
  time.advance(1_000)
  expect(out).toHaveLength(1)
})

it('never holds a change for longer than a window, never says one twice as often, and forgets when idle', () => {
  const steps = fc.array(fc.record({ wait: fc.integer({ min: 0, max: 150 }), kind: fc.integer({ min: 0, max: 2 }) }), { maxLength: 200 })
  fc.assert(
    fc.property(steps, (sequence) => {
      const { time, out, subject } = coalescer()
      const arrived: Array<{ at: number; key: string }> = []
      for (const { wait, kind } of sequence) {
        time.advance(wait)
        subject.add(changed('updated', `a:${kind}`))
        arrived.push({ at: time.now(), key: `updated a:${kind}` })
      }
      time.advance(10 * WINDOW)
      for (const { at, key } of arrived) expect(out.some((each) => each.key === key && each.at >= at && each.at <= at + WINDOW)).toBe(true)
      for (const kind of [0, 1, 2]) {
        const times = out.filter(({ key }) => key === `updated a:${kind}`).map(({ at }) => at)
        for (const [i, at] of times.entries()) if (i > 0) expect(at - times[i - 1]!).toBeGreaterThanOrEqual(WINDOW)
      }
      expect(time.pending).toBe(0)
    }),
  )
})
