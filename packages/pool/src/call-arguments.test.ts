import fc from 'fast-check'
import { expect, it } from 'vitest'
import { checkRequest } from './call-arguments.js'
import { PoolError } from './errors.js'
import type { JsonRpcRequest } from './ports.js'

const good: JsonRpcRequest = { jsonrpc: '2.0', id: 1, method: 'tools/list' }

it('takes JSON-RPC requests', () => {
  expect(() => checkRequest(good)).not.toThrow()
  expect(() => checkRequest({ ...good, id: 'a', params: {} })).not.toThrow()
})

it.each([
  [{ jsonrpc: '1.0' }, /jsonrpc must be '2\.0', got "1\.0"/],
  [{ id: null }, /id must be a string or a whole number, got null/],
  [{ id: 1.5 }, /id must be .* got 1\.5/],
  [{ method: '' }, /method must be a name, got an empty string/],
  [{ params: [1] }, /params must be an object, got an array/],
  [{ method: 'initialize' }, /initialize is the pool's own affair/],
])('refuses %j by name', (wrong, message) => {
  expect(() => checkRequest({ ...good, ...wrong } as JsonRpcRequest)).toThrow(message)
})

it('refuses anything else with a PoolError, whatever it is', () => {
  fc.assert(
    fc.property(fc.anything(), (anything) => {
      try {
        checkRequest(anything as JsonRpcRequest)
      } catch (error) {
        expect(error).toBeInstanceOf(PoolError)
      }
    }),
  )
})
