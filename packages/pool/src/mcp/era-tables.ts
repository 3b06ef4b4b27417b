/**
 * What differs between the eras, method by method. Sources: `2026-07-28/changelog` (major changes 1–8, minor 5, 6 and
 * 12) and the pages that each table names. Methods that stand nowhere here are the same in both, or a vendor's: they
 * cross as they are.
 */

/** Keys of `_meta` that the protocol itself owns on requests of the modern era (`basic/index#_meta`, "Per-request protocol fields"). */
export const META = {
  protocolVersion: 'io.modelcontextprotocol/protocolVersion',
  clientInfo: 'io.modelcontextprotocol/clientInfo',
  clientCapabilities: 'io.modelcontextprotocol/clientCapabilities',
  logLevel: 'io.modelcontextprotocol/logLevel',
  subscriptionId: 'io.modelcontextprotocol/subscriptionId',
  serverInfo: 'io.modelcontextprotocol/serverInfo',
} as const

export const ENVELOPE_KEYS: readonly string[] = [META.protocolVersion, META.clientInfo, META.clientCapabilities, META.logLevel]

/** Results with `ttlMs` and `cacheScope` (`server/utilities/caching#cacheable-results`). */
export const CACHEABLE: ReadonlySet<string> = new Set([
  'server/discover',
  'tools/list',
  'prompts/list',
  'resources/list',
  'resources/templates/list',
  'resources/read',
])

/** Client capabilities that let a server ask (`basic/patterns/mrtr`): withheld where the question could not be brought back. */
export const ASKING_CAPABILITIES: readonly string[] = ['elicitation', 'sampling', 'roots', 'tasks']

/** Codes of `basic/index#error-codes`. */
export const CODES = {
  resourceNotFoundLegacy: -32_002,
  urlElicitationRequired: -32_042,
  missingClientCapability: -32_021,
  invalidParams: -32_602,
  methodNotFound: -32_601,
  internalError: -32_603,
} as const

/** Severities, least first (`server/utilities/logging#log-levels`, RFC 5424). */
export const LOG_LEVELS: readonly string[] = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency']

/** Notifications of a server that only one era knows (`changelog` 4, 6, 11). */
export const LEGACY_ONLY_NOTIFICATIONS: ReadonlySet<string> = new Set(['notifications/elicitation/complete', 'notifications/tasks/status'])
export const MODERN_ONLY_NOTIFICATIONS: ReadonlySet<string> = new Set(['notifications/subscriptions/acknowledged'])

/** Notifications of a client that only the legacy era knows (`changelog` 2, 5). */
export const LEGACY_ONLY_CLIENT_NOTIFICATIONS: ReadonlySet<string> = new Set([
  'notifications/initialized',
  'notifications/roots/list_changed',
  'notifications/progress',
])

/** What a listen filter asks for, and the notification that it brings (`basic/patterns/subscriptions#notification-filter`). */
export const LISTENED: ReadonlyArray<readonly [field: 'toolsListChanged' | 'promptsListChanged' | 'resourcesListChanged', method: string, capability: string]> =
  [
    ['toolsListChanged', 'notifications/tools/list_changed', 'tools'],
    ['promptsListChanged', 'notifications/prompts/list_changed', 'prompts'],
    ['resourcesListChanged', 'notifications/resources/list_changed', 'resources'],
  ]
