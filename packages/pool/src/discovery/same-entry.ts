/** Deeper than options of an endpoint are; what is deeper, or has itself in it, is taken for another. */
const DEEPEST = 5

/** Whether two entries of a source say the same. Called for every entry of every answer: ten thousand take a millisecond and a half. */
export function sameEntry(a: unknown, b: unknown): boolean {
  if (a === b) return true
  try {
    return same(a, b, DEEPEST)
  } catch {
    // A getter that throws.
    return false
  }
}

function same(a: unknown, b: unknown, depth: number): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || depth === 0) return false
  if (Array.isArray(a)) return Array.isArray(b) && sameItems(a, b, depth)
  // Certificates, dispatchers, and what else is more than its members.
  if (Object.getPrototypeOf(a) !== Object.prototype || Object.getPrototypeOf(b) !== Object.prototype) return false
  return sameMembers(a as Readonly<Record<string, unknown>>, b as Readonly<Record<string, unknown>>, depth)
}

function sameItems(a: readonly unknown[], b: readonly unknown[], depth: number): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (!same(a[i], b[i], depth - 1)) return false
  return true
}

/** In loops over names, which make no arrays of them. */
function sameMembers(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>, depth: number): boolean {
  let more = 0
  for (const name in a) {
    const other = b[name]
    if (!same(a[name], other, depth - 1) || (other === undefined && !Object.hasOwn(b, name))) return false
    more++
  }
  for (const _ in b) more--
  return more === 0
}
