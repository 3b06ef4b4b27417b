import { describe, expect, it } from 'vitest'
import type { JsonObject, JsonRpcRequest } from '../../ports.js'
import { RequestHeaders, withExtra } from './request-headers.js'

const request = (method: string, params?: JsonObject): JsonRpcRequest => ({ jsonrpc: '2.0', id: 1, method, params })

function asObject(headers: readonly string[]): Record<string, string> {
  const object: Record<string, string> = {}
  for (let i = 0; i < headers.length; i += 2) {
    expect(object).not.toHaveProperty([headers[i]!])
    object[headers[i]!] = headers[i + 1]!
  }
  return object
}

function modern(endpoint?: Record<string, string>): RequestHeaders {
  const headers = new RequestHeaders(endpoint)
  headers.version = '2026-07-28'
  return headers
}

describe('RequestHeaders', () => {
  it.each([
    [request('tools/list'), { 'mcp-method': 'tools/list' }],
    [request('tools/call', { name: 'größe' }), { 'mcp-method': 'tools/call', 'mcp-name': '=?base64?Z3LDtsOfZQ==?=' }],
    [request('prompts/get', { name: 'greet' }), { 'mcp-method': 'prompts/get', 'mcp-name': 'greet' }],
    [request('resources/read', { uri: 'file:///a b' }), { 'mcp-method': 'resources/read', 'mcp-name': 'file:///a b' }],
    [request('tools/call', { name: 7 }), { 'mcp-method': 'tools/call' }],
  ])('names method and name of %j', (given, expected) => {
    expect(asObject(modern().modern(given, undefined, []))).toEqual({
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      ...expected,
    })
  })

  it('makes the list for a tool once, and again for another token', () => {
    const headers = modern()
    const call = request('tools/call', { name: 'echo' })
    const first = headers.modern(call, 'a', [])
    expect(headers.modern(request('tools/call', { name: 'echo', arguments: { x: 1 } }), 'a', [])).toBe(first)
    expect(asObject(headers.modern(call, 'b', []))).toMatchObject({ authorization: 'Bearer b', 'mcp-name': 'echo' })
  })

  it('mirrors arguments without touching the kept list', () => {
    const headers = modern()
    const annotations = [{ header: 'mcp-param-region', path: ['region'] }]
    const call = (region: string) => headers.modern(request('tools/call', { name: 'sql', arguments: { region } }), undefined, annotations)
    expect(asObject(call('eu'))).toMatchObject({ 'mcp-param-region': 'eu' })
    expect(asObject(call('us'))).toMatchObject({ 'mcp-param-region': 'us' })
    expect(asObject(headers.modern(request('tools/call', { name: 'sql' }), undefined, []))).not.toHaveProperty('mcp-param-region')
  })

  it('forgets no bound when callers make names up', () => {
    const headers = modern()
    for (let i = 0; i < 5_000; i++)
      expect(asObject(headers.modern(request('tools/call', { name: `t${i}` }), undefined, []))).toMatchObject({ 'mcp-name': `t${i}` })
  })

  it('sends a configured authorization only where there is no token', () => {
    const headers = modern({ Authorization: 'Basic x', 'X-Team': 'a' })
    expect(asObject(headers.post(undefined))).toMatchObject({ authorization: 'Basic x', 'x-team': 'a' })
    expect(asObject(headers.post('t'))).toMatchObject({ authorization: 'Bearer t', 'x-team': 'a' })
  })
})

describe('withExtra', () => {
  it('lets a call replace a header of the endpoint, and never one of ours', () => {
    const headers = modern({ 'x-team': 'a' }).modern(request('tools/call', { name: 'echo' }), 'secret', [])
    const extra = {
      'X-Team': 'b',
      Traceparent: '00-1',
      AUTHORIZATION: 'Bearer stolen',
      'Mcp-Name': 'other',
      'MCP-Session-Id': 'x',
      Host: 'evil',
      'Content-Length': '1',
      'content-type': 'text/plain',
    }
    expect(asObject(withExtra(headers, extra))).toEqual({ ...asObject(headers), 'x-team': 'b', traceparent: '00-1' })
  })

  it('changes nothing where there is nothing to add', () => {
    const headers = modern().post(undefined)
    expect(withExtra(headers, undefined)).toBe(headers)
    expect(withExtra(headers, { host: 'evil' })).toBe(headers)
  })
})
