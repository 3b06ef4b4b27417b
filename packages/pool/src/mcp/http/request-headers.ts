import type { JsonRpcRequest } from '../../ports.js'
import { type HeaderAnnotation, mirrorArguments } from './header-annotations.js'
import { headerValue } from './header-value.js'

/** Headers that nobody but the transport sets: another one would make a request that no two servers read alike. */
const OWN =
  /^(?:mcp-.*|last-event-id|authorization|host|accept|accept-encoding|proxy-authorization|proxy-connection|content-type|content-length|content-encoding|transfer-encoding|connection|keep-alive|upgrade|expect|te|trailer)$/

/** Names that callers make up must not pile up. */
const MAX_KEPT = 1_000

export type ExtraHeaders = Readonly<Record<string, string>> | undefined

/** Names and values in turn, as undici takes them. Shared between requests: never changed once made. */
export type Headers = readonly string[]

/**
 * The headers of a connection's requests. What requests have in common is made once, and again when the token changes; in
 * the modern era the list is kept for each method and each tool, so that a call makes none.
 */
export class RequestHeaders {
  readonly #endpoint: ExtraHeaders
  readonly #byMethod = new Map<string, Headers>()
  readonly #byTool = new Map<string, Headers>()
  #token: string | undefined
  #post: Headers | undefined
  /** Revision of the modern era that all requests name; undefined: sessions name theirs. */
  #version: string | undefined

  constructor(endpointHeaders: ExtraHeaders) {
    this.#endpoint = endpointHeaders
  }

  set version(version: string | undefined) {
    if (this.#version === version) return
    this.#version = version
    this.#byMethod.clear()
    this.#byTool.clear()
  }

  /** Of a POST, without anything of MCP's own. */
  post(token: string | undefined): Headers {
    if (this.#post === undefined || token !== this.#token) {
      this.#post = this.#common(['content-type', 'application/json', 'accept', 'application/json, text/event-stream'], token)
      this.#token = token
      this.#byMethod.clear()
      this.#byTool.clear()
    }
    return this.#post
  }

  /** Of a GET that opens a stream, or of a DELETE. */
  bare(token: string | undefined): string[] {
    return this.#common(['accept', 'text/event-stream'], token)
  }

  /** Of a request of the modern era; `annotations` are those of the tool that it calls. */
  modern(request: JsonRpcRequest, token: string | undefined, annotations: readonly HeaderAnnotation[]): Headers {
    const common = this.post(token)
    const { method, params } = request
    const name = nameOf(request)
    const kept = name === undefined ? this.#byMethod : method === 'tools/call' ? this.#byTool : undefined
    const key = name ?? method
    let headers = kept?.get(key)
    if (headers === undefined) {
      const made = [...common, 'mcp-protocol-version', this.#version ?? '', 'mcp-method', headerValue(method)]
      if (name !== undefined) made.push('mcp-name', headerValue(name))
      headers = made
      if (kept !== undefined) {
        if (kept.size >= MAX_KEPT) kept.clear()
        kept.set(key, headers)
      }
    }
    if (annotations.length === 0) return headers
    const mirrored = [...headers]
    mirrorArguments(annotations, params?.['arguments'], mirrored)
    return mirrored
  }

  #common(own: readonly string[], token: string | undefined): string[] {
    const headers = [...own]
    for (const [name, value] of Object.entries(this.#endpoint ?? {})) {
      if (name.toLowerCase() !== 'authorization' || token === undefined) headers.push(name.toLowerCase(), value)
    }
    if (token !== undefined) headers.push('authorization', `Bearer ${token}`)
    return headers
  }
}

/** With the headers of one call, which replace those of the endpoint and never our own. */
export function withExtra(headers: Headers, extra: ExtraHeaders): Headers {
  if (extra === undefined) return headers
  const added = new Map<string, string>()
  for (const [name, value] of Object.entries(extra)) {
    const lower = name.toLowerCase()
    if (!OWN.test(lower)) added.set(lower, value)
  }
  if (added.size === 0) return headers
  const all: string[] = []
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i]!
    if (!added.has(name)) all.push(name, headers[i + 1]!)
  }
  for (const [name, value] of added) all.push(name, value)
  return all
}

/** `basic/transports/streamable-http#standard-request-headers`. */
function nameOf({ method, params }: JsonRpcRequest): string | undefined {
  switch (method) {
    case 'tools/call':
    case 'prompts/get':
      return textOf(params?.['name'])
    case 'resources/read':
      return textOf(params?.['uri'])
    default:
      return undefined
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
