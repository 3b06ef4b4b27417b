import { describe, expect, it } from 'vitest'
import { PoolError, type PoolErrorCode } from '../errors.js'
import type { JsonObject } from '../ports.js'
import { classifyProbe } from './era-probe.js'

const ofResult = (result: JsonObject) => classifyProbe({ response: { jsonrpc: '2.0', id: 1, result } }, 'here')
const ofError = (code: number, data?: unknown) => classifyProbe({ response: { jsonrpc: '2.0', id: 1, error: { code, message: 'no', data } } }, 'here')
const ofFailure = (code: PoolErrorCode, status?: number) =>
  classifyProbe({ failure: new PoolError(code, 'no', { progress: 'sent', ...(status !== undefined && { status }) }) }, 'here')

describe('classifyProbe', () => {
  it('takes a discovery with a common revision for modern', () => {
    const discovered = { supportedVersions: ['2027-01-01', '2026-07-28', '2025-11-25'], capabilities: {} }
    expect(ofResult(discovered)).toEqual({ era: 'modern', version: '2026-07-28', discovered })
  })

  it.each([
    ['a discovery of legacy revisions alone', ofResult({ supportedVersions: ['2025-11-25'] })],
    ['a result that is no discovery', ofResult({ ok: true })],
    ['an unknown method', ofError(-32_601)],
    ['a session that is not there', ofError(-32_000)],
    ['a code that SDKs use for lost sessions', ofError(-32_001)],
    ['legacy revisions in an unsupported version', ofError(-32_022, { supported: ['2025-06-18'] })],
    ['an unsupported version that names none', ofError(-32_022)],
    ...[400, 404, 405, 406, 415, 422].map((status): [string, unknown] => [`HTTP ${status}`, ofFailure('HTTP_STATUS', status)]),
  ])('takes %s for legacy', (_, verdict) => {
    expect(verdict).toEqual({ era: 'legacy' })
  })

  it('asks again where the server wants another revision that we speak', () => {
    expect(ofError(-32_022, { supported: ['2025-11-25', '2026-07-28'] })).toEqual({ era: 'again', version: '2026-07-28' })
  })

  it.each([
    ['no common revision', ofResult({ supportedVersions: ['2030-01-01'] })],
    ['an unsupported version without a common one', ofError(-32_022, { supported: ['2030-01-01'] })],
    ['a header mismatch', ofError(-32_020)],
    ['a missing capability', ofError(-32_021)],
    ['forbidden', ofFailure('HTTP_STATUS', 403)],
    ['too many requests', ofFailure('HTTP_STATUS', 429)],
    ['a server error', ofFailure('HTTP_STATUS', 500)],
    ['unauthorized', ofFailure('AUTH_FAILED', 401)],
    ['a timeout', ofFailure('REQUEST_TIMEOUT')],
    ['a refused connection', ofFailure('CONNECT_FAILED')],
    ['garbage', ofFailure('PROTOCOL')],
  ])('reads no era from %s', (_, verdict) => {
    expect(verdict).toMatchObject({ era: 'none', failure: expect.any(PoolError) })
  })
})
