import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonObject, ServerFacts } from '../ports.js'
import { discoverResult, initializeAnswer, LEGACY_VERSIONS, negotiated, unionOfCapabilities } from './handshake.js'

const facts = (capabilities: JsonObject, instructions?: string): ServerFacts => ({
  protocolVersion: '2026-07-28',
  serverInfo: { name: 'r' },
  capabilities,
  instructions,
})
const IDENTITY = { name: 'pool', version: '1' }
const REQUEST = { jsonrpc: '2.0', id: 1, method: 'initialize' } as const

describe('the union of capabilities', () => {
  it('has whatever any replica has', () => {
    const union = unionOfCapabilities([
      facts({ tools: {}, logging: {} }),
      facts({ tools: { listChanged: true }, resources: { subscribe: false } }),
      facts({ resources: { subscribe: true } }),
    ])
    expect(union).toEqual({ tools: { listChanged: true }, logging: {}, resources: { subscribe: true } })
  })

  it('does not depend on the order of replicas, and adds nothing', () => {
    const flags = fc.dictionary(fc.constantFrom('subscribe', 'listChanged'), fc.boolean())
    const capabilities = fc.dictionary(fc.constantFrom('tools', 'prompts', 'resources', 'logging'), flags)
    fc.assert(
      fc.property(fc.array(capabilities, { maxLength: 6 }), (all) => {
        const replicas = all.map((each) => facts(each))
        const union = unionOfCapabilities(replicas)
        expect(unionOfCapabilities([...replicas].reverse())).toEqual(union)
        expect(new Set(Object.keys(union))).toEqual(new Set(all.flatMap((each) => Object.keys(each))))
        for (const [name, value] of Object.entries(union))
          for (const [flag, set] of Object.entries(value as JsonObject)) expect(set).toBe(all.some((each) => each[name]?.[flag] === true))
      }),
    )
  })
})

it('tells each era what it knows: no extensions before 2026-07-28, no tasks of 2025-11-25 after', () => {
  const replicas = [facts({ tools: {}, tasks: {}, extensions: { 'x/y': {} } })]
  expect(initializeAnswer(REQUEST, IDENTITY, replicas)).toMatchObject({ result: { capabilities: { tools: {}, tasks: {} } } })
  expect(JSON.stringify(initializeAnswer(REQUEST, IDENTITY, replicas))).not.toContain('extensions')
  expect(discoverResult(IDENTITY, replicas)['capabilities']).toEqual({ tools: {}, extensions: { 'x/y': {} } })
})

it('says instructions once, whoever gives them', () => {
  expect(discoverResult(IDENTITY, [facts({}, 'A'), facts({}, 'B'), facts({}, 'A'), facts({}, '')])['instructions']).toBe('A\n\nB')
  expect(discoverResult(IDENTITY, [facts({})])).not.toHaveProperty('instructions')
})

it('agrees to every revision that it knows, and offers the newest instead of others', () => {
  for (const version of LEGACY_VERSIONS) expect(negotiated(version)).toBe(version)
  for (const version of ['2026-07-28', '1999-01-01', 7, undefined]) expect(negotiated(version)).toBe('2025-11-25')
})
