import { describe, expect, it } from 'vitest'
import { resolveDiscovery } from './index.js'

function problem(options: unknown): string {
  try {
    resolveDiscovery(options)
  } catch (error) {
    return (error as Error).message
  }
  throw new Error('nothing was refused')
}

describe("serviceDiscovery of type 'consul'", () => {
  it('needs a service, and has defaults for the rest', () => {
    expect(resolveDiscovery({ type: 'consul', serviceName: 'mcp' })).toEqual({
      type: 'consul',
      consulUrl: 'http://127.0.0.1:8500',
      serviceName: 'mcp',
      onlyPassing: false,
      stale: true,
      scheme: 'http',
      path: '/mcp',
    })
    expect(resolveDiscovery({ type: 'consul', serviceName: 'mcp', tag: ['a', 'b'] })).toMatchObject({ tag: ['a', 'b'] })
  })

  it.each<[string, object, string]>([
    ['no service', { serviceName: undefined }, 'serviceDiscovery.serviceName must be given'],
    ['a URL that is none', { consulUrl: 'consul:8500' }, 'serviceDiscovery.consulUrl must be an http: or https: URL, got "consul:8500"'],
    ['a URL with a user', { consulUrl: 'http://u:s3cr3t@consul:8500' }, 'serviceDiscovery.consulUrl must have no user and password: they belong in token'],
    ['a URL with a query', { consulUrl: 'http://consul:8500/?token=s3cr3t' }, 'serviceDiscovery.consulUrl must have no query and no fragment'],
    ['a token that no header carries', { token: 's3cr3t\n' }, 'serviceDiscovery.token must be a string of visible ASCII characters, got a string'],
    ['a tag that is none', { tag: ['a', 7] }, 'serviceDiscovery.tag[1] must be a string that is not empty, got 7'],
    ['no tag', { tag: [] }, 'serviceDiscovery.tag must be one, or an array of at least one, got an array'],
    ['a path that is none', { path: 'mcp' }, 'serviceDiscovery.path must be a path that begins with /, got "mcp"'],
    ['another scheme', { scheme: 'ftp' }, "serviceDiscovery.scheme must be 'http', 'https', got \"ftp\""],
  ])('refuses %s', (_what, options, message) => {
    expect(problem({ type: 'consul', serviceName: 'mcp', ...options })).toBe(message)
  })
})

describe("serviceDiscovery of type 'etcd'", () => {
  it('needs a prefix, and takes one host or several', () => {
    expect(resolveDiscovery({ type: 'etcd', prefix: '/mcp/' })).toEqual({ type: 'etcd', hosts: 'http://127.0.0.1:2379', prefix: '/mcp/' })
    expect(resolveDiscovery({ type: 'etcd', prefix: '/mcp/', hosts: ['http://a:2379', 'https://b'] })).toMatchObject({
      hosts: ['http://a:2379/', 'https://b/'],
    })
  })

  it.each<[string, object, string]>([
    ['no prefix', { prefix: undefined }, 'serviceDiscovery.prefix must be given'],
    ['no host', { hosts: [] }, 'serviceDiscovery.hosts must be one, or an array of at least one, got an array'],
    ['a host without a scheme', { hosts: ['a:2379'] }, 'serviceDiscovery.hosts[0] must be an http: or https: URL, got "a:2379"'],
    ['a user without a password', { username: 'u' }, 'serviceDiscovery must have both username and password, or neither'],
    ['a password without a user', { password: 's3cr3t' }, 'serviceDiscovery must have both username and password, or neither'],
  ])('refuses %s', (_what, options, message) => {
    expect(problem({ type: 'etcd', prefix: '/mcp/', ...options })).toBe(message)
  })
})

describe("serviceDiscovery of type 'kubernetes'", () => {
  it('needs a service, and finds the rest in its pod', () => {
    expect(resolveDiscovery({ type: 'kubernetes', service: 'mcp' })).toEqual({ type: 'kubernetes', service: 'mcp', scheme: 'http', path: '/mcp' })
    const outside = { type: 'kubernetes', service: 'mcp', namespace: 'a', port: 8_080, apiServer: 'https://k8s:6443', token: 's3cr3t' }
    expect(resolveDiscovery(outside)).toMatchObject({ port: 8_080, apiServer: 'https://k8s:6443/' })
    expect(resolveDiscovery({ ...outside, port: 'mcp', apiServer: 'http://127.0.0.1:8001' })).toMatchObject({ port: 'mcp' })
  })

  it.each<[string, object, string]>([
    ['no service', { service: undefined }, 'serviceDiscovery.service must be given'],
    ['a name that is none', { service: 'mcp,a=b' }, 'serviceDiscovery.service must be a name of Kubernetes (a-z, 0-9 and -), got "mcp,a=b"'],
    ['a namespace that is none', { namespace: '../secrets' }, 'serviceDiscovery.namespace must be a name of Kubernetes'],
    ['a port that is none', { port: 70_000 }, 'serviceDiscovery.port must be a whole number in 1 … 65,535, got 70000'],
    ['another cluster, and no namespace', { apiServer: 'https://k8s:6443' }, 'serviceDiscovery.namespace must be given where apiServer is'],
    ['a token in the open', { namespace: 'a', apiServer: 'http://k8s:8080', token: 's3cr3t' }, 'serviceDiscovery.apiServer must be an https: URL'],
  ])('refuses %s', (_what, options, message) => {
    expect(problem({ type: 'kubernetes', service: 'mcp', ...options })).toContain(message)
  })
})

describe("serviceDiscovery of type 'dns'", () => {
  it('needs a name, and has defaults for the rest', () => {
    expect(resolveDiscovery({ type: 'dns', hostname: 'mcp.example.com.' })).toEqual({
      type: 'dns',
      hostname: 'mcp.example.com.',
      srv: false,
      scheme: 'http',
      path: '/mcp',
    })
    const servers = ['10.0.0.2', '127.0.0.1:8600', 'fd00::53', '[fd00::53]:5353']
    expect(resolveDiscovery({ type: 'dns', hostname: '_mcp._tcp.example.com', servers })).toMatchObject({ servers })
  })

  it.each<[string, object, string]>([
    ['a name with an empty label', { hostname: 'mcp..example.com' }, 'serviceDiscovery.hostname must be a name of the DNS, got "mcp..example.com"'],
    ['a label that is too long', { hostname: 'x'.repeat(64) }, 'serviceDiscovery.hostname must be a name of the DNS'],
    ['a port that is none', { port: 0 }, 'serviceDiscovery.port must be a whole number in 1 … 65,535, got 0'],
    [
      'a server by name',
      { servers: ['dns.example.com'] },
      'serviceDiscovery.servers[0] must be an IP address, with its port if it is not 53, got "dns.example.com"',
    ],
  ])('refuses %s', (_what, options, message) => {
    expect(problem({ type: 'dns', hostname: 'mcp.example.com', ...options })).toContain(message)
  })
})
