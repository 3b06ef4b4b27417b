/** Adds members that are not enumerable: a config that is logged, serialised or spread by accident shows no secret, and nothing that is no option. */
export function conceal<T extends object, H extends object>(target: T, hidden: H): T & H {
  return Object.defineProperties(target, Object.fromEntries(Object.entries(hidden).map(([name, value]) => [name, { value, enumerable: false }]))) as T & H
}
