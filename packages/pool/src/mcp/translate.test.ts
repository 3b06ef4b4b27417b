import { describe, expect, it } from 'vitest'
import type { Era, JsonObject, JsonRpcNotification, JsonRpcRequest, JsonRpcResponse, ServerFacts } from '../ports.js'
import { CACHEABLE, ENVELOPE_KEYS, LEGACY_ONLY_NOTIFICATIONS, META, MODERN_ONLY_NOTIFICATIONS } from './era-tables.js'
import {
  type Envelope,
  eraOfRequest,
  logLevelOf,
  passesLogLevel,
  requiredEra,
  translateNotification,
  translateRequest,
  translateResponse,
  withoutAsking,
} from './translate.js'

const ENVELOPE: Envelope = {
  protocolVersion: '2026-07-28',
  clientInfo: { name: 'app', version: '1' },
  clientCapabilities: { elicitation: {}, sampling: {}, roots: {}, tasks: {}, extensions: { 'x/y': {} } },
  logLevel: undefined,
}
const FACTS: ServerFacts = {
  protocolVersion: '2025-11-25',
  serverInfo: { name: 'old', version: '3' },
  capabilities: { tools: {}, tasks: {} },
  instructions: 'Hello.',
}
const META_2026 = { [META.protocolVersion]: '2026-07-28', [META.clientInfo]: { name: 'app' }, [META.clientCapabilities]: {} }

const request = (method: string, params?: JsonObject): JsonRpcRequest => ({ jsonrpc: '2.0', id: 5, method, ...(params && { params }) })
const result = (body: JsonObject): JsonRpcResponse => ({ jsonrpc: '2.0', id: 5, result: body })
const error = (code: number, data?: unknown): JsonRpcResponse => ({ jsonrpc: '2.0', id: 5, error: { code, message: 'm', data } })
const notification = (method: string, params: JsonObject = {}): JsonRpcNotification => ({ jsonrpc: '2.0', method, params })
const toModern = (method: string, params?: JsonObject, envelope = ENVELOPE) => translateRequest(request(method, params), 'modern', envelope)
const toLegacy = (method: string, params?: JsonObject) => translateRequest(request(method, params), 'legacy', ENVELOPE)
const toCaller = (era: Era, method: string, response: JsonRpcResponse) => translateResponse(request(method), response, era, FACTS)

describe('a legacy request for a modern replica', () => {
  // basic/index#_meta, "Per-request protocol fields"
  it('carries who asks, without what would let the server ask back', () => {
    expect(toModern('tools/call', { name: 'x', _meta: { progressToken: 1, traceparent: 't' } })).toEqual({
      act: 'send',
      request: request('tools/call', {
        name: 'x',
        _meta: {
          progressToken: 1,
          traceparent: 't',
          [META.protocolVersion]: '2026-07-28',
          [META.clientInfo]: ENVELOPE.clientInfo,
          [META.clientCapabilities]: { extensions: { 'x/y': {} } },
        },
      }),
    })
  })

  // server/utilities/logging#per-request-log-level
  it('carries the log level of the session, where one was set', () => {
    expect(toModern('tools/list', undefined, { ...ENVELOPE, logLevel: 'info' })).toMatchObject({ request: { params: { _meta: { [META.logLevel]: 'info' } } } })
    expect(toModern('tools/list')).not.toHaveProperty(['request', 'params', '_meta', META.logLevel])
  })

  it.each([
    // changelog, major 5: ping is gone; every server implements server/discover (basic/versioning)
    ['ping', {}, { act: 'send', request: { method: 'server/discover', params: { _meta: { [META.protocolVersion]: '2026-07-28' } } } }],
    // changelog, major 5: logging/setLevel is gone, the level travels with each request
    ['logging/setLevel', { level: 'info' }, { act: 'set-level', level: 'info' }],
    ['logging/setLevel', {}, { act: 'refuse' }],
    // changelog, major 4: resources/subscribe became part of subscriptions/listen
    ['resources/subscribe', { uri: 'a:1' }, { act: 'subscribe', uri: 'a:1' }],
    ['resources/unsubscribe', { uri: 'a:1' }, { act: 'unsubscribe', uri: 'a:1' }],
    ['resources/subscribe', {}, { act: 'refuse' }],
    // changelog, major 2: no handshake
    ['initialize', {}, { act: 'refuse' }],
    // changelog, major 6: tasks are another thing now
    ['tasks/get', { taskId: 't' }, { act: 'refuse' }],
    ['tools/call', { name: 'x', task: {} }, { act: 'refuse' }],
    // what neither revision speaks of goes as it is
    ['vendor/reindex', { deep: true }, { act: 'send', request: { method: 'vendor/reindex', params: { deep: true } } }],
  ])('%s %j: %j', (method, params, plan) => {
    expect(toModern(method, params)).toMatchObject(plan)
  })
})

