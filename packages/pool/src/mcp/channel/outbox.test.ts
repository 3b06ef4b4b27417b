import { setImmediate } from 'node:timers/promises'
import { expect, it } from 'vitest'
import type { Message } from './message-transport.js'
import { Outbox } from './outbox.js'

const message = (id: number): Message => ({ jsonrpc: '2.0', id, method: 'ping' })

/** A pipe that takes a message when the test says so. */
function pipe() {
  const written: unknown[] = []
  const open: Array<{ drain: () => void; fail: (error: Error) => void }> = []
  const outbox = new Outbox((each) => {
    written.push('id' in each && each.id)
    return new Promise((resolve, reject) => open.push({ drain: resolve, fail: reject }))
  })
  const ends: string[] = []
  const send = (id: number) =>
    void outbox.send(message(id)).then(
      () => ends.push(`${id} sent`),
      (error: Error) => ends.push(`${id} ${error.message}`),
    )
  return { outbox, written, open, ends, send }
}

it('writes one after another, in order, and goes on after one that cannot be written', async () => {
  const { written, open, ends, send } = pipe()
  for (const id of [1, 2, 3]) send(id)
  expect(written).toEqual([1])
  open[0]!.drain()
  await setImmediate()
  open[1]!.fail(new Error('no JSON'))
  await setImmediate()
  send(4)
  open[2]!.drain()
  await setImmediate()
  open[3]!.drain()
  await setImmediate()
  expect([written, ends]).toEqual([
    [1, 2, 3, 4],
    ['1 sent', '2 no JSON', '3 sent', '4 sent'],
  ])
})

it('fails all that wait when the child is gone, the one that was being written too, and what comes later', async () => {
  const { outbox, written, open, ends, send } = pipe()
  for (const id of [1, 2]) send(id)
  outbox.end(new Error('gone'))
  send(3)
  await setImmediate()
  expect(ends).toEqual(['1 gone', '2 gone', '3 gone'])
  open[0]!.drain()
  await setImmediate()
  expect([written, ends.length]).toEqual([[1], 3])
})
