import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { type Key, Keyboard } from './keyboard.js'

function terminal() {
  const raw: boolean[] = []
  const stream = Object.assign(new PassThrough(), {
    setRawMode(on: boolean) {
      raw.push(on)
      return stream as never
    },
  })
  const keys: Key[] = []
  return { stream, raw, keys, keyboard: new Keyboard(stream, (key) => keys.push(key)) }
}

it('hears keys one by one, and those that have no character by their names', async () => {
  const { stream, keys, keyboard } = terminal()
  stream.write('aQ/ é7<\u001b[A\u001b[6~\r\u007f\u0003\u0015')
  await expect.poll(() => keys.length).toBe(13)
  const chars = 'aQ/ é7<'.split('').map((char) => ({ char }))
  expect(keys).toEqual([...chars, ...['up', 'pagedown', 'return', 'backspace', 'ctrl-c', 'ctrl-u'].map((name) => ({ name }))])
  keyboard.close()
})

it('gives the terminal back as it was, and hears nothing more', async () => {
  const { stream, raw, keys, keyboard } = terminal()
  keyboard.close()
  expect([raw, stream.isPaused(), stream.listenerCount('keypress')]).toEqual([[true, false], true, 0])
  stream.write('q')
  await new Promise((resolve) => setImmediate(resolve))
  expect(keys).toEqual([])
})
