/**
 * Adds members that are not enumerable: a config that is logged, serialised or spread by accident shows no secret, and nothing that is no
 * option. Those that are undefined are not there: most endpoints have next to none.
 */
export function conceal<T extends object, H extends object>(target: T, hidden: H): T & H {
  // One by one: the descriptors of all in one object take five times as long, and there may be ten thousand endpoints.
  for (const [name, value] of Object.entries(hidden)) if (value !== undefined) Object.defineProperty(target, name, { value, enumerable: false })
  return target as T & H
}
