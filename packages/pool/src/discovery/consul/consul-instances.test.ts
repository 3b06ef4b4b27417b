import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { consulEndpoints } from './consul-instances.js'

const DEFAULTS = { scheme: 'http', path: '/mcp', onlyPassing: false } as const
const NODE = { Node: 'web-1', Address: '10.0.0.1', Meta: {} }

function instance(service: object, states: readonly string[] = ['passing'], node: object = NODE): object {
  return { Node: node, Service: { ID: 'mcp-1', Port: 8_080, Tags: [], ...service }, Checks: states.map((Status) => ({ Status })) }
}

const weightsOf = (...entries: readonly object[]): unknown[] => consulEndpoints(entries, DEFAULTS).map((endpoint) => (endpoint as { weight: unknown }).weight)

describe('an instance of Consul', () => {
  it('is at its own address, or at that of its node', () => {
    expect(consulEndpoints([instance({ Address: '10.0.0.9', Tags: ['v2'] }), instance({ Address: '', Tags: null })], DEFAULTS)).toEqual([
      { url: 'http://10.0.0.9:8080/mcp', id: 'web-1/mcp-1', weight: 1, tags: ['v2'] },
      { url: 'http://10.0.0.1:8080/mcp', id: 'web-1/mcp-1', weight: 1 },
    ])
  })

  it('is reached by the scheme and path of the options, or of its meta', () => {
    const plain = instance({})
    const own = instance({ Meta: { mcp_scheme: 'https', mcp_path: '/tools' } })
    const urls = consulEndpoints([plain, own], { ...DEFAULTS, path: '/v1/mcp' }).map((endpoint) => (endpoint as { url: string }).url)
    expect(urls).toEqual(['http://10.0.0.1:8080/v1/mcp', 'https://10.0.0.1:8080/tools'])
  })

  it('cannot talk the pool out of TLS', () => {
    expect(consulEndpoints([instance({ Meta: { mcp_scheme: 'http' } })], { ...DEFAULTS, scheme: 'https' })).toMatchObject([
      { url: 'https://10.0.0.1:8080/mcp' },
    ])
  })

  it.each([
    ['its own meta', { Meta: { mcp_zone: 'a', zone: 'c' }, Locality: { Zone: 'b' } }, NODE, 'a'],
    ['its locality', { Meta: { zone: 'c' }, Locality: { Region: 'r', Zone: 'b' } }, NODE, 'b'],
    ["its node's locality", {}, { ...NODE, Locality: { Zone: 'n' } }, 'n'],
    ["its node's meta", {}, { ...NODE, Meta: { zone: 'm' } }, 'm'],
  ])('stands in the zone that %s names', (_where, service, node, zone) => {
    expect(consulEndpoints([instance(service, [], node)], DEFAULTS)).toMatchObject([{ zone }])
  })

  it('weighs what its state of health says', () => {
    const Weights = { Passing: 10, Warning: 2 }
    expect(weightsOf(instance({ Weights }), instance({ Weights }, ['passing', 'warning']))).toEqual([10, 2])
    expect(weightsOf(instance({}, []), instance({ Weights: { Passing: 'much' } }))).toEqual([1, 1])
    expect(weightsOf(instance({ Weights: { Passing: 65_535 } }), instance({ Weights: { Passing: 13_107 } }))).toEqual([1_000, 200])
  })

  it('takes no calls while a check is critical or unknown, in maintenance, or where its weight is 0', () => {
    expect(weightsOf(instance({}, ['warning', 'critical']), instance({}, ['odd']), instance({ Weights: { Passing: 3, Warning: 0 } }, ['warning']))).toEqual([])
  })

  it('takes none while a check warns where only those that pass are wanted', () => {
    expect(consulEndpoints([instance({}, ['warning'])], { ...DEFAULTS, onlyPassing: true })).toEqual([])
  })

  it('is handed on, and not left out, where it says too little of itself', () => {
    expect(consulEndpoints([null, instance({ Port: 0 }), {}], DEFAULTS)).toEqual([
      { weight: 1 },
      { url: 'http://10.0.0.1:no-port/mcp', id: 'web-1/mcp-1', weight: 1, tags: [] },
      { weight: 1 },
    ])
  })

  it('never throws for what is in a list, and refuses what is none', () => {
    const any = fc.anything()
    const members = { ID: any, Address: any, Port: any, Tags: any, Meta: any, Weights: fc.oneof(any, fc.record({ Passing: any, Warning: any })) }
    const entry = fc.record({ Node: any, Service: fc.oneof(any, fc.record(members)), Checks: fc.oneof(any, fc.array(any)) }, { requiredKeys: [] })
    fc.assert(fc.property(fc.array(fc.oneof(any, entry)), (answer) => void consulEndpoints(answer, DEFAULTS)))
    const none = fc.anything().filter((answer) => !Array.isArray(answer))
    fc.assert(fc.property(none, (answer) => void expect(() => consulEndpoints(answer, DEFAULTS)).toThrow(expect.objectContaining({ code: 'PROTOCOL' }))))
  })
})
