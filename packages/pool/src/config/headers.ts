import type { Check } from './checks.js'
import { dictionary, isRecord } from './checks.js'
import { Place } from './problems.js'

/**
 * Headers that users may add to requests. Those that the transport sets by itself are refused: two `Mcp-Session-Id` or a second
 * `Content-Length` would be a request that no two servers read alike.
 */

/** By name; those of a `Headers` and a `Map` are read when they are given. */
export type HeadersInput = Readonly<Record<string, string>> | Headers | ReadonlyMap<string, string>

/** The same options with their headers as they were read. */
export type ReadHeaders<Options> = Omit<Options, 'headers'> & { readonly headers?: Readonly<Record<string, string>> | undefined }

/** RFC 9110 section 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
/** RFC 9110 section 5.5: visible characters, Latin-1, spaces and tabs. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/

const MCP = /^(mcp-.*|last-event-id)$/
/** The message's own description, and what belongs to the connection (RFC 9110 section 7.6.1). */
const HTTP = new Set([
  'accept',
  'accept-encoding',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** Reads into names in lower case. */
export const headers: Check<Readonly<Record<string, string>>> = {
  type: '{ [name]: string } | Headers | Map',
  read(value, place) {
    const given = dictionary.read(isMapLike(value) ? Object.fromEntries(value.entries()) : value, place)
    if (given === undefined) return undefined
    const read = new Map<string, string>()
    for (const [index, [name, content]] of Object.entries(given).entries()) {
      const lower = name.toLowerCase()
      // A broken name may be a whole header line with its secret: it is counted, not shown.
      if (!TOKEN.test(name)) place.must(`have valid names: number ${index + 1} is none`)
      else if (MCP.test(lower) || HTTP.has(lower)) place.member(name).must('not be given: the transport sets it')
      else if (!VALUE.test(content)) place.member(name).must('be a valid header value: it has control characters or some beyond Latin-1')
      else if (read.has(lower)) place.member(name).must('be given once, whatever its case')
      else read.set(lower, content)
    }
    return Object.freeze(Object.fromEntries(read))
  },
}

/** Headers of one call. */
export const callHeaders: Check<Readonly<Record<string, string>>> = {
  type: headers.type,
  read(value, place) {
    const secret = new Place(place.problems, 'headers', true)
    const read = headers.read(value, secret)
    return read !== undefined && 'authorization' in read ? secret.member('authorization').must('not be given: the endpoint says who calls') : read
  },
}

/** A `Map` or `Headers` of any make: fetch is there in several. */
function isMapLike(value: unknown): value is ReadonlyMap<string, unknown> {
  return isRecord(value) && typeof value['get'] === 'function' && typeof value['entries'] === 'function'
}