describe('a modern request for a legacy replica', () => {
  it('loses its envelope, and keeps what else is in _meta', () => {
    const level = { ...META_2026, [META.logLevel]: 'debug' }
    expect(Object.keys(level)).toEqual(ENVELOPE_KEYS)
    expect(toLegacy('tools/call', { name: 'x', _meta: { ...level, progressToken: 1 } })).toEqual({
      act: 'send',
      request: request('tools/call', { name: 'x', _meta: { progressToken: 1 } }),
    })
    expect(toLegacy('tools/list', { _meta: level })).toEqual({ act: 'send', request: request('tools/list', {}) })
  })

  it.each([
    // changelog, major 3: legacy servers have ping instead
    ['server/discover', { _meta: META_2026 }, { act: 'send', request: { jsonrpc: '2.0', id: 5, method: 'ping' } }],
    // changelog, major 4
    ['subscriptions/listen', { notifications: {} }, { act: 'listen' }],
    // basic/patterns/mrtr: continuations need a server that began them
    ['tools/call', { name: 'x', inputResponses: {} }, { act: 'refuse' }],
    ['prompts/get', { name: 'x', requestState: 's' }, { act: 'refuse' }],
    // changelog, major 6
    ['tasks/update', { taskId: 't', _meta: META_2026 }, { act: 'refuse' }],
  ])('%s %j: %j', (method, params, plan) => {
    expect(toLegacy(method, params)).toMatchObject(plan)
  })
})

describe('requiredEra', () => {
  it.each([
    ['tools/call', {}, 'legacy', undefined],
    ['tools/call', { inputResponses: {} }, 'modern', 'modern'],
    ['resources/read', { requestState: '' }, 'modern', 'modern'],
    ['tasks/get', {}, 'legacy', 'legacy'],
    ['tasks/get', {}, 'modern', 'modern'],
    ['tools/call', { task: { ttl: 1 } }, 'legacy', 'legacy'],
    ['vendor/reindex', {}, 'modern', undefined],
  ] as const)('of %s %j from a %s client is %s', (method, params, era, required) => {
    expect(requiredEra(request(method, params), era)).toBe(required)
  })

  it('knows the era of a request that came without a client by its envelope', () => {
    expect([eraOfRequest(request('tools/list')), eraOfRequest(request('tools/list', { _meta: META_2026 }))]).toEqual(['legacy', 'modern'])
    expect(requiredEra(request('tasks/get', { _meta: META_2026 }))).toBe('modern')
  })
})

describe('a legacy answer for a modern client', () => {
  // basic/index#resulttype; server/utilities/caching#cacheable-results
  it.each([...CACHEABLE].filter((method) => method !== 'server/discover'))('to %s says that it is complete, and promises no freshness', (method) => {
    expect(toCaller('modern', method, result({ items: [] }))).toEqual({
      act: 'answer',
      response: result({ items: [], resultType: 'complete', ttlMs: 0, cacheScope: 'private' }),
    })
  })

  it('to other methods says only that it is complete', () => {
    expect(toCaller('modern', 'tools/call', result({ content: [] }))).toEqual({ act: 'answer', response: result({ content: [], resultType: 'complete' }) })
  })

  // server/discover#data-types
  it('to server/discover is made of what the replica said of itself', () => {
    expect(toCaller('modern', 'server/discover', result({}))).toEqual({
      act: 'answer',
      response: result({
        resultType: 'complete',
        supportedVersions: ['2026-07-28'],
        capabilities: { tools: {} },
        instructions: 'Hello.',
        _meta: { [META.serverInfo]: FACTS.serverInfo },
        ttlMs: 0,
        cacheScope: 'private',
      }),
    })
  })

  // changelog, major 6
  it('lists tools without their old task support', () => {
    const plan = toCaller('modern', 'tools/list', result({ tools: [{ name: 'a', execution: { taskSupport: 'optional' } }, { name: 'b' }] }))
    expect(plan).toMatchObject({ response: { result: { tools: [{ name: 'a' }, { name: 'b' }] } } })
    expect(JSON.stringify(plan)).not.toContain('execution')
  })

  // basic/index#error-codes
  it.each([
    [-32002, -32602],
    [-32042, -32603],
    [-32601, -32601],
    [-32000, -32000],
  ])('with the error %d has %d, and the same data', (from, to) => {
    expect(toCaller('modern', 'resources/read', error(from, { uri: 'a:1' }))).toEqual({ act: 'answer', response: error(to, { uri: 'a:1' }) })
  })
})

