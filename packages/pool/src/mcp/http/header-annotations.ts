import type { JsonObject } from '../../ports.js'
import { headerValue } from './header-value.js'

/** One parameter of a tool that is mirrored into a header. */
export interface HeaderAnnotation {
  /** Lower case, with its prefix: `mcp-param-region`. */
  readonly header: string
  /** Names that lead to the value in the arguments. */
  readonly path: readonly string[]
}

/** What a tool's schema says about headers; `reason` says why the definition is invalid, and the tool not to be offered. */
export type HeaderAnnotations = { readonly valid: true; readonly annotations: readonly HeaderAnnotation[] } | { readonly valid: false; readonly reason: string }

const KEY = 'x-mcp-header'
/** `1*tchar` of RFC 9110, 5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const MIRRORED_TYPES: ReadonlySet<unknown> = new Set(['string', 'integer', 'boolean'])
/** Keywords whose value maps names to schemas: a name is no keyword, also if it is `x-mcp-header`. */
const MAPS: ReadonlySet<string> = new Set(['patternProperties', 'dependentSchemas', '$defs', 'definitions'])
/** Keywords that hold data. */
const DATA: ReadonlySet<string> = new Set(['enum', 'const', 'default', 'examples', 'example'])
/** A schema that is nested deeper is hostile; the bound keeps the walk off the end of the stack. */
const MAX_DEPTH = 200

const NONE: HeaderAnnotations = { valid: true, annotations: [] }

/**
 * The rules of 2026-07-28, `basic/transports/streamable-http#schema-extension`: an annotation is a unique header token on a
 * string, integer or boolean that is reached from the root through `properties` alone. One that stands anywhere else
 * makes the whole definition invalid.
 */
export function headerAnnotations(inputSchema: unknown): HeaderAnnotations {
  const walk = new Walk()
  const reason = walk.schema(inputSchema, [], true, 0)
  if (reason !== undefined) return { valid: false, reason }
  return walk.annotations.length === 0 ? NONE : { valid: true, annotations: walk.annotations }
}

class Walk {
  readonly annotations: HeaderAnnotation[] = []
  readonly #seen = new Set<string>()

  /** Why the schema is invalid; undefined: it is not. */
  schema(schema: unknown, path: readonly string[], reachable: boolean, depth: number): string | undefined {
    if (typeof schema !== 'object' || schema === null) return undefined
    if (depth > MAX_DEPTH) return `the schema is nested deeper than ${MAX_DEPTH} levels`
    if (Array.isArray(schema)) return firstReason(schema, (each) => this.schema(each, path, false, depth + 1))
    const fields = schema as JsonObject
    if (KEY in fields) {
      const reason = this.#annotate(fields, path, reachable)
      if (reason !== undefined) return reason
    }
    return firstReason(Object.keys(fields), (key) => {
      const value = fields[key]
      if (DATA.has(key) || typeof value !== 'object' || value === null) return undefined
      if (key === 'properties') return firstReason(Object.entries(value), ([name, each]) => this.schema(each, [...path, name], reachable, depth + 1))
      if (MAPS.has(key)) return firstReason(Object.values(value), (each) => this.schema(each, path, false, depth + 1))
      return this.schema(value, path, false, depth + 1)
    })
  }

  #annotate(schema: JsonObject, path: readonly string[], reachable: boolean): string | undefined {
    const name = schema[KEY]
    const where = path.length === 0 ? 'at the root' : `on ${path.join('.')}`
    if (!reachable || path.length === 0) return `${KEY} ${where} is not reached through properties alone`
    if (typeof name !== 'string' || !TOKEN.test(name)) return `${KEY} ${where} must be a header token, got ${JSON.stringify(name)}`
    if (!MIRRORED_TYPES.has(schema['type'])) return `${KEY} ${where} needs the type string, integer or boolean, got ${JSON.stringify(schema['type'])}`
    const header = `mcp-param-${name.toLowerCase()}`
    if (this.#seen.has(header)) return `${KEY} ${JSON.stringify(name)} is used twice`
    this.#seen.add(header)
    this.annotations.push({ header, path })
    return undefined
  }
}

function firstReason<Each>(all: readonly Each[], check: (each: Each) => string | undefined): string | undefined {
  for (const each of all) {
    const reason = check(each)
    if (reason !== undefined) return reason
  }
  return undefined
}

/** Adds the headers of one call: names and values in turn. What is absent, null or of another type has no header. */
export function mirrorArguments(annotations: readonly HeaderAnnotation[], callArguments: unknown, headers: string[]): void {
  for (const { header, path } of annotations) {
    const value = asText(valueAt(callArguments, path))
    if (value !== undefined) headers.push(header, headerValue(value))
  }
}

function valueAt(root: unknown, path: readonly string[]): unknown {
  let value = root
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
    value = (value as JsonObject)[name]
  }
  return value
}

function asText(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return String(value)
  // Outside of the safe range a number is not the integer that was meant.
  if (typeof value === 'number' && Number.isFinite(value) && Math.abs(value) <= Number.MAX_SAFE_INTEGER) return String(value)
  return undefined
}
