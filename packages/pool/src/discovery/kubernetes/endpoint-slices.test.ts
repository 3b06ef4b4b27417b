import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { shape } from '../json-shape.js'
import { endpointsOf, readSlice } from './endpoint-slices.js'

const WANTED = { scheme: 'http', path: '/mcp', port: undefined } as const
const read = (slices: readonly object[], wanted: Parameters<typeof readSlice>[1] = WANTED) =>
  endpointsOf(slices.map((one) => readSlice(one as Record<string, unknown>, wanted)))
const pod = (name: string, address: string, more: object = {}) => ({ addresses: [address], targetRef: { kind: 'Pod', name, uid: `uid-${name}` }, ...more })
const slice = (endpoints: readonly object[], more: object = {}) => ({
  metadata: { name: 'mcp-1' },
  addressType: 'IPv4',
  ports: [{ name: 'mcp', port: 8_080, protocol: 'TCP' }],
  endpoints,
  ...more,
})

describe('the endpoints of EndpointSlices', () => {
  it('are pods by name, at their first address', () => {
    expect(read([slice([pod('mcp-0', '10.0.0.1'), { addresses: ['10.0.0.2', '10.0.0.3'] }])])).toEqual([
      { url: 'http://10.0.0.1:8080/mcp', id: 'mcp-0' },
      { url: 'http://10.0.0.2:8080/mcp' },
    ])
  })

  it.each<[string, object | undefined, number]>([
    ['ready', { ready: true, serving: true, terminating: false }, 1],
    ['of no known condition', undefined, 1],
    ['not ready', { ready: false, serving: false }, 0],
    ['serving, and terminating: drained', { ready: false, serving: true, terminating: true }, 0],
    ['terminating, and ready because that is published anyway', { ready: true, serving: true, terminating: true }, 0],
  ])('that are %s', (_what, conditions, count) => {
    expect(read([slice([pod('mcp-0', '10.0.0.1', conditions && { conditions })])])).toHaveLength(count)
  })

  it.each<[string, string | number | undefined, readonly object[], string]>([
    [
      'its name',
      'mcp',
      [
        { name: 'metrics', port: 1 },
        { name: 'mcp', port: 2 },
      ],
      ':2',
    ],
    [
      'its number',
      3,
      [
        { name: 'a', port: 1 },
        { name: 'b', port: 3 },
      ],
      ':3',
    ],
    ['its number, where the slice has none', 9, [], ':9'],
    [
      'being called mcp',
      undefined,
      [
        { name: 'a', port: 1 },
        { name: 'mcp', port: 2 },
      ],
      ':2',
    ],
    [
      'being the only one of TCP',
      undefined,
      [
        { name: 'dns', port: 53, protocol: 'UDP' },
        { port: 7, protocol: 'TCP' },
      ],
      ':7',
    ],
    [
      'nothing, where there are several',
      undefined,
      [
        { name: 'a', port: 1 },
        { name: 'b', port: 2 },
      ],
      ':no-port',
    ],
    ['a name that is not there', 'c', [{ name: 'a', port: 1 }], ':no-port'],
  ])('have the port that is known by %s', (_what, port, ports, shown) => {
    expect(read([slice([pod('p', '10.0.0.1')], { ports })], { ...WANTED, port })).toMatchObject([{ url: `http://10.0.0.1${shown}/mcp` }])
  })

  it('are reached by TLS where the port says so, whatever the options say', () => {
    const ports = [{ port: 8_443, appProtocol: 'https' }]
    expect(read([slice([pod('p', '10.0.0.1')], { ports })])).toMatchObject([{ url: 'https://10.0.0.1:8443/mcp' }])
    expect(read([slice([pod('p', '10.0.0.1')])], { ...WANTED, scheme: 'https' })).toMatchObject([{ url: 'https://10.0.0.1:8080/mcp' }])
  })

  it('count once where a pod is in two slices, or has addresses of both families', () => {
    const six = slice([pod('a', 'fd00::1'), pod('b', 'fd00::2')], { metadata: { name: 'mcp-0' }, addressType: 'IPv6' })
    const four = slice([pod('a', '10.0.0.1')])
    const moved = slice([pod('a', '10.0.0.1'), pod('c', '10.0.0.3')], { metadata: { name: 'mcp-2' } })
    expect(read([six, four, moved])).toEqual([
      { url: 'http://10.0.0.1:8080/mcp', id: 'a' },
      { url: 'http://10.0.0.3:8080/mcp', id: 'c' },
      { url: 'http://[fd00::2]:8080/mcp', id: 'b' },
    ])
  })

  it('take calls as soon as one slice says that they are ready', () => {
    const old = slice([pod('a', '10.0.0.1', { conditions: { ready: false } })])
    expect(read([old, slice([pod('a', '10.0.0.1')], { metadata: { name: 'mcp-2' } })])).toHaveLength(1)
  })

  it.each<[string, object, object]>([
    ['of their own', { zone: 'a' }, { zone: 'a' }],
    ['that hints give them to', { zone: 'a', hints: { forZones: [{ name: 'b' }] } }, { zone: 'b', tags: ['for-zone:b', 'zone:a'] }],
    [
      'of their own, if hints name it too',
      { zone: 'b', hints: { forZones: [{ name: 'a' }, { name: 'b' }] } },
      { zone: 'b', tags: ['for-zone:a', 'for-zone:b'] },
    ],
  ])('stand in the zone %s', (_what, given, shown) => {
    expect(read([slice([pod('p', '10.0.0.1', given)])])).toEqual([{ url: 'http://10.0.0.1:8080/mcp', id: 'p', ...shown }])
  })

  it('are handed on, and not left out, where they have no address', () => {
    expect(read([slice([{ ...pod('p', ''), addresses: [] }, {}])])).toEqual([{ id: 'p' }, {}])
  })

  it('never throws, whatever is in a slice', () => {
    const any = fc.anything()
    const endpoint = fc.record({ addresses: fc.oneof(any, fc.array(any)), conditions: any, zone: any, hints: any, targetRef: any }, { requiredKeys: [] })
    const some = fc.record(
      { metadata: any, addressType: any, ports: fc.oneof(any, fc.array(any)), endpoints: fc.oneof(any, fc.array(endpoint)) },
      { requiredKeys: [] },
    )
    const port = fc.oneof(fc.string(), fc.nat(), fc.constant(undefined))
    fc.assert(
      fc.property(
        fc.array(fc.oneof(any, some)),
        port,
        (slices, wanted) => void expect(() => read(slices.map(shape), { ...WANTED, port: wanted })).not.toThrow(),
      ),
    )
  })
})
