import { describe, expect, it } from 'vitest'
import type { CallKind, JsonObject, Serves } from '../ports.js'
import { type Offer, serves } from './serves.js'
import { ToolCatalog } from './tool-catalog.js'

const kind = (method: string, tool?: string): CallKind => ({ method, tool, key: tool === undefined ? method : `${method}:${tool}` })
const offer = (capabilities: JsonObject | undefined, more: Partial<Offer> = {}): Offer => ({
  era: 'modern',
  protocolVersion: '2026-07-28',
  capabilities,
  catalog: new ToolCatalog({ trustAnnotations: true }),
  ...more,
})

describe('serves', () => {
  it.each<[string, JsonObject, Serves]>([
    ['server/discover', {}, 'yes'],
    ['ping', {}, 'yes'],
    ['tools/list', {}, 'no'],
    ['tools/list', { tools: {} }, 'yes'],
    ['prompts/get', { tools: {} }, 'no'],
    ['prompts/get', { prompts: {} }, 'yes'],
    ['resources/subscribe', { resources: {} }, 'no'],
    ['resources/subscribe', { resources: { subscribe: true } }, 'yes'],
    ['completion/complete', { completions: {} }, 'yes'],
    ['completion/complete', {}, 'no'],
    ['tasks/get', { tasks: {} }, 'no'],
    ['tasks/get', { extensions: { 'io.modelcontextprotocol/tasks': {} } }, 'yes'],
    ['acme/reindex', {}, 'unknown'],
  ])('%s with %j: %s', (method, capabilities, expected) => {
    expect(serves(kind(method), offer(capabilities))).toBe(expected)
  })

  it('goes by the words of the legacy era there', () => {
    const legacy = { era: 'legacy', protocolVersion: '2024-11-05' } as const
    expect(serves(kind('tasks/get'), offer({ tasks: {} }, legacy))).toBe('yes')
    expect(serves(kind('completion/complete'), offer({}, legacy))).toBe('unknown')
  })

  it('goes by the list of tools once there is one', () => {
    const catalog = new ToolCatalog({ trustAnnotations: true })
    const call = kind('tools/call', 'echo')
    expect(serves(call, offer({}, { catalog }))).toBe('no')
    expect(serves(call, offer({ tools: {} }, { catalog }))).toBe('unknown')
    catalog.learn({ params: {} }, { tools: [{ name: 'echo' }] }, true, () => {})
    expect(serves(call, offer({ tools: {} }, { catalog }))).toBe('yes')
    expect(serves(kind('tools/call', 'other'), offer({ tools: {} }, { catalog }))).toBe('no')
  })

  it('knows nothing of a server that has not said what it can do', () => {
    expect(serves(kind('prompts/list'), offer(undefined))).toBe('unknown')
    expect(serves(kind('tools/call', 'echo'), offer(undefined))).toBe('unknown')
  })
})
