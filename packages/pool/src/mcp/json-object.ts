import type { JsonObject } from '../ports.js'

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** `_meta` of params or of a result. */
export function metaOf(params: JsonObject | undefined): JsonObject | undefined {
  const meta = params?.['_meta']
  return isObject(meta) ? meta : undefined
}
