import { describe, expect, it } from 'vitest'
import { transportFailure } from './transport-failure.js'

const coded = (code: string, message = 'it broke') => Object.assign(new Error(message), { code })

describe('transportFailure', () => {
  it.each([
    ['ECONNREFUSED', false, 'CONNECT_FAILED', 'not-sent'],
    ['ENOTFOUND', false, 'CONNECT_FAILED', 'not-sent'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', false, 'CONNECT_FAILED', 'not-sent'],
    ['UND_ERR_CONNECT_TIMEOUT', false, 'CONNECT_TIMEOUT', 'not-sent'],
    ['ETIMEDOUT', false, 'CONNECT_TIMEOUT', 'not-sent'],
    ['UND_ERR_INVALID_ARG', false, 'CONFIG', 'not-sent'],
    ['ECONNRESET', true, 'CONNECTION_LOST', 'sent'],
    ['UND_ERR_SOCKET', true, 'CONNECTION_LOST', 'sent'],
    ['ETIMEDOUT', true, 'CONNECTION_LOST', 'sent'],
    ['HPE_INVALID_CONSTANT', true, 'PROTOCOL', 'sent'],
    ['UND_ERR_HEADERS_OVERFLOW', true, 'PROTOCOL', 'sent'],
  ] as const)('%s, written %s: %s', (code, written, expected, progress) => {
    const cause = coded(code)
    expect(transportFailure(cause, written, 'here')).toMatchObject({ code: expected, progress, endpoint: 'here', cause })
  })

  it('says something also where node says nothing', () => {
    expect(transportFailure(coded('ECONNREFUSED', ''), false, 'here').message).toContain('ECONNREFUSED')
    expect(transportFailure(new Error(''), false, 'here').message).toContain('Error')
  })
})
