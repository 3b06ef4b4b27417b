import type { JsonObject, JsonRpcRequest, JsonRpcResponse, ServerFacts } from '../ports.js'
import { META } from './era-tables.js'
import { MODERN_VERSIONS } from './translate-result.js'
import { isObject, metaOf } from './json-object.js'

/**
 * `initialize` and `server/discover`, answered for the whole fleet: the union of what its replicas can do under one name,
 * for a call is routed to those that can.
 */

/** Revisions of the legacy era, newest first. */
export const LEGACY_VERSIONS: readonly string[] = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05']

export interface Identity {
  readonly name: string
  readonly version: string
}

/** The revision that a client of the legacy era gets: the one it asked for, else the newest (`2025-11-25/basic/lifecycle#version-negotiation`). */
export function negotiated(asked: unknown): string {
  return LEGACY_VERSIONS.find((version) => version === asked) ?? LEGACY_VERSIONS[0]!
}

export function initializeAnswer(request: JsonRpcRequest, identity: Identity, facts: readonly ServerFacts[]): JsonRpcResponse {
  // `extensions` came with 2026-07-28 (changelog, minor 1).
  const { extensions: _, ...capabilities } = unionOfCapabilities(facts)
  const result: JsonObject = { protocolVersion: negotiated(request.params?.['protocolVersion']), capabilities, serverInfo: { ...identity } }
  return { jsonrpc: '2.0', id: request.id, result: withInstructions(result, facts) }
}

/**
 * `ttlMs` is 0: what the fleet can do changes with its replicas. A client that asks for a revision that we do not know gets -32022
 * with those that we do (`basic/versioning#protocol-version-negotiation`).
 */
export function discoverAnswer(request: JsonRpcRequest, identity: Identity, facts: readonly ServerFacts[]): JsonRpcResponse {
  const requested = metaOf(request.params)?.[META.protocolVersion]
  if (typeof requested === 'string' && !MODERN_VERSIONS.includes(requested))
    return {
      jsonrpc: '2.0',
      id: request.id,
      error: { code: -32_022, message: `Unsupported protocol version: ${requested}`, data: { supported: [...MODERN_VERSIONS, ...LEGACY_VERSIONS], requested } },
    }
  return { jsonrpc: '2.0', id: request.id, result: discoverResult(identity, facts) }
}

export function discoverResult(identity: Identity, facts: readonly ServerFacts[]): JsonObject {
  // The tasks of 2025-11-25 stay in their era.
  const { tasks: _, ...capabilities } = unionOfCapabilities(facts)
  const result: JsonObject = {
    resultType: 'complete',
    supportedVersions: [...MODERN_VERSIONS],
    capabilities,
    ttlMs: 0,
    cacheScope: 'private',
    _meta: { [META.serverInfo]: { ...identity } },
  }
  return withInstructions(result, facts)
}

/** Objects are merged at every depth, a flag is set where anybody sets it, and of other values the first counts. */
export function unionOfCapabilities(facts: readonly ServerFacts[]): JsonObject {
  return facts.reduce<JsonObject>((union, { capabilities }) => merged(union, capabilities), {})
}

function merged(into: JsonObject, from: JsonObject): JsonObject {
  const result: JsonObject = { ...into }
  for (const [key, value] of Object.entries(from)) {
    const present = result[key]
    if (isObject(present) && isObject(value)) result[key] = merged(present, value)
    else if (present === undefined || present === false) result[key] = value
  }
  return result
}

/** Each text once: replicas of one server say the same. */
function withInstructions(result: JsonObject, facts: readonly ServerFacts[]): JsonObject {
  const texts = new Set(facts.map(({ instructions }) => instructions).filter((text) => text !== undefined && text !== ''))
  return texts.size === 0 ? result : { ...result, instructions: [...texts].join('\n\n') }
}
