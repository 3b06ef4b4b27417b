import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { PoolError } from '../errors.js'
import { resolveConfig, resolveDiscovery, resolveEndpoint } from './index.js'

const serviceDiscovery = { type: 'file', path: 'servers.yaml' } as const
const resolver = { watch: () => {}, close: async () => {} }

function problem(options: unknown): string {
  try {
    resolveConfig(options)
  } catch (error) {
    if (error instanceof PoolError && error.code === 'CONFIG') return error.message
    throw error
  }
  throw new Error('nothing was refused')
}

describe('serviceDiscovery', () => {
  it('stands for endpoints, or besides them', () => {
    expect(resolveConfig({ serviceDiscovery })).toMatchObject({ endpoints: [], minSize: 2, serviceDiscovery })
    expect(resolveConfig({ serviceDiscovery, endpoints: [] }).endpoints).toEqual([])
    expect(resolveConfig({ serviceDiscovery, endpoints: [{ url: 'http://h/' }] }).endpoints).toHaveLength(1)
  })

  it('may be a Resolver of any make', () => {
    expect(resolveConfig({ serviceDiscovery: resolver }).serviceDiscovery).toBe(resolver)
  })

  it('is not shown where the config is printed', () => {
    expect(inspect(resolveConfig({ serviceDiscovery }), { depth: 9 })).not.toContain('servers.yaml')
  })

  it.each<[string, unknown, RegExp]>([
    ['nothing that is a source', { serviceDiscovery: 'servers.yaml' }, /^serviceDiscovery must be an object with a type, or a Resolver, got "servers.yaml"$/],
    ['half a Resolver', { serviceDiscovery: { watch: () => {} } }, /^serviceDiscovery must be an object with a type, or a Resolver, got an object$/],
    ['no type', { serviceDiscovery: { path: 'servers.yaml' } }, /^serviceDiscovery\.type must be 'file'.*, got undefined$/],
    ['an unknown type', { serviceDiscovery: { type: 'carrier-pigeon' } }, /^serviceDiscovery\.type must be 'file'.*, got "carrier-pigeon"$/],
    ['no path', { serviceDiscovery: { type: 'file' } }, /^serviceDiscovery\.path must be given$/],
    ['an unknown option', { serviceDiscovery: { ...serviceDiscovery, paht: '' } }, /^serviceDiscovery: unknown option "paht", did you mean path\?$/],
  ])('refuses %s', (_, options, message) => {
    expect(problem(options)).toMatch(message)
  })

  it('is checked also outside of a pool', () => {
    expect(resolveDiscovery(serviceDiscovery)).toEqual(serviceDiscovery)
    expect(() => resolveDiscovery({ type: 'file' })).toThrow('serviceDiscovery.path must be given')
    expect(() => resolveDiscovery(resolver)).toThrow('serviceDiscovery must have a type')
  })
})

describe('endpointDefaults', () => {
  const tls = { ca: '-----BEGIN CERTIFICATE-----' }

  it('are what an endpoint has that does not say otherwise, listed or named later', () => {
    const config = resolveConfig({
      endpoints: [{ url: 'http://a/' }, { url: 'http://b/', weight: 3, headers: { b: '2' }, tls: undefined }],
      endpointDefaults: { weight: 2, headers: { A: '1' }, tls, zone: 'z', protocolVersion: '2025-11-25' },
    })
    const [a, b] = config.endpoints
    expect(a).toMatchObject({ weight: 2, headers: { a: '1' }, tls, zone: 'z', protocolVersion: '2025-11-25' })
    expect(b).toMatchObject({ weight: 3, headers: { b: '2' }, tls, zone: 'z' })
    expect(resolveEndpoint({ url: 'http://c/' }, config)).toMatchObject({ weight: 2, headers: { a: '1' } })
  })

  it('give those over stdio what they can have', () => {
    const { endpoints } = resolveConfig({ endpoints: [{ command: 'node' }], endpointDefaults: { weight: 2, headers: { a: '1' }, trustAnnotations: false } })
    expect(endpoints[0]).toMatchObject({ kind: 'stdio', weight: 2, trustAnnotations: false })
  })

  it('stay what they were, and are not shown where the config is printed', () => {
    const headers = { a: 's3cr3t' }
    const config = resolveConfig({ serviceDiscovery, endpointDefaults: { headers } })
    headers.a = 'another'
    expect(resolveEndpoint({ url: 'http://c/' }, config)).toMatchObject({ headers: { a: 's3cr3t' } })
    expect(inspect(config, { depth: 9, showHidden: false })).not.toContain('s3cr3t')
  })

  it.each<[string, unknown, RegExp]>([
    ['no object', 7, /^endpointDefaults must be an object, got a number$/],
    ['a url', { url: 'http://h/' }, /^endpointDefaults must not have url, which each endpoint has of its own$/],
    ['an id', { id: 'a' }, /^endpointDefaults must not have id/],
    ['what is only of stdio', { cwd: '/' }, /^endpointDefaults: unknown option "cwd"$/],
    ['a wrong value', { weight: -1 }, /^endpointDefaults\.weight must be a number in 0\.001 … 1,000, got a number$/],
    ['auth without credentials', { auth: 'https://a/' }, /^endpointDefaults\.auth must come with credentials/],
    ['two authorizations', { authProvider: { token: async () => 't' }, headers: { authorization: 's3cr3t' } }, /^endpointDefaults must not have both/],
  ])('refuse %s', (_, endpointDefaults, message) => {
    expect(problem({ serviceDiscovery, endpointDefaults })).toMatch(message)
  })

  it('that are wrong do not make endpoints wrong', () => {
    expect(problem({ endpoints: [{ url: 'http://h/' }], endpointDefaults: { weight: -1 } }).split('\n')).toHaveLength(1)
  })
})

it.each<[unknown, RegExp]>([
  [{ url: 'http://h/', tags: ['a\nb'] }, /^endpoint\.tags\[0] must have no control characters$/],
  [{ url: 'http://h/', zone: '\u0007' }, /^endpoint\.zone must have no control characters$/],
  [{ url: 'http://h/', id: 'a\u001b[2J' }, /^endpoint\.id must have no control characters$/],
  [{ url: 'http://h/\n' }, /^endpoint\.url must have no control characters$/],
  [{ url: 'http://h:0/' }, /^endpoint\.url must have a port that can be connected to: 0 is none$/],
  [{ url: 'http://h:99999/' }, /^endpoint\.url must be an http: or https: URL/],
])('an endpoint is refused where it could not be shown or connected to: %o', (options, message) => {
  expect(() => resolveEndpoint(options, resolveConfig({ serviceDiscovery }))).toThrow(message)
})
