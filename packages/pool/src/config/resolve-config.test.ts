import { inspect } from 'node:util'
import { Agent } from 'undici'
import { describe, expect, it } from 'vitest'
import { PoolError } from '../errors.js'
import { resolveConfig, type ResolvedUrlEndpoint } from './index.js'

const endpoints = [{ url: 'http://127.0.0.1:8001/mcp' }, { url: 'http://127.0.0.1:8002/mcp' }, { url: 'http://127.0.0.1:8003/mcp' }]

function problem(options: unknown): PoolError {
  try {
    resolveConfig(options)
  } catch (error) {
    if (error instanceof PoolError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

describe('defaults', () => {
  it('are those that the documents promise', () => {
    expect(resolveConfig({ endpoints })).toMatchObject({
      maxSize: 10,
      idleTimeout: 60_000,
      connectionsPerClient: 32,
      connectionTimeout: 10_000,
      requestTimeout: 30_000,
      callTimeout: 60_000,
      resetTimeoutOnProgress: false,
      healthCheckInterval: 30_000,
      healthCheckTimeout: 5_000,
      healthCheckMethod: undefined,
      unhealthyThreshold: 3,
      healthyThreshold: 2,
      loadBalancingAlgorithm: 'least-load',
      retryAttempts: 3,
      retryDelay: 1_000,
      maxRetryDelay: 10_000,
      affinityMaxKeys: 10_000,
      affinityTimeout: 3_600_000,
      maxHeaderSize: 16_384,
      maxMessageSize: 67_108_864,
      maxStreamSize: 268_435_456,
      capabilities: {},
      handlers: {},
      clientInfo: { name: 'mcp-client-pool' },
    })
  })

  it.each([
    [1, undefined, 2],
    [3, undefined, 3],
    [30, undefined, 10],
    [30, 20, 20],
    [1, 1, 1],
  ])('hold one client for each of %d endpoints and at least two, with maxSize %s: %d', (number, maxSize, minSize) => {
    const many = Array.from({ length: number }, (_, port) => ({ url: `http://127.0.0.1:${8_000 + port}/mcp` }))
    expect(resolveConfig({ endpoints: many, maxSize }).minSize).toBe(minSize)
  })

  it('tell a minSize that was given from one that was not, in no member that could be taken for an option', () => {
    const [given, not] = [resolveConfig({ endpoints, minSize: 3 }), resolveConfig({ endpoints, minSize: undefined })]
    expect([given.minSize, given.minSizeGiven, not.minSize, not.minSizeGiven]).toEqual([3, true, 3, false])
    expect(Object.keys(given)).not.toContain('minSizeGiven')
  })

  it('follow the options that they depend on', () => {
    expect(resolveConfig({ endpoints, requestTimeout: 50 }).callTimeout).toBe(100)
    expect(resolveConfig({ endpoints, retryDelay: 20_000 }).maxRetryDelay).toBe(20_000)
    expect(resolveConfig({ endpoints, maxMessageSize: 400_000_000 }).maxStreamSize).toBe(400_000_000)
    expect(resolveConfig({ endpoints, handlers: { sampling: () => ({}) } }).capabilities).toEqual({ sampling: {} })
  })

  it('take the place of options that are undefined, as an unset environment variable is', () => {
    expect(resolveConfig({ endpoints, clientId: undefined, maxSize: undefined }).maxSize).toBe(10)
  })
})

describe('endpoints', () => {
  it('keep a URL as it was given, and are named by it without its query', () => {
    const url = 'HTTP://Example.com:80/a/../mcp?key=s3cr3t#top'
    const [endpoint] = resolveConfig({ endpoints: [{ url }] }).endpoints
    expect(endpoint).toMatchObject({ kind: 'url', url, id: 'HTTP://Example.com:80/a/../mcp', label: 'HTTP://Example.com:80/a/../mcp' })
  })

  it('over stdio are named by their command, and numbered where several are alike', () => {
    const config = resolveConfig({
      endpoints: [{ command: '/usr/bin/node' }, { command: 'node', args: ['b.js'] }, { command: 'npx', id: 'node-2' }, { command: 'node' }],
    })
    expect(config.endpoints.map(({ id }) => id)).toEqual(['node', 'node-3', 'node-2', 'node-4'])
  })

  it('have headers in lower case', () => {
    const [endpoint] = resolveConfig({ endpoints: [{ url: 'http://h/', headers: { 'X-Api-Key': 'k' } }] }).endpoints
    expect(endpoint).toMatchObject({ headers: { 'x-api-key': 'k' } })
  })

  it('have the headers of a Headers and of a Map', () => {
    const endpoints = [new Headers({ 'X-Api-Key': 'k' }), new Map([['X-Api-Key', 'k']])].map((headers, n) => ({ url: `http://h${n}/`, headers }))
    for (const { headers } of resolveConfig({ endpoints }).endpoints as ResolvedUrlEndpoint[]) expect(headers).toEqual({ 'x-api-key': 'k' })
  })

  it('with a plain auth string ask for a token without a resource, and with an object for one of their own', () => {
    const auth = 'https://auth.example.com/'
    const own = { url: auth, clientId: 'other', clientSecret: 'secret', scope: 'tools' }
    const config = resolveConfig({
      endpoints: [
        { url: 'http://h1/mcp', auth },
        { url: 'http://h2/mcp?key=s3cr3t', auth: own },
        { url: 'http://h3/mcp', auth: { url: auth, resource: 'urn:service' } },
      ],
      clientId: 'client',
      clientSecret: 's3cr3t',
      scope: 'all',
    })
    const server = 'https://auth.example.com'
    expect(config.endpoints.map((endpoint) => endpoint.kind === 'url' && endpoint.auth)).toMatchObject([
      { server, clientId: 'client', clientSecret: 's3cr3t', scope: 'all', resource: undefined },
      { server, clientId: 'other', clientSecret: 'secret', scope: 'tools', resource: 'http://h2/mcp' },
      { server, clientId: 'client', clientSecret: 's3cr3t', scope: 'all', resource: 'urn:service' },
    ])
  })

  it('with an authProvider need no credentials', () => {
    const authProvider = { token: async () => 'token' }
    const [endpoint] = resolveConfig({ endpoints: [{ url: 'http://h/', auth: 'https://a/', authProvider }] }).endpoints
    expect(endpoint).toMatchObject({ authProvider })
    expect(endpoint).not.toHaveProperty('auth')
  })

  it('show no secret when they are printed', () => {
    const config = resolveConfig({
      endpoints: [
        { url: 'http://h/mcp?key=s3cr3t', headers: { 'x-key': 's3cr3t' }, auth: 'https://a/', proxy: 'http://u:s3cr3t@p/', tls: { ca: '-----BEGIN s3cr3t' } },
        { command: 'node', args: ['--key', 's3cr3t'], env: { KEY: 's3cr3t' } },
      ],
      clientId: 'client',
      clientSecret: 's3cr3t',
    })
    expect(inspect(config, { depth: 9 }) + JSON.stringify(config)).not.toContain('s3cr3t')
    expect(config.clientSecret).toBe('s3cr3t')
  })
})

describe('what is refused', () => {
  const provider = { token: async () => 'token' }
  it.each<[string, unknown, RegExp]>([
    ['no options', undefined, /^options must be an object, got undefined$/],
    ['an array', [], /^options must be an object, got an array$/],
    ['no endpoints', {}, /^endpoints must be given, or serviceDiscovery$/],
    ['an empty list of endpoints', { endpoints: [] }, /^endpoints must hold at least one endpoint/],
    ['an endpoint that is a string', { endpoints: ['http://h/mcp'] }, /^endpoints\[0] must be an object with a url, .*, got "http:\/\/h\/mcp"$/],
    ['an endpoint without url and command', { endpoints: [{ id: 'a' }] }, /^endpoints\[0] must have a url, or a command for stdio$/],
    ['an endpoint with url and command', { endpoints: [{ url: 'http://h/', command: 'node' }] }, /^endpoints\[0] must have a url or a command, not both$/],
    ['options of HTTP on stdio', { endpoints: [{ command: 'node', headers: {} }] }, /^endpoints\[0]: unknown option "headers"$/],
    ['a hole in the list', { endpoints: Array(1) }, /^endpoints\[0] must be an object/],
    ['an unknown name', { endpoints, maxSise: 3 }, /^unknown option "maxSise", did you mean maxSize\?$/],
    ['an unknown name in another case', { endpoints, MAXSIZE: 3 }, /did you mean maxSize\?$/],
    ['an unknown name like no other', { endpoints, colour: 'red' }, /^unknown option "colour"$/],
    ['an option of a later release', { endpoints, sharedState: {} }, /^unknown option "sharedState"/],
    ['a number in a string', { endpoints, maxSize: '10' }, /^maxSize must be a whole number in 1 … 100,000, got "10"$/],
    ['NaN', { endpoints, requestTimeout: Number.NaN }, /^requestTimeout must be a number in 1 … 2,147,483,647 ms, got NaN$/],
    ['Infinity', { endpoints, requestTimeout: Number.POSITIVE_INFINITY }, /^requestTimeout must be .*, got Infinity$/],
    ['a fraction of a client', { endpoints, minSize: 1.5 }, /^minSize must be a whole number .*, got 1\.5$/],
    ['null', { endpoints, maxSize: null }, /^maxSize must be .*, got null$/],
    [
      'an unknown algorithm',
      { endpoints, loadBalancingAlgorithm: 'least' },
      /^loadBalancingAlgorithm must be 'least-load', 'adaptive', 'round-robin', 'weighted', 'random', got "least"$/,
    ],
    ['minSize over maxSize', { endpoints, minSize: 11 }, /^minSize must be at most maxSize \(10\), got 11$/],
    ['maxRetryDelay under retryDelay', { endpoints, maxRetryDelay: 10 }, /^maxRetryDelay must be at least retryDelay \(1000\), got 10$/],
    ['a URL that is none', { endpoints: [{ url: 'example' }] }, /^endpoints\[0]\.url must be an http: or https: URL, got "example"$/],
    ['a URL that is not of HTTP', { endpoints: [{ url: 'ws://h/' }] }, /^endpoints\[0]\.url must be an http: or https: URL, got "ws:\/\/h\/"$/],
    ['a user in a URL', { endpoints: [{ url: 'http://u:p@h/' }] }, /^endpoints\[0]\.url must have no user and password: they belong in headers or auth$/],
    [
      'the same id twice',
      {
        endpoints: [
          { url: 'http://h/1', id: 'a' },
          { url: 'http://h/2', id: 'a' },
        ],
      },
      /^endpoints\[1]\.id must be unique: "a" is endpoints\[0]/,
    ],
    [
      'the same URL twice',
      { endpoints: [{ url: 'http://h/?a' }, { url: 'http://h/?b' }] },
      /^endpoints\[1]\.id must be unique: "http:\/\/h\/" is endpoints\[0]/,
    ],
    ['auth without credentials', { endpoints: [{ url: 'http://h/', auth: 'https://a/' }], clientId: 'c' }, /^endpoints\[0]\.auth must come with credentials/],
    [
      'half of own credentials',
      { endpoints: [{ url: 'http://h/', auth: { url: 'https://a/', clientId: 'c' } }] },
      /^endpoints\[0]\.auth must have both clientId and clientSecret/,
    ],
    [
      'an authorization server over plain http',
      { endpoints: [{ url: 'http://h/', auth: 'http://a/' }], clientId: 'c', clientSecret: 's' },
      /^endpoints\[0]\.auth must be an https: URL/,
    ],
    [
      'a resource that is no URI',
      { endpoints: [{ url: 'http://h/', auth: { url: 'https://a/', resource: 'x' } }], clientId: 'c', clientSecret: 's' },
      /resource must be an absolute URI/,
    ],
    [
      "a header of MCP's own",
      { endpoints: [{ url: 'http://h/', headers: { 'Mcp-Session-Id': 'x' } }] },
      /^endpoints\[0]\.headers\.Mcp-Session-Id must not be given/,
    ],
    ['a header of the connection', { endpoints: [{ url: 'http://h/', headers: { 'Content-Length': '1' } }] }, /Content-Length must not be given/],
    [
      'a broken header name',
      { endpoints: [{ url: 'http://h/', headers: { 'Authorization: Bearer s3cr3t': '' } }] },
      /^endpoints\[0]\.headers must have valid names: number 1 is none$/,
    ],
    [
      'headers of a class of its own',
      { endpoints: [{ url: 'http://h/', headers: new Date() }] },
      /^endpoints\[0]\.headers must be an object with a string for each name/,
    ],
    [
      'variables in a Map',
      { endpoints: [{ command: 'node', env: new Map([['A', 's3cr3t']]) }] },
      /^endpoints\[0]\.env must be an object with a string for each name/,
    ],
    ...['garbage', '/etc/ssl/ca.pem', '', Buffer.from([0x30, 0x82]), [], ['-----BEGIN CERTIFICATE-----', 'garbage']].map((ca): [string, unknown, RegExp] => [
      `an authority that is ${String(ca).slice(0, 20)}`,
      { endpoints: [{ url: 'https://h/', tls: { ca } }] },
      /^endpoints\[0]\.tls\.ca must be PEM \(-----BEGIN …, and no path\), as text, a Buffer, or an array of them, got (?!.*garbage)/,
    ]),
    ['spaces around a URL', { endpoints: [{ url: ' http://h/mcp ' }] }, /^endpoints\[0]\.url must have no spaces around it$/],
    ['a line break in a header', { endpoints: [{ url: 'http://h/', headers: { a: 'x\r\nb: y' } }] }, /^endpoints\[0]\.headers\.a must be a valid header value/],
    ['a header twice', { endpoints: [{ url: 'http://h/', headers: { a: '1', A: '2' } }] }, /^endpoints\[0]\.headers\.A must be given once/],
    [
      'two authorizations',
      { endpoints: [{ url: 'http://h/', headers: { authorization: 'x' }, authProvider: provider }] },
      /^endpoints\[0] must not have both an Authorization header/,
    ],
    [
      'an authProvider that is none',
      { endpoints: [{ url: 'http://h/', authProvider: 'token' }] },
      /^endpoints\[0]\.authProvider must be an AuthProvider .*, got a string$/,
    ],
    [
      'a dispatcher with a proxy',
      { endpoints: [{ url: 'http://h/', dispatcher: new Agent(), proxy: 'http://p/' }] },
      /^endpoints\[0] must not have tls or proxy together with a dispatcher/,
    ],
    [
      'a certificate without its key',
      { endpoints: [{ url: 'https://h/', tls: { cert: '-----BEGIN CERTIFICATE-----' } }] },
      /^endpoints\[0]\.tls must have both cert and key, or neither$/,
    ],
    [
      'an unknown revision',
      { endpoints: [{ url: 'http://h/', protocolVersion: '2024-10-07' }] },
      /^endpoints\[0]\.protocolVersion must be 'auto', .*, got "2024-10-07"$/,
    ],
    [
      'a transport without the pinned revision',
      { endpoints: [{ url: 'http://h/', transport: 'sse', protocolVersion: '2026-07-28' }] },
      /^endpoints\[0] must not pin 2026-07-28/,
    ],
    ['capabilities that are no JSON', { endpoints, capabilities: { n: 1n } }, /^capabilities must be an object of JSON, got an object$/],
    ['a handler that is no function', { endpoints, handlers: { roots: [] } }, /^handlers\.roots must be a function, got an array$/],
    ['clientInfo without a version', { endpoints, clientInfo: { name: 'a' } }, /^clientInfo\.version must be given$/],
    [
      'a getter that throws',
      Object.defineProperty({}, 'endpoints', {
        get: () => {
          throw new Error('no')
        },
      }),
      /^options could not be read$/,
    ],
  ])('%s', (_, options, message) => {
    const error = problem(options)
    expect(error.code).toBe('CONFIG')
    expect(error.message).toMatch(message)
  })

  it('is told all at once', () => {
    const error = problem({ endpoints: [{ url: 'ws://h/', weight: -1 }], maxSize: 0, minsize: 1 })
    expect(error.message.split('\n')).toEqual([
      'unknown option "minsize", did you mean minSize?',
      'also: endpoints[0].url must be an http: or https: URL, got "ws://h/"',
      'also: endpoints[0].weight must be a number in 0.001 … 1,000, got -1',
      'also: maxSize must be a whole number in 1 … 100,000, got 0',
    ])
    expect((error.cause as AggregateError).errors).toHaveLength(4)
  })

  it('is counted where it is too much to list', () => {
    const error = problem({ endpoints, ...Object.fromEntries(Array.from({ length: 25 }, (_, number) => [`colour${number}`, 0])) })
    expect(error.message.split('\n')).toHaveLength(11)
    expect(error.message).toMatch(/\nand 15 more$/)
  })
})

describe('a resolved config', () => {
  it('lets its algorithm change, to one that exists', () => {
    const config = resolveConfig({ endpoints })
    config.loadBalancingAlgorithm = 'random'
    expect(config.loadBalancingAlgorithm).toBe('random')
    expect(() => Object.assign(config, { loadBalancingAlgorithm: 'fastest' })).toThrow(expect.objectContaining({ code: 'CONFIG' }))
    expect(config.loadBalancingAlgorithm).toBe('random')
  })

  it('lets nothing else change, and is not changed through the options it came from', () => {
    const options = { endpoints: [{ url: 'http://h/', headers: { a: '1' }, tags: ['x'] }], capabilities: { roots: { listChanged: true } } }
    const config = resolveConfig(options)
    expect(() => Object.assign(config, { maxSize: 1 })).toThrow(TypeError)
    options.endpoints[0]!.headers.a = '2'
    options.endpoints[0]!.tags.push('y')
    options.capabilities.roots.listChanged = false
    expect(config.endpoints[0]).toMatchObject({ headers: { a: '1' }, tags: ['x'] })
    expect(config.capabilities).toEqual({ roots: { listChanged: true } })
  })

  it('keeps handlers methods of their object', () => {
    const handlers = {
      roots() {
        return { same: this === handlers }
      },
    }
    expect(resolveConfig({ endpoints, handlers }).handlers.roots?.({})).toEqual({ same: true })
  })
})

describe('subsetSize', () => {
  const endpoints = Array.from({ length: 30 }, (_, index) => ({ url: `http://server-${index}/mcp` }))

  it('is how many clients there are, and may be, where nobody says otherwise', () => {
    expect(resolveConfig({ endpoints, subsetSize: 20 })).toMatchObject({ subsetSize: 20, minSize: 20, maxSize: 20, workerIndex: undefined })
    expect(resolveConfig({ endpoints, subsetSize: 5 })).toMatchObject({ minSize: 5, maxSize: 10 })
    expect(resolveConfig({ endpoints, subsetSize: 100 })).toMatchObject({ minSize: 30, maxSize: 100 })
    expect(resolveConfig({ endpoints, subsetSize: 20, maxSize: 40, minSize: 2, workerIndex: 0 })).toMatchObject({ minSize: 2, maxSize: 40, workerIndex: 0 })
  })

  it.each([
    [{ subsetSize: 20, maxSize: 10 }, 'subsetSize must be at most maxSize (10), got 20'],
    [{ workerIndex: 3 }, 'workerIndex must come with subsetSize: it says which endpoints are used'],
    [{ subsetSize: 0 }, 'subsetSize must be a whole number in 1 … 100,000, got 0'],
    [{ subsetSize: 2, workerIndex: -1 }, 'workerIndex must be a whole number in 0 … 4,294,967,295, got -1'],
  ])('is refused by name where it cannot be meant: %o', (options, message) => {
    expect(() => resolveConfig({ endpoints, ...options })).toThrow(message)
  })
})
