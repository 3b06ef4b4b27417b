import fc from 'fast-check'
import { expect, it } from 'vitest'
import { PoolError } from '../errors.js'
import { readCallOptions, readClientOptions, readRequestOptions, readShutdownOptions, readTransportOptions, readVerbOptions } from './index.js'

it.each([
  [{ timeout: 0 }, /^timeout must be a number in 1 … 2,147,483,647 ms, got 0$/],
  [{ timeout: Number.NaN }, /^timeout must be .* got NaN$/],
  [{ affinity: '' }, /^affinity must be a string that is not empty, got an empty string$/],
  [{ idempotent: 'yes' }, /^idempotent must be true or false, got "yes"$/],
  [{ queueTimeout: 0 }, /^queueTimeout must be a number in 1 … 2,147,483,647 ms, got 0$/],
  [{ tenant: '' }, /^tenant must be a string that is not empty/],
  [{ priority: 'urgent' }, /^priority must be 'high', 'normal', 'low', got "urgent"$/],
  [{ priority: 'constructor' }, /^priority must be/],
  [{ hedge: 'p95' }, /^hedge must be true, false or \{ after \}, got "p95"$/],
  [{ hedge: null }, /^hedge must be true, false or \{ after \}, got null$/],
  [{ hedge: { after: 'p100' } }, /^hedge\.after must be a number in 1 … 2,147,483,647 ms, or 'p50' … 'p99', got "p100"$/],
  [{ hedge: { after: 0 } }, /^hedge\.after must be .* got 0$/],
  [{ hedge: { maxExtra: 1 } }, /^hedge must be \{ after \} for a call, got "maxExtra": what hedges may add is said for the whole pool$/],
  [{ requirements: true }, /^requirements must be an object, got true$/],
  [{ headers: { authorization: 'Bearer x' } }, /^headers\.authorization must not be given/],
  [{ headers: { 'x-a': 'line\nbreak' } }, /^headers\.x-a must be a valid header value/],
  [{ signal: null }, /^signal must be an AbortSignal, as the `signal` of an AbortController, got null$/],
  [{ signal: {} }, /^signal must be an AbortSignal/],
  [{ signal: new AbortController() }, /^signal must be an AbortSignal/],
  [{ signal: { aborted: false, addEventListener() {} } }, /^signal must be an AbortSignal/],
  [{ onNotification: {} }, /^onNotification must be a function, got an object$/],
  [{ timeOut: 5 }, /^unknown option "timeOut", did you mean timeout\?$/],
  [{ constructor: 5 }, /^unknown option "constructor"$/],
  [{ timeout: 0, affinity: 5 }, /^timeout must .*\nalso: affinity must be/],
  [null, /^options must be an object, got null$/],
  ['str', /^options must be an object, got "str"$/],
  [[], /^options must be an object, got an array$/],
])('refuses the wish %j by name', (wrong, message) => {
  const refusal = expect.objectContaining({ code: 'CONFIG', progress: 'not-sent', message: expect.stringMatching(message) })
  expect(() => readRequestOptions(wrong as object)).toThrow(refusal)
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
  { requirements: { lowLatency: true }, timeout: undefined, signal: undefined },
] as const)('takes the wishes %j', (wishes) => {
  expect(readRequestOptions(wishes)).toEqual(wishes)
})

it('takes a signal of any make', () => {
  const foreign = { aborted: false, addEventListener() {}, removeEventListener() {} }
  expect(readCallOptions({ signal: foreign }).signal).toBe(foreign)
  expect(() => readCallOptions({ signal: new AbortController().signal })).not.toThrow()
})

it('gives headers ready to send, and nothing else anew', () => {
  const options = { affinity: 'k', hedge: { after: 5 } }
  expect(readRequestOptions(options)).toBe(options)
  expect(readRequestOptions({ ...options, headers: new Headers({ 'X-Tenant': 'q' }) })).toEqual({ ...options, headers: { 'x-tenant': 'q' } })
})

it('takes at each door what that door knows', () => {
  const all = { signal: new AbortController().signal, timeout: 5 }
  for (const read of [readCallOptions, readRequestOptions, readVerbOptions]) expect(() => read(all)).not.toThrow()
  expect(() => readVerbOptions({ onprogress() {} })).not.toThrow()
  expect(() => readVerbOptions({ onNotification() {} })).toThrow(/unknown option "onNotification"/)
  expect(() => readTransportOptions({ timeout: 5, signal: undefined })).toThrow(/unknown option "signal"/)
  expect(() => readClientOptions({ timeout: 5 })).toThrow(/unknown option "timeout"/)
  expect(() => readShutdownOptions({ timeout: 0 })).not.toThrow()
  expect(() => readShutdownOptions({ timeout: -1 })).toThrow(/^timeout must be a number in 0 … 2,147,483,647 ms, got -1$/)
})

it('refuses anything else with a PoolError, whatever it is', () => {
  fc.assert(
    fc.property(fc.anything(), (anything) => {
      for (const options of [anything, { signal: anything, timeout: anything, headers: anything, hedge: anything }]) {
        try {
          readRequestOptions(options as object)
        } catch (error) {
          expect(error).toBeInstanceOf(PoolError)
        }
      }
    }),
  )
})
