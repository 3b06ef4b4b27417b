import type { Era, JsonObject, JsonRpcNotification, JsonRpcRequest, JsonRpcResponse, ServerFacts } from '../ports.js'
import { ASKING_CAPABILITIES, CODES, ENVELOPE_KEYS, LEGACY_ONLY_NOTIFICATIONS, LOG_LEVELS, META, MODERN_ONLY_NOTIFICATIONS } from './era-tables.js'
import { resultForLegacy, resultForModern } from './translate-result.js'
import { isObject, metaOf } from './json-object.js'

/**
 * From one era to the other: pure, one message at a time.
 *
 *     caller (legacy) ──request──▶ translateRequest('modern') ──▶ replica (modern)
 *                     ◀─answer─── translateResponse('legacy') ◀──
 *
 * Only for an attempt whose era is not its connection's: within one era everything goes as it is. Ids, progress tokens
 * and cancellation are the connection's and not touched here.
 */

/** What a connection does with a request of the other era. */
export type RequestPlan =
  /** Send this instead; `id` is the caller's and to be replaced as always. */
  | { readonly act: 'send'; readonly request: JsonRpcRequest }
  /** The replica's era has nothing of the kind, and needs nothing: answer at once. */
  | { readonly act: 'answer'; readonly result: JsonObject }
  /** As `answer` with `{}`; the owner of the session remembers the level for `Envelope.logLevel` of all that follows. */
  | { readonly act: 'set-level'; readonly level: string }
  /** As `answer` with `{}`, once the URI is in (or out of) the `resourceSubscriptions` of the connection's own listen stream. */
  | { readonly act: 'subscribe' | 'unsubscribe'; readonly uri: string }
  /** `subscriptions/listen` on a session: see `SessionListens`. */
  | { readonly act: 'listen' }
  /** This replica cannot serve it, another may: fail with `progress: 'refused'` and these words. */
  | { readonly act: 'refuse'; readonly reason: string }

/** Who asks, for a replica of the modern era, which is told on every request (`basic/index#_meta`). */
export interface Envelope {
  /** The modern revision that the replica speaks. */
  readonly protocolVersion: string
  readonly clientInfo: JsonObject
  readonly clientCapabilities: JsonObject
  readonly logLevel: string | undefined
}

/** What a connection does with an answer that comes from the other era. */
export type ResponsePlan =
  | { readonly act: 'answer'; readonly response: JsonRpcResponse }
  /** Nothing ran; another replica may serve it: fail with `progress: 'refused'` and these words. */
  | { readonly act: 'refuse'; readonly reason: string }

/** The era that a request cannot leave, for `PickQuery.onlyEra`; undefined where it crosses. */
export function requiredEra(request: JsonRpcRequest, era: Era = eraOfRequest(request)): Era | undefined {
  const params = request.params
  // A task lives where it was made, and the two eras' tasks have nothing in common but the name (changelog, major 6).
  if (request.method.startsWith('tasks/') || params?.['task'] !== undefined) return era
  // The continuation of a multi-round-trip request (basic/patterns/mrtr).
  if (params !== undefined && (params['inputResponses'] !== undefined || params['requestState'] !== undefined)) return 'modern'
  return undefined
}

/** The shape of a request that came without a transport: modern where it carries a protocol version. */
export function eraOfRequest(request: JsonRpcRequest): Era {
  return metaOf(request.params)?.[META.protocolVersion] === undefined ? 'legacy' : 'modern'
}

/** Revisions are dates, and those of the modern era begin with this one. */
export function eraOfVersion(version: string): Era {
  return version >= '2026-07-28' ? 'modern' : 'legacy'
}

export function translateRequest(request: JsonRpcRequest, to: Era, envelope: Envelope): RequestPlan {
  return to === 'modern' ? toModern(request, envelope) : toLegacy(request)
}

/** `era` is the caller's; `facts` are the replica's. */
export function translateResponse(request: JsonRpcRequest, response: JsonRpcResponse, era: Era, facts: ServerFacts): ResponsePlan {
  if ('error' in response) {
    const { code, message, data } = response.error
    if (era === 'legacy' && code === CODES.missingClientCapability) return { act: 'refuse', reason: withheld(data) }
    const translated = era === 'modern' ? MODERN_CODE_OF.get(code) : undefined
    if (translated === undefined) return { act: 'answer', response }
    return { act: 'answer', response: { ...response, error: { ...response.error, code: translated, message } } }
  }
  if (era === 'modern') return { act: 'answer', response: { ...response, result: resultForModern(request.method, response.result, facts) } }
  if (response.result['resultType'] === 'input_required')
    return { act: 'answer', response: { jsonrpc: '2.0', id: request.id, error: asksForInput(response.result) } }
  return { act: 'answer', response: { ...response, result: resultForLegacy(request.method, response.result) } }
}

/** A notification of a server for a caller of `era`; undefined where that era has none of the kind. */
export function translateNotification(notification: JsonRpcNotification, era: Era): JsonRpcNotification | undefined {
  if (era === 'modern') return LEGACY_ONLY_NOTIFICATIONS.has(notification.method) ? undefined : notification
  if (MODERN_ONLY_NOTIFICATIONS.has(notification.method)) return undefined
  return withoutMeta(notification, [META.subscriptionId])
}

