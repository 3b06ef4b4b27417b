import { PoolError } from '../errors.js'
import type { JsonObject, JsonRpcResponse } from '../ports.js'
import { LEGACY_VERSIONS } from './handshake.js'
import { isObject } from './json-object.js'
import { MODERN_VERSIONS } from './translate-result.js'

/** What became of `server/discover`. */
export type ProbeOutcome = { readonly response: JsonRpcResponse } | { readonly failure: PoolError }

export type ProbeVerdict =
  | { readonly era: 'modern'; readonly version: string; readonly discovered: JsonObject }
  | { readonly era: 'legacy' }
  /** The server wants another modern revision that we speak: ask again with it. */
  | { readonly era: 'again'; readonly version: string }
  /** No era is to be read from it. */
  | { readonly era: 'none'; readonly failure: PoolError }

/** Errors that only servers of the modern era give (2026-07-28, `basic/index#error-codes`). */
const HEADER_MISMATCH = -32_020
const MISSING_CAPABILITY = -32_021
const UNSUPPORTED_VERSION = -32_022

/**
 * Reads the era from the answer to the probe (2026-07-28, `basic/transports/streamable-http#backward-compatibility` and
 * `basic/versioning`): a result or an error that only the modern era has means modern; any other answer, and any 4xx, is a
 * server that does not know the question, and gets `initialize`. Outages, refusals to let us in and 5xx say nothing: what
 * looks like the legacy era for a moment would be remembered.
 */
export function classifyProbe(outcome: ProbeOutcome, endpoint: string): ProbeVerdict {
  if ('failure' in outcome) return isUnknownQuestion(outcome.failure) ? { era: 'legacy' } : { era: 'none', failure: outcome.failure }
  const { response } = outcome
  if ('result' in response) {
    const { supportedVersions } = response.result
    if (!isStrings(supportedVersions)) return { era: 'legacy' }
    const version = MODERN_VERSIONS.find((each) => supportedVersions.includes(each))
    if (version !== undefined) return { era: 'modern', version, discovered: response.result }
    return legacyOrNone(supportedVersions, endpoint)
  }
  const { code, message, data } = response.error
  if (code === UNSUPPORTED_VERSION) {
    const supported = isObject(data) ? data['supported'] : undefined
    if (!isStrings(supported)) return { era: 'legacy' }
    const version = MODERN_VERSIONS.find((each) => supported.includes(each))
    return version === undefined ? legacyOrNone(supported, endpoint) : { era: 'again', version }
  }
  if (code === HEADER_MISMATCH || code === MISSING_CAPABILITY) {
    return {
      era: 'none',
      failure: new PoolError('CONNECT_FAILED', `${endpoint} speaks a modern revision and refuses server/discover: ${message}`, { endpoint }),
    }
  }
  return { era: 'legacy' }
}

function isUnknownQuestion(failure: PoolError): boolean {
  const { code, status } = failure
  return code === 'HTTP_STATUS' && status !== undefined && status >= 400 && status < 500 && status !== 403 && status !== 429
}

function legacyOrNone(supported: readonly string[], endpoint: string): ProbeVerdict {
  if (LEGACY_VERSIONS.some((each) => supported.includes(each))) return { era: 'legacy' }
  const ours = [...MODERN_VERSIONS, ...LEGACY_VERSIONS].join(', ')
  return { era: 'none', failure: new PoolError('CONNECT_FAILED', `${endpoint} speaks ${supported.join(', ')}, and the pool ${ours}`, { endpoint }) }
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === 'string')
}
