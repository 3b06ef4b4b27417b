import type { CallKind, Era, JsonObject, Serves } from '../ports.js'
import { isObject } from './json-object.js'
import type { ToolCatalog } from './tool-catalog.js'

/** Capability that stands for a method (2026-07-28 and 2025-11-25, `server/*`). What stands nowhere is a vendor's. */
const CAPABILITY_OF: ReadonlyMap<string, string> = new Map([
  ['tools/list', 'tools'],
  ['tools/call', 'tools'],
  ['prompts/list', 'prompts'],
  ['prompts/get', 'prompts'],
  ['resources/list', 'resources'],
  ['resources/templates/list', 'resources'],
  ['resources/read', 'resources'],
  ['completion/complete', 'completions'],
  ['logging/setLevel', 'logging'],
])

const ALWAYS: ReadonlySet<string> = new Set(['server/discover', 'initialize', 'ping', 'subscriptions/listen'])
const TASKS = 'io.modelcontextprotocol/tasks'

/** What a replica said of itself, and what it lists. */
export interface Offer {
  readonly era: Era
  readonly protocolVersion: string
  /** undefined: it has not said. */
  readonly capabilities: JsonObject | undefined
  readonly catalog: ToolCatalog
}

/** Whether a replica serves a kind of request. Methods that only the other era has count as what they are translated to. */
export function serves(kind: CallKind, offer: Offer): Serves {
  const { capabilities } = offer
  const { method, tool } = kind
  if (ALWAYS.has(method)) return 'yes'
  if (capabilities === undefined) return tool === undefined ? 'unknown' : offer.catalog.serves(tool)
  if (tool !== undefined) return capabilities['tools'] === undefined ? 'no' : offer.catalog.serves(tool)
  if (method.startsWith('tasks/')) return hasTasks(offer.era, capabilities) ? 'yes' : 'no'
  if (method === 'resources/subscribe' || method === 'resources/unsubscribe') {
    const { resources } = capabilities
    return isObject(resources) && resources['subscribe'] === true ? 'yes' : 'no'
  }
  const capability = CAPABILITY_OF.get(method)
  if (capability === undefined) return 'unknown'
  if (capabilities[capability] !== undefined) return 'yes'
  // The first revision had completion and no word for it.
  return capability === 'completions' && offer.protocolVersion === '2024-11-05' ? 'unknown' : 'no'
}

function hasTasks(era: Era, capabilities: JsonObject): boolean {
  if (era === 'legacy') return capabilities['tasks'] !== undefined
  const { extensions } = capabilities
  return isObject(extensions) && extensions[TASKS] !== undefined
}
