import { expect, it } from 'vitest'
import { outcomeOfAnswer, outcomeOfFailure } from './outcome.js'

it('counts a result as good, a tool that failed included, and a JSON-RPC error as no evidence', () => {
  expect(outcomeOfAnswer({ jsonrpc: '2.0', id: 1, result: {} })).toBe('ok')
  expect(outcomeOfAnswer({ jsonrpc: '2.0', id: 1, result: { isError: true } })).toBe('ok')
  expect(outcomeOfAnswer({ jsonrpc: '2.0', id: 1, error: { code: -32603, message: 'boom' } })).toBe('ignored')
})

it.each(['CONNECT_FAILED', 'CONNECT_TIMEOUT', 'CONNECTION_LOST', 'REQUEST_TIMEOUT', 'PROTOCOL'] as const)('blames the replica for %s', (code) => {
  expect(outcomeOfFailure(code, undefined)).toBe('failed')
})

it.each(['CANCELLED', 'AUTH_FAILED', 'SESSION_LOST'] as const)('does not blame the replica for %s', (code) => {
  expect(outcomeOfFailure(code, undefined)).toBe('ignored')
})

it.each([
  [500, 'failed'],
  [503, 'failed'],
  [429, 'failed'],
  [400, 'ignored'],
  [403, 'ignored'],
  [413, 'ignored'],
] as const)('takes HTTP %d as %s', (status, outcome) => {
  expect(outcomeOfFailure('HTTP_STATUS', status)).toBe(outcome)
})
