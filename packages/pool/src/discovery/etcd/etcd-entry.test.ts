import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { etcdEndpoint } from './etcd-entry.js'

describe('an endpoint in etcd', () => {
  it.each<[string, string, object]>([
    ['a URL', ' http://10.0.0.1:8080/mcp\n', { id: 'a', url: 'http://10.0.0.1:8080/mcp' }],
    ['a URL in JSON', '"http://10.0.0.1:8080/mcp"', { id: 'a', url: 'http://10.0.0.1:8080/mcp' }],
    ['options', '{"url":"http://h/","weight":3,"zone":"z","tags":["t"]}', { id: 'a', url: 'http://h/', weight: 3, zone: 'z', tags: ['t'] }],
    ['options with an id', '{"url":"http://h/","id":"own"}', { id: 'own', url: 'http://h/' }],
  ])('is %s', (_what, value, endpoint) => {
    expect(etcdEndpoint('/services/mcp/a', value)).toEqual(endpoint)
  })

  it.each([
    ['/services/mcp/a/', 'a'],
    ['a', 'a'],
  ])('at %s has the id %s', (key, id) => {
    expect(etcdEndpoint(key, 'http://h/')).toEqual({ id, url: 'http://h/' })
  })

  it('may not start a program, name an authorization server, or bring headers and certificates', () => {
    const evil = { url: 'http://h/', command: 'sh', auth: 'http://evil/', headers: { a: 'b' }, tls: {}, proxy: 'http://evil/' }
    expect(Object.keys(etcdEndpoint('a', JSON.stringify(evil)))).toEqual([
      'id',
      'url',
      'command in etcd',
      'auth in etcd',
      'headers in etcd',
      'tls in etcd',
      'proxy in etcd',
    ])
  })

  it('that is broken JSON is handed on, and nothing of it shown', () => {
    expect(etcdEndpoint('a', '{"url":"http://h/","headers":{"authorization":"s3cr3t"')).toEqual({ id: 'a', url: 'broken JSON' })
  })

  it('never throws, for any key and value', () => {
    const value = fc.oneof(fc.string(), fc.json())
    fc.assert(fc.property(fc.string(), value, (key, text) => void expect(() => etcdEndpoint(key, text)).not.toThrow()))
  })
})
