/** Visible ASCII, with spaces and tabs only inside: what a header field carries unchanged (RFC 9110, 5.5). */
const PLAIN = /^[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?$/
const PREFIX = '=?base64?'
const SUFFIX = '?='

/** Whether a header carries it unchanged. */
export function isPlain(value: string): boolean {
  return PLAIN.test(value)
}

/**
 * A value from the body as a header value (2026-07-28, `basic/transports/streamable-http#value-encoding`): as it is where
 * that is safe, else Base64 of its UTF-8 between the markers. A value that looks like the markers is encoded too, or a
 * server would decode what nobody encoded; so is the empty one, which intermediaries tend to drop.
 */
export function headerValue(value: string): string {
  if (isPlain(value) && !(value.startsWith(PREFIX) && value.endsWith(SUFFIX))) return value
  return PREFIX + Buffer.from(value, 'utf8').toString('base64') + SUFFIX
}
