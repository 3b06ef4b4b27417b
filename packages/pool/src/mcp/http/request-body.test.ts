import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonObject, JsonRpcRequest } from '../../ports.js'
import { TraceParent } from '../../trace-parent.js'
import { META } from '../era-tables.js'
import { progressTokenOf, RequestEnvelope, requestBody } from './request-body.js'

const ENVELOPE = new RequestEnvelope('2026-07-28', { name: 'pool', version: '1' }, { roots: {} })
const request = (params?: JsonObject): JsonRpcRequest => ({ jsonrpc: '2.0', id: 'the caller’s', method: 'tools/call', ...(params && { params }) })
const parsed = (params: JsonObject | undefined, envelope?: RequestEnvelope): unknown => JSON.parse(requestBody(request(params), 7, envelope))

describe('requestBody', () => {
  it('is the request with the id of the attempt, for any params', () => {
    const params = fc.dictionary(
      fc.string().filter((name) => name !== '_meta' && name !== '__proto__'),
      fc.jsonValue(),
    ) as fc.Arbitrary<JsonObject>
    fc.assert(
      fc.property(fc.option(params, { nil: undefined }), (given) => {
        const before = JSON.stringify(given)
        expect(parsed(given)).toEqual(JSON.parse(JSON.stringify({ jsonrpc: '2.0', id: 7, method: 'tools/call', params: given })))
        expect(parsed(given, ENVELOPE)).toEqual(
          JSON.parse(JSON.stringify({ jsonrpc: '2.0', id: 7, method: 'tools/call', params: { ...given, _meta: ENVELOPE.fields } })),
        )
        expect(JSON.stringify(given)).toBe(before)
      }),
    )
  })

  it('keeps what the caller says of itself, and sets revision and progress token', () => {
    const meta = { [META.protocolVersion]: '1999-01-01', [META.clientInfo]: { name: 'app', version: '2' }, progressToken: 'mine', traceparent: '00-1' }
    const params = { name: 'echo', _meta: meta }
    expect(parsed(params, ENVELOPE)).toMatchObject({
      params: {
        name: 'echo',
        _meta: {
          [META.protocolVersion]: '2026-07-28',
          [META.clientInfo]: { name: 'app', version: '2' },
          [META.clientCapabilities]: { roots: {} },
          progressToken: 7,
          traceparent: '00-1',
        },
      },
    })
    expect(params._meta.progressToken).toBe('mine')
  })

  it('is the caller’s word, completed, for whatever of the envelope it brings', () => {
    const given = fc.record(
      {
        [META.protocolVersion]: fc.constantFrom('2026-07-28', '1999-01-01'),
        [META.clientInfo]: fc.constant({ name: 'app', version: '2' }),
        [META.clientCapabilities]: fc.constant({ sampling: {} }),
        [META.logLevel]: fc.constant('info'),
        progressToken: fc.constantFrom(0, 'mine'),
        traceparent: fc.constant('00-1'),
      },
      { requiredKeys: [] },
    )
    const envelopes = fc.constantFrom(ENVELOPE, new RequestEnvelope('2026-07-28', { name: 'pool', version: '1' }, {}, 'error'))
    fc.assert(
      fc.property(given, envelopes, (meta, envelope) => {
        const expected = { ...envelope.fields, ...meta, [META.protocolVersion]: '2026-07-28', ...('progressToken' in meta && { progressToken: 7 }) }
        expect(parsed({ name: 'echo', _meta: meta }, envelope)).toEqual({
          jsonrpc: '2.0',
          id: 7,
          method: 'tools/call',
          params: { name: 'echo', _meta: expected },
        })
      }),
    )
  })

  it('carries what is added in the place of the caller’s, whatever is there', () => {
    const metas = fc.option(fc.record({ a: fc.jsonValue(), traceparent: fc.constant('00-1'), tracestate: fc.constant('x=1') }, { requiredKeys: [] }), {
      nil: undefined,
    })
    const added = fc.oneof(
      fc.record({ traceparent: fc.constant('00-2'), baggage: fc.string(), tracestate: fc.constant(undefined) }, { requiredKeys: [] }),
      fc.constant(new TraceParent('00-2')),
    )
    fc.assert(
      fc.property(
        fc.option(fc.record({ name: fc.string() }), { nil: undefined }),
        metas,
        added,
        fc.constantFrom(undefined, ENVELOPE),
        (own, meta, fields, envelope) => {
          const params = own === undefined && meta === undefined ? undefined : { ...own, ...(meta && { _meta: meta }) }
          const before = JSON.stringify(params)
          const merged = JSON.parse(JSON.stringify(Object.assign({}, envelope?.fields, meta, fields))) as JsonObject
          const expected = Object.keys(merged).length === 0 && meta === undefined ? params : { ...params, _meta: merged }
          expect(JSON.parse(requestBody(request(params), 7, envelope, fields))).toEqual(
            JSON.parse(JSON.stringify({ jsonrpc: '2.0', id: 7, method: 'tools/call', params: expected })),
          )
          expect(JSON.stringify(params)).toBe(before)
        },
      ),
    )
  })

  it('adds nothing in the legacy era', () => {
    expect(parsed({ _meta: { progressToken: 0, a: 1 } })).toEqual({
      jsonrpc: '2.0',
      id: 7,
      method: 'tools/call',
      params: { _meta: { progressToken: 7, a: 1 } },
    })
    expect(parsed(undefined)).toEqual({ jsonrpc: '2.0', id: 7, method: 'tools/call' })
  })

  it('throws for what is no JSON', () => {
    expect(() => requestBody(request({ a: 1n }), 1, ENVELOPE)).toThrow(TypeError)
  })
})

it.each([
  [{ _meta: { progressToken: 'a' } }, 'a'],
  [{ _meta: { progressToken: 0 } }, 0],
  [{ _meta: { progressToken: {} } }, undefined],
  [{ _meta: null }, undefined],
  [undefined, undefined],
])('reads the progress token of %j', (params, token) => {
  expect(progressTokenOf(request(params as JsonObject | undefined))).toBe(token)
})
