import { describe, expect, it } from 'vitest'
import type { HttpChannel } from './channel.js'
import { readRefusal } from './refusal.js'

const URL_HERE = new URL('https://here.example/mcp?a=1')
const CHANNEL = { url: URL_HERE, origin: URL_HERE.origin, label: 'here', wallClock: () => 0 } as HttpChannel
const read = (status: number, headers: Record<string, string> = {}, text = '') =>
  readRefusal(
    status,
    Object.entries(headers).flatMap(([name, value]) => [Buffer.from(name), Buffer.from(value)]),
    () => text,
    '/mcp?a=1',
    CHANNEL,
  )

const JSON_TYPE = { 'Content-Type': 'application/json' }
const ERROR = { jsonrpc: '2.0', id: 1, error: { code: -32_602, message: 'no' } }

describe('readRefusal', () => {
  it.each([
    [403, {}, 'answered', undefined],
    [429, {}, 'refused', undefined],
    [429, { 'Retry-After': '3' }, 'refused', 3_000],
    [503, { 'Retry-After': 'Thu, 01 Jan 1970 00:00:05 GMT' }, 'refused', 5_000],
    [503, {}, 'sent', undefined],
    [500, { 'Retry-After': '3' }, 'sent', 3_000],
    [502, {}, 'sent', undefined],
  ] as const)('%d with %j: %s', (status, headers, progress, retryAfter) => {
    expect(read(status, headers)).toMatchObject({ ask: 'nothing', failure: { code: 'HTTP_STATUS', status, progress, retryAfter } })
  })

  it('wants another token after 401, and hands the challenge on', () => {
    expect(read(401, { 'WWW-Authenticate': 'Bearer scope="x"' })).toEqual({ ask: 'token', challenge: 'Bearer scope="x"', otherwise: undefined })
  })

  it('wants another token after 403 for want of scope alone', () => {
    const challenge = 'Bearer error="insufficient_scope", scope="files:write"'
    expect(read(403, { 'WWW-Authenticate': challenge })).toMatchObject({ ask: 'token', challenge, otherwise: { code: 'HTTP_STATUS', progress: 'answered' } })
    expect(read(403, { 'WWW-Authenticate': 'Bearer error="invalid_token"' })).toMatchObject({ ask: 'nothing', failure: { code: 'HTTP_STATUS', status: 403 } })
  })

  it.each([
    [307, '/other', '/other', false],
    [308, 'https://here.example/mcp/?b=2', '/mcp/?b=2', true],
    [307, '?c=3', '/mcp?c=3', false],
  ])('follows %d to %s', (status, location, path, forEver) => {
    expect(read(status, { Location: location })).toEqual({ ask: 'path', path, forEver })
  })

  it.each([
    [307, { Location: 'https://there.example/mcp' }],
    [307, { Location: 'http://here.example/mcp' }],
    [307, { Location: 'https://here.example:8443/mcp' }],
    [307, { Location: '//there.example/mcp' }],
    [308, { Location: 'javascript:alert(1)' }],
    [307, { Location: 'https://[' }],
    [307, {}],
    [301, { Location: '/other' }],
    [302, { Location: '/other' }],
    [303, { Location: '/other' }],
    [304, {}],
  ])('does not follow %d with %j', (status, headers) => {
    expect(read(status, headers)).toMatchObject({ ask: 'nothing', failure: { code: 'PROTOCOL', progress: 'sent' } })
  })

  it('finds the JSON-RPC error in another 4xx, if there is one', () => {
    expect(read(400, JSON_TYPE, JSON.stringify(ERROR))).toEqual({ ask: 'judgment', error: ERROR })
    expect(read(404, JSON_TYPE, '{"error":"not found"}')).toEqual({ ask: 'judgment', error: undefined })
    expect(read(400, JSON_TYPE, '<html>')).toEqual({ ask: 'judgment', error: undefined })
    expect(read(400, { 'Content-Type': 'text/plain' }, JSON.stringify(ERROR))).toEqual({ ask: 'judgment', error: undefined })
  })
})
