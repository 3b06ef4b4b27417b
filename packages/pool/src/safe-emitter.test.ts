import { afterEach, expect, expectTypeOf, it, vi } from 'vitest'
import { SafeEmitter } from './safe-emitter.js'

interface Events {
  error: [Error]
  moved: [{ to: string }, number]
  gone: []
}

afterEach(() => vi.restoreAllMocks())

it('hands its arguments to every listener, and types them', () => {
  const emitter = new SafeEmitter<Events>()
  const heard: unknown[] = []
  emitter.on('moved', (move, times) => {
    expectTypeOf(move).toEqualTypeOf<{ to: string }>()
    heard.push(move.to, times)
  })
  emitter.once('moved', (move) => heard.push(`once ${move.to}`))
  expect([emitter.emit('moved', { to: 'a' }, 1), emitter.emit('moved', { to: 'b' }, 2), emitter.emit('gone')]).toEqual([true, true, false])
  expect(heard).toEqual(['a', 1, 'once a', 'b', 2])
})

it('lets an error pass that nobody listens to', () => {
  expect(new SafeEmitter<Events>().emit('error', new Error('unheard'))).toBe(false)
})

it('warns of a listener that throws or rejects, and calls the others', async () => {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  const emitter = new SafeEmitter<Events>()
  let called = 0
  emitter.on('gone', () => {
    throw new Error('sync bug')
  })
  const rejects = (): unknown => Promise.reject(new Error('async bug'))
  emitter.on('gone', rejects)
  emitter.on('gone', () => called++)
  expect(emitter.emit('gone')).toBe(true)
  await Promise.resolve()
  expect(called).toBe(1)
  expect(warn.mock.calls.map(([message]) => message)).toEqual(Array(2).fill("A listener of 'gone' failed; the pool goes on"))
  expect(JSON.stringify(warn.mock.calls)).toMatch(/sync bug.*async bug/)
})
