import { describe, expect, it } from 'vitest'
import type { JsonObject, JsonRpcRequest, ToolFacts } from '../ports.js'
import { isSafe } from './safety.js'

const READS: ToolFacts = { readOnly: true, idempotent: false }
const IDEMPOTENT: ToolFacts = { readOnly: false, idempotent: true }
const WRITES: ToolFacts = { readOnly: false, idempotent: false }

const request = (method: string, params?: JsonObject): JsonRpcRequest => ({ jsonrpc: '2.0', id: 1, method, params })
const toolCall = (params: JsonObject = {}): JsonRpcRequest => request('tools/call', { name: 'echo', ...params })
const at =
  (...facts: ReadonlyArray<ToolFacts | undefined>) =>
  () =>
    facts

describe('isSafe', () => {
  it.each([
    'server/discover',
    'ping',
    'tools/list',
    'prompts/list',
    'resources/list',
    'resources/templates/list',
    'resources/read',
    'prompts/get',
    'completion/complete',
  ])('lets %s run twice', (method) => {
    expect(isSafe(request(method), undefined, at())).toBe(true)
  })

  it.each(['tasks/get', 'tasks/result', 'logging/setLevel', 'resources/subscribe', 'vendor/reindex', 'initialize'])('never repeats %s', (method) => {
    expect(isSafe(request(method), true, at(READS))).toBe(false)
  })

  it.each([
    ['one that reads', [READS], true],
    ['one that is idempotent', [IDEMPOTENT], true],
    ['one that writes', [WRITES], false],
    ['one that one replica of two calls unsafe', [READS, WRITES], false],
    ['one that one replica of two has not listed', [READS, undefined], false],
    ['one that no replica lists', [], false],
  ])('of tools, %s', (_what, facts, safe) => {
    expect(isSafe(toolCall(), undefined, at(...facts))).toBe(safe)
  })

  it('takes the word of the caller for a tool, either way', () => {
    expect(isSafe(toolCall(), true, at(WRITES))).toBe(true)
    expect(isSafe(toolCall(), false, at(READS))).toBe(false)
  })

  it.each(['inputResponses', 'requestState'])('never repeats what carries %s, whoever says what', (key) => {
    expect(isSafe(toolCall({ [key]: 'x' }), true, at(READS))).toBe(false)
    expect(isSafe(request('prompts/get', { [key]: 'x' }), undefined, at())).toBe(false)
  })
})