describe('a modern answer for a legacy client', () => {
  it('has nothing in it that the revision of the client does not know', () => {
    const body = { tools: [], resultType: 'complete', ttlMs: 60_000, cacheScope: 'public', _meta: { [META.serverInfo]: {}, own: 1 } }
    expect(toCaller('legacy', 'tools/list', result(body))).toEqual({ act: 'answer', response: result({ tools: [], _meta: { own: 1 } }) })
    expect(toCaller('legacy', 'tools/call', result({ content: [], _meta: { [META.serverInfo]: {} } }))).toEqual({
      act: 'answer',
      response: result({ content: [] }),
    })
  })

  // changelog, major 5: ping was sent as server/discover
  it('to ping is empty', () => {
    expect(toCaller('legacy', 'ping', result({ supportedVersions: [], resultType: 'complete' }))).toEqual({ act: 'answer', response: result({}) })
  })

  // changelog, minor 10
  it('leaves out output schemas, and turns structured content into text, where they are of no object', () => {
    const tools = [
      { name: 'a', outputSchema: { type: 'array' } },
      { name: 'b', outputSchema: { type: 'object' } },
      { name: 'c' },
      { name: 'd', outputSchema: { anyOf: [] } },
    ]
    expect(toCaller('legacy', 'tools/list', result({ tools }))).toEqual({
      act: 'answer',
      response: result({ tools: [{ name: 'a' }, tools[1], { name: 'c' }, { name: 'd' }] }),
    })
    expect(toCaller('legacy', 'tools/call', result({ content: [], structuredContent: [1] }))).toEqual({
      act: 'answer',
      response: result({ content: [{ type: 'text', text: '[1]' }] }),
    })
    const told = { content: [{ type: 'text', text: 'one' }] }
    expect(toCaller('legacy', 'tools/call', result({ ...told, structuredContent: null }))).toEqual({ act: 'answer', response: result(told) })
    expect(toCaller('legacy', 'tools/call', result({ ...told, structuredContent: {} }))).toEqual({
      act: 'answer',
      response: result({ ...told, structuredContent: {} }),
    })
  })

  // basic/patterns/mrtr#inputrequiredresult
  it.each([
    [{ a: { method: 'elicitation/create' }, b: { method: 'roots/list' } }, 'elicitation/create, roots/list'],
    [undefined, 'another round'],
  ])('that asks for input %j is an error that says what for', (inputRequests, words) => {
    const plan = toCaller('legacy', 'tools/call', result({ resultType: 'input_required', inputRequests, requestState: 's' }))
    expect(plan).toMatchObject({ act: 'answer', response: { id: 5, error: { code: -32603 } } })
    expect(JSON.stringify(plan)).toContain(words)
  })

  // basic/index#error-codes: the capability was withheld by us, so another replica may do without it
  it('that misses a capability sends the request elsewhere, and says which', () => {
    expect(toCaller('legacy', 'tools/call', error(-32021, { requiredCapabilities: { elicitation: {} } }))).toMatchObject({
      act: 'refuse',
      reason: expect.stringContaining('elicitation'),
    })
    expect(toCaller('legacy', 'tools/call', error(-32021))).toMatchObject({ act: 'refuse' })
    expect(toCaller('modern', 'tools/call', error(-32021))).toMatchObject({ act: 'answer' })
  })
})

describe('notifications', () => {
  it.each([...MODERN_ONLY_NOTIFICATIONS])('%s does not reach a legacy client', (method) => {
    expect(translateNotification(notification(method), 'legacy')).toBeUndefined()
    expect(translateNotification(notification(method), 'modern')).toBeDefined()
  })

  it.each([...LEGACY_ONLY_NOTIFICATIONS])('%s does not reach a modern client', (method) => {
    expect(translateNotification(notification(method), 'modern')).toBeUndefined()
    expect(translateNotification(notification(method), 'legacy')).toBeDefined()
  })

  // basic/patterns/subscriptions#receiving-notifications
  it('lose the id of a subscription that a legacy client never made', () => {
    const changed = notification('notifications/tools/list_changed', { _meta: { [META.subscriptionId]: 1, own: 2 } })
    expect(translateNotification(changed, 'legacy')).toEqual(notification('notifications/tools/list_changed', { _meta: { own: 2 } }))
  })

  // server/utilities/logging#per-request-log-level
  it.each([
    ['warning', 'error', true],
    ['warning', 'warning', true],
    ['warning', 'notice', false],
    [undefined, 'emergency', false],
    ['loud', 'emergency', false],
  ])('log messages for a request at level %s: %s passes %s', (wanted, level, passes) => {
    const asked = request('tools/call', { _meta: { ...META_2026, ...(wanted && { [META.logLevel]: wanted }) } })
    expect(logLevelOf(asked)).toBe(wanted)
    expect(passesLogLevel(notification('notifications/message', { level }), asked)).toBe(passes)
    expect(passesLogLevel(notification('notifications/progress'), asked)).toBe(true)
  })
})

it('withholds exactly the capabilities with which a server could ask', () => {
  expect(withoutAsking(ENVELOPE.clientCapabilities)).toEqual({ extensions: { 'x/y': {} } })
})

it('changes nothing of what it is given', () => {
  const given = Object.freeze(request('tools/call', Object.freeze({ name: 'x', _meta: Object.freeze({ ...META_2026, progressToken: 1 }) })))
  expect(() => translateRequest(given, 'legacy', ENVELOPE)).not.toThrow()
  expect(() => translateRequest(given, 'modern', ENVELOPE)).not.toThrow()
})
