import { expect, it } from 'vitest'
import { isFruitless, isRefusal, outcomeOfAnswer, outcomeOfFailure } from './outcome.js'

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

it('takes an error, also of a tool, for an answer without fruit', () => {
  expect(isFruitless({ jsonrpc: '2.0', id: 1, result: {} })).toBe(false)
  expect(isFruitless({ jsonrpc: '2.0', id: 1, result: { isError: false } })).toBe(false)
  expect(isFruitless({ jsonrpc: '2.0', id: 1, result: { isError: true } })).toBe(true)
  expect(isFruitless({ jsonrpc: '2.0', id: 1, error: { code: -32603, message: 'boom' } })).toBe(true)
})

it.each([
  ['AUTH_FAILED', 401, true],
  ['AUTH_FAILED', undefined, true],
  ['HTTP_STATUS', 403, true],
  ['HTTP_STATUS', 413, true],
  ['HTTP_STATUS', 429, false],
  ['HTTP_STATUS', 500, false],
  ['SESSION_LOST', 404, false],
  ['CANCELLED', undefined, false],
  ['CONNECTION_LOST', undefined, false],
] as const)('takes %s with status %s for a refusal: %s', (code, status, refusal) => {
  expect(isRefusal(code, status)).toBe(refusal)
})
