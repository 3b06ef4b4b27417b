import type { JsonObject, ServerFacts } from '../ports.js'
import { CACHEABLE, META } from './era-tables.js'
import { isObject } from './json-object.js'

/** Results of one era in the other's shape. */

/** Revisions of the modern era that the pool speaks, newest first. */
export const MODERN_VERSIONS: readonly string[] = ['2026-07-28']

/** `basic/index#resulttype` and `server/utilities/caching`: what is required of every result, with the values that promise nothing. */
export function resultForModern(method: string, result: JsonObject, facts: ServerFacts): JsonObject {
  const base = method === 'server/discover' ? discovered(facts) : method === 'tools/list' ? withTools(result, withoutExecution) : result
  const hints = CACHEABLE.has(method) ? { ttlMs: 0, cacheScope: 'private' } : undefined
  return { ...hints, ...base, resultType: 'complete' }
}

/** Nothing reaches a client of the legacy era that its revision does not know, and nothing that its schema forbids. */
export function resultForLegacy(method: string, result: JsonObject): JsonObject {
  if (method === 'ping') return {}
  // Every call of such a client comes through here: `delete` would make a slow object of its result.
  const { resultType: _, ttlMs: __, cacheScope: ___, _meta, ...rest } = result
  const meta = isObject(_meta) ? withoutServerInfo(_meta) : _meta
  if (meta !== undefined) rest['_meta'] = meta
  if (method === 'tools/list') return withTools(rest, withObjectSchema)
  return method === 'tools/call' ? withObjectContent(rest) : rest
}

/** undefined where nothing else is in it. */
function withoutServerInfo(meta: JsonObject): JsonObject | undefined {
  if (!(META.serverInfo in meta)) return meta
  const { [META.serverInfo]: _, ...others } = meta
  return Object.keys(others).length > 0 ? others : undefined
}

function discovered(facts: ServerFacts): JsonObject {
  const { tasks: _, ...capabilities } = facts.capabilities
  const result: JsonObject = { supportedVersions: [...MODERN_VERSIONS], capabilities }
  if (facts.instructions !== undefined) result['instructions'] = facts.instructions
  if (facts.serverInfo !== undefined) result['_meta'] = { [META.serverInfo]: facts.serverInfo }
  return result
}

function withTools(result: JsonObject, change: (tool: JsonObject) => JsonObject): JsonObject {
  const tools = result['tools']
  return Array.isArray(tools) ? { ...result, tools: tools.map((tool: unknown) => (isObject(tool) ? change(tool) : tool)) } : result
}

/** `execution.taskSupport` went with the tasks of 2025-11-25 (changelog, major 6). */
function withoutExecution(tool: JsonObject): JsonObject {
  if (!('execution' in tool)) return tool
  const { execution: _, ...rest } = tool
  return rest
}

/**
 * An output schema has to be of an object up to 2025-11-25 and may be of anything since (changelog, minor 10); one tool
 * with another kind would make the whole list invalid. It is left out, for it is optional.
 */
function withObjectSchema(tool: JsonObject): JsonObject {
  const schema = tool['outputSchema']
  if (schema === undefined || (isObject(schema) && schema['type'] === 'object')) return tool
  const { outputSchema: _, ...rest } = tool
  return rest
}

/** Structured content that is no object becomes text, unless there is text. */
function withObjectContent(result: JsonObject): JsonObject {
  const structured = result['structuredContent']
  if (structured === undefined || isObject(structured)) return result
  const { structuredContent: _, ...rest } = result
  const content: unknown[] = Array.isArray(rest['content']) ? rest['content'] : []
  if (content.some((block) => isObject(block) && block['type'] === 'text')) return rest
  return { ...rest, content: [...content, { type: 'text', text: JSON.stringify(structured) }] }
}
