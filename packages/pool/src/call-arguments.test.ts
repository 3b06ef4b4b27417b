import fc from 'fast-check'
import { expect, it } from 'vitest'
import { checkOptions, checkRequest } from './call-arguments.js'
import { PoolError } from './errors.js'
import type { JsonRpcRequest } from './ports.js'

const good: JsonRpcRequest = { jsonrpc: '2.0', id: 1, method: 'tools/list' }

it('takes JSON-RPC requests', () => {
  expect(() => checkRequest(good)).not.toThrow()
  expect(() => checkRequest({ ...good, id: 'a', params: {} })).not.toThrow()
})

it.each([
  [{ jsonrpc: '1.0' }, /jsonrpc must be '2\.0', got 1\.0/],
  [{ id: null }, /id must be a string or a whole number, got null/],
  [{ id: 1.5 }, /id must be .* got 1\.5/],
  [{ method: '' }, /method must be a name/],
  [{ params: [1] }, /params must be an object, got an array/],
  [{ method: 'initialize' }, /initialize is the pool's own affair/],
])('refuses %j by name', (wrong, message) => {
  expect(() => checkRequest({ ...good, ...wrong } as JsonRpcRequest)).toThrow(message)
})

it.each([
  [{ timeout: 0 }, /timeout must be 1 … 2147483647 ms, got 0/],
  [{ timeout: Number.NaN }, /timeout must be .* got NaN/],
  [{ affinity: '' }, /affinity must be a string that is not empty/],
  [{ idempotent: 'yes' }, /idempotent must be true or false, got yes/],
  [{ queueTimeout: 0 }, /queueTimeout must be 1 … 2147483647 ms, got 0/],
  [{ tenant: '' }, /tenant must be a string that is not empty/],
  [{ priority: 'urgent' }, /priority must be 'high', 'normal' or 'low', got urgent/],
  [{ priority: 'constructor' }, /priority must be/],
  [{ hedge: 'p95' }, /hedge must be true, false or \{ after \}, got p95/],
  [{ hedge: null }, /hedge must be true, false or \{ after \}, got null/],
  [{ hedge: { after: 'p100' } }, /hedge\.after must be a number in 1 … 2,147,483,647 ms, or 'p50' … 'p99', got p100/],
  [{ hedge: { after: 0 } }, /hedge\.after must be .* got 0/],
  [{ hedge: { maxExtra: 1 } }, /hedge must be \{ after \} for a call, got maxExtra: what hedges may add is said for the whole pool/],
  [{ headers: { authorization: 'Bearer x' } }, /authorization/i],
  [{ headers: { 'x-a': 'line\nbreak' } }, /x-a/],
])('refuses the wish %j by name', (wrong, message) => {
  expect(() => checkOptions(wrong as Parameters<typeof checkOptions>[0])).toThrow(message)
})

it.each([
  {},
  { priority: 'low', queueTimeout: 1, tenant: 'customer-7' },
  { hedge: true },
  { hedge: false },
  { hedge: {} },
  { hedge: { after: 'p50' } },
  { hedge: { after: 'p99' } },
  { hedge: { after: 250 } },
] as const)('takes the wishes %j', (wishes) => {
  expect(() => checkOptions(wishes)).not.toThrow()
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