/**
 * Whether a log message may reach a caller of the modern era: only where its request asked for it, and from its level
 * up (`server/utilities/logging`); anything that is no log message passes.
 */
export function passesLogLevel(notification: JsonRpcNotification, request: JsonRpcRequest): boolean {
  if (notification.method !== 'notifications/message') return true
  const wanted = LOG_LEVELS.indexOf(String(metaOf(request.params)?.[META.logLevel]))
  return wanted >= 0 && LOG_LEVELS.indexOf(String(notification.params?.['level'])) >= wanted
}

/** The level that a request of the modern era asks for. */
export function logLevelOf(request: JsonRpcRequest): string | undefined {
  const level = metaOf(request.params)?.[META.logLevel]
  return typeof level === 'string' ? level : undefined
}

/** Capabilities without those that let a server ask, for questions do not cross between the eras. */
export function withoutAsking(capabilities: JsonObject): JsonObject {
  return without(capabilities, ASKING_CAPABILITIES)
}

function toModern(request: JsonRpcRequest, envelope: Envelope): RequestPlan {
  switch (request.method) {
    case 'ping':
      return { act: 'send', request: { ...request, method: 'server/discover', params: enveloped(request.params, envelope) } }
    case 'logging/setLevel': {
      const level = request.params?.['level']
      return typeof level === 'string' ? { act: 'set-level', level } : { act: 'refuse', reason: 'logging/setLevel without a level' }
    }
    case 'resources/subscribe':
    case 'resources/unsubscribe': {
      const uri = request.params?.['uri']
      if (typeof uri !== 'string') return { act: 'refuse', reason: `${request.method} without a uri` }
      return { act: request.method === 'resources/subscribe' ? 'subscribe' : 'unsubscribe', uri }
    }
    case 'initialize':
      return { act: 'refuse', reason: 'initialize opens a session, and a replica of 2026-07-28 has none' }
    default:
      if (requiredEra(request, 'legacy') === 'legacy') return { act: 'refuse', reason: `${request.method} as a task stays in the era of 2025-11-25` }
      return { act: 'send', request: { ...request, params: enveloped(request.params, envelope) } }
  }
}

function toLegacy(request: JsonRpcRequest): RequestPlan {
  switch (request.method) {
    case 'server/discover':
      return { act: 'send', request: { jsonrpc: '2.0', id: request.id, method: 'ping' } }
    case 'subscriptions/listen':
      return { act: 'listen' }
    default:
      if (requiredEra(request, 'modern') === 'modern')
        return { act: 'refuse', reason: `${request.method} with multi-round-trip state or as a task stays in the era of 2026-07-28` }
      return { act: 'send', request: withoutMeta(request, ENVELOPE_KEYS) }
  }
}

/** `basic/index#error-codes`: what a server of the legacy era may say, and one of the modern must not. */
const MODERN_CODE_OF: ReadonlyMap<number, number> = new Map([
  [CODES.resourceNotFoundLegacy, CODES.invalidParams],
  [CODES.urlElicitationRequired, CODES.internalError],
])

function enveloped(params: JsonObject | undefined, envelope: Envelope): JsonObject {
  const meta: JsonObject = {
    ...metaOf(params),
    [META.protocolVersion]: envelope.protocolVersion,
    [META.clientInfo]: envelope.clientInfo,
    [META.clientCapabilities]: withoutAsking(envelope.clientCapabilities),
  }
  if (envelope.logLevel !== undefined) meta[META.logLevel] = envelope.logLevel
  return { ...params, _meta: meta }
}

function withheld(data: unknown): string {
  const required = isObject(data) && isObject(data['requiredCapabilities']) ? Object.keys(data['requiredCapabilities']).join(', ') : ''
  return `the server requires the client capability ${required === '' ? 'that it did not name' : required}, and its questions cannot be brought to a client of the legacy era`
}

function asksForInput(result: JsonObject): { code: number; message: string } {
  const requests = isObject(result['inputRequests']) ? Object.values(result['inputRequests']) : []
  const methods = new Set(requests.map((each) => (isObject(each) ? String(each['method']) : '')).filter((method) => method !== ''))
  const asked = methods.size === 0 ? 'for another round' : `for ${[...methods].join(', ')}`
  return { code: CODES.internalError, message: `The server asks ${asked} (input_required), which cannot be brought to a client of the legacy era` }
}

/** The same message without some keys of `_meta`, and without `_meta` where nothing is left. The same object where nothing changes. */
export function withoutMeta<Message extends { readonly params?: JsonObject | undefined }>(message: Message, keys: readonly string[]): Message {
  const meta = metaOf(message.params)
  if (meta === undefined || !keys.some((key) => key in meta)) return message
  const rest = without(meta, keys)
  const params: JsonObject = { ...message.params }
  if (Object.keys(rest).length > 0) params['_meta'] = rest
  else delete params['_meta']
  return { ...message, params }
}

function without(object: JsonObject, keys: readonly string[]): JsonObject {
  const rest: JsonObject = { ...object }
  for (const key of keys) delete rest[key]
  return rest
}
