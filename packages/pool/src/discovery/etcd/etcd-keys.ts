/** Keys and values travel in base64. */
export function base64(text: string | Buffer): string {
  return Buffer.from(text).toString('base64')
}

/** The range of all keys that begin with the prefix, as etcd takes it: `range_end` is the prefix with its last byte increased. */
export function rangeOf(prefix: string): { readonly key: string; readonly range_end: string } {
  const end = Buffer.from(prefix)
  // Text has no byte 0xff, in any of its encodings that etcd is given; of no prefix the range is everything.
  if (end.length === 0) return { key: base64('\0'), range_end: base64('\0') }
  end[end.length - 1]!++
  return { key: base64(prefix), range_end: base64(end) }
}
