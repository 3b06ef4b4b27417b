import { expect, expectTypeOf, it, vi } from 'vitest'
import type { PoolEvent } from './events.js'
import { PoolEmitter } from './pool-emitter.js'

const CLIENT = { clientId: 'client-1', endpoint: 'http://127.0.0.1:8001/mcp' }

it('tells every event to who listens to all of them, in order, until that is ended', () => {
  const pool = new PoolEmitter()
  const heard: PoolEvent[] = []
  const stop = pool.onAny((event) => void heard.push(event))
  pool.on('client:unhealthy', () => pool.emit('client:recovering', CLIENT))
  pool.emit('starting')
  pool.emit('client:unhealthy', { ...CLIENT, error: 'out of order' })
  stop()
  stop()
  expect(pool.emit('shutdown')).toBe(false)
  expect(heard).toEqual([{ name: 'starting' }, { name: 'client:recovering', ...CLIENT }, { name: 'client:unhealthy', ...CLIENT, error: 'out of order' }])
})

it('types them by their names', () => {
  const pool = new PoolEmitter()
  pool.onAny((event) => {
    if (event.name === 'overload:left') expectTypeOf(event.shed).toEqualTypeOf<number>()
    if (event.name === 'shutdown') expectTypeOf(event).toEqualTypeOf<Readonly<{ name: 'shutdown' }>>()
  })
  expect(pool.emit('overload:left', { shed: 1, timedOut: 0, duration: 5 })).toBe(true)
})

it('is harmed by no listener that throws', () => {
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  const pool = new PoolEmitter()
  const heard: string[] = []
  pool.onAny(() => {
    throw new Error("a bug in somebody's logging")
  })
  pool.onAny(({ name }) => void heard.push(name))
  expect(() => pool.emit('starting')).not.toThrow()
  expect(heard).toEqual(['starting'])
  expect(warned).toHaveBeenCalledOnce()
  warned.mockRestore()
})
