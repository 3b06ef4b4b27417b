import type { Milliseconds } from '../../ports.js'

/** Headers as undici's old-style handlers get them: names and values in turn. A value is a list where a decorated dispatcher joined a header sent twice. */
export type RawHeaders = ReadonlyArray<Buffer | string | ReadonlyArray<Buffer | string>>

/** What an answer's body is. */
export type BodyKind = 'json' | 'events' | 'other'

/**
 * Looks for one header by its lower-case name. There are a dozen headers to an answer and one that we want: names of
 * another length are passed over without being decoded.
 */
export function header(headers: RawHeaders, name: string): string | undefined {
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const key = headers[i]
    if (key === undefined || key.length !== name.length || !isName(key, name)) continue
    const value = headers[i + 1]
    if (value === undefined) return undefined
    const first = typeof value === 'string' || Buffer.isBuffer(value) ? value : value[0]
    return typeof first === 'string' ? first : first?.toString('latin1')
  }
  return undefined
}

function isName(key: Buffer | string | ReadonlyArray<Buffer | string>, name: string): boolean {
  if (typeof key === 'string') return key.toLowerCase() === name
  if (!Buffer.isBuffer(key)) return false
  // Setting the sixth bit makes letters lower case, and no other character of a header name one of ours.
  for (let i = 0; i < name.length; i++) if (((key[i] ?? 0) | 0x20) !== name.charCodeAt(i)) return false
  return true
}

export function bodyKind(contentType: string | undefined): BodyKind {
  if (contentType === undefined) return 'other'
  if (contentType === 'application/json') return 'json'
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase()
  if (type === 'application/json') return 'json'
  return type === 'text/event-stream' ? 'events' : 'other'
}

/** `Retry-After` in seconds or as a date (RFC 9110, 10.2.3); `wallClock` is milliseconds since 1970. */
export function retryAfter(value: string | undefined, wallClock: number): Milliseconds | undefined {
  if (value === undefined) return undefined
  if (/^\s*[0-9]+\s*$/.test(value)) return Number(value) * 1_000
  const date = Date.parse(value)
  return Number.isNaN(date) ? undefined : Math.max(0, date - wallClock)
}
